"""Parts of signing in that need no request: tokens, codes, destinations, names of devices."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firststep.web.security.destinations import safe_path
from firststep.web.security.devices import device_label
from firststep.web.security.limits import network_of
from firststep.web.security.passwords import is_common
from firststep.web.security.tokens import CODE_LIFE, LIFE, code_matches, make_code, make_token, read_token
from tests.cast import NOW

SOMEBODY = UUID(int=7)


def test_a_token_says_what_was_put_in_and_nothing_for_another_purpose(app: Flask) -> None:
    with app.app_context():
        token = make_token("address", SOMEBODY, 3, NOW, address="new@example.com")
        said = read_token("address", token)
        assert said is not None
        assert (said.user_id, said.serial, said.address) == (SOMEBODY, 3, "new@example.com")
        assert not said.is_expired(NOW + LIFE["address"])
        assert said.is_expired(NOW + LIFE["address"] + timedelta(seconds=1))
        assert said.is_expired(NOW - timedelta(seconds=1)), "a token of the future is none of ours"
        assert read_token("confirm", token) is None
        assert read_token("reset", token) is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(text=st.text(max_size=300))
def test_no_text_makes_the_token_reader_fail(app: Flask, text: str) -> None:
    with app.app_context():
        assert read_token("reset", text) is None


def test_a_code_belongs_to_person_serial_and_time(app: Flask) -> None:
    with app.app_context():
        code = make_code(SOMEBODY, 1, NOW)
        assert len(code) == 6
        assert code_matches(code, SOMEBODY, 1, NOW + CODE_LIFE)
        assert not code_matches(code, SOMEBODY, 1, NOW + 2 * CODE_LIFE)
        assert not code_matches(code, SOMEBODY, 2, NOW)
        assert not code_matches(code, UUID(int=8), 1, NOW)
        assert not code_matches("", SOMEBODY, 1, NOW)


@pytest.mark.parametrize("path", ["/", "/log", "/log/2026-11-23?a=b", "/settings/sessions#x"])
def test_a_path_of_this_site_is_kept(path: str) -> None:
    assert safe_path(path) == path


@settings(max_examples=300)
@given(st.text(alphabet="/\\:.@evil%0da \t\r\n", max_size=20))
def test_whatever_is_kept_begins_with_one_slash_and_no_second(text: str) -> None:
    kept = safe_path(text)
    if kept:
        assert kept == text
        assert kept.startswith("/")
        assert kept[1:2] not in ("/", "\\")
        assert not set(kept) & set("\\ \t\r\n")


@pytest.mark.parametrize(
    ("agent", "label"),
    [
        ("Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/130.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0", "Firefox on Linux"),
        ("curl/8.0", ""),
        ("", ""),
    ],
)
def test_a_device_gets_a_name_that_its_owner_recognises(agent: str, label: str) -> None:
    assert device_label(agent) == label


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", "unknown"),
    ],
)
def test_addresses_of_one_customer_are_counted_together(address: str, network: str) -> None:
    assert network_of(address) == network


def test_common_passwords_are_known_in_any_case() -> None:
    assert is_common("Password1")
    assert is_common("abababababab")
    assert not is_common("correct horse battery staple")
