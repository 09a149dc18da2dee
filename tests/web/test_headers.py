"""Every answer carries the headers, and no unsafe request from another page gets through."""

from __future__ import annotations

import gzip
from contextlib import closing

import brotli
import pytest
from flask import Flask

from firststep.web.headers import CONTENT_SECURITY_POLICY
from tests.cast import Browser

WANTED = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


@pytest.mark.parametrize(
    "path", ["/", "/log", "/progress", "/share", "/settings", "/benchmarks", "/no-such-page", "/login"]
)
def test_every_answer_carries_the_headers(ana: Browser, path: str) -> None:
    headers = ana.get(path).headers
    assert {name: headers.get(name) for name in WANTED} == WANTED
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    ["/reset/x", "/confirm/x", "/address/x", "/invitation/x", "/asked/x", "/visit/code/x", "/mail/unsubscribe/x"],
)
def test_an_address_with_a_token_is_told_to_nobody(nobody: Browser, path: str) -> None:
    headers = nobody.get(path).headers
    assert {name: headers.get(name) for name in WANTED} == WANTED | {"Referrer-Policy": "no-referrer"}


def test_a_built_file_carries_the_headers_too(app: Flask, nobody: Browser) -> None:
    with app.test_request_context():
        path = app.extensions["assets"].asset("app.css")
    with closing(nobody.get(path)) as answer:
        assert {name: answer.headers.get(name) for name in WANTED} == WANTED
        assert "immutable" in answer.headers["Cache-Control"]
        assert "Set-Cookie" not in answer.headers


def test_the_policy_has_no_unsafe_word() -> None:
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "http" not in CONTENT_SECURITY_POLICY


@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, True),
        ({"Sec-Fetch-Site": "same-site"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": None, "Origin": "http://localhost"}, False),
        ({"Sec-Fetch-Site": None, "Origin": "https://evil.example"}, True),
        ({"Sec-Fetch-Site": None, "Origin": "null"}, True),
        ({"Sec-Fetch-Site": None, "Origin": "http://["}, True),
        ({"Sec-Fetch-Site": None, "Origin": "http://localhost.evil.example"}, True),
        ({"Sec-Fetch-Site": None, "Origin": "http://localhost@evil.example"}, True),
        ({"Sec-Fetch-Site": None}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, True),
    ],
)
def test_unsafe_requests_come_from_our_own_pages(
    app: Flask, ana: Browser, headers: dict[str, str], refused: bool
) -> None:
    for rule in app.url_map.iter_rules():
        method = next((m for m in ("POST", "PUT", "DELETE", "PATCH") if m in (rule.methods or ())), None)
        view = app.view_functions[rule.endpoint]
        if method is None or getattr(view, "accepts_foreign_post", False) or rule.endpoint == "security.logout":
            continue
        path = rule.rule
        for name in rule.arguments:
            path = path.replace(_converter(rule.rule, name), "00000000-0000-4000-8000-000000000000")
        answer = ana.open(path, method=method, headers=headers)
        # A page whose address holds a token tells no origin: its form says "null" where Sec-Fetch-Site is not known.
        if "token" in rule.arguments and headers == {"Sec-Fetch-Site": None, "Origin": "null"}:
            assert answer.status_code != 403, path
            continue
        assert (answer.status_code == 403) == refused, f"{method} {path}: {answer.status_code}"


def _converter(rule: str, name: str) -> str:
    start = rule.rindex("<", 0, rule.index(f"{name}>"))
    return rule[start : rule.index(">", start) + 1]


def test_a_form_without_its_token_is_refused(ana: Browser) -> None:
    ana.csrf_raw = None
    answer = ana.post("/log", data={})
    assert answer.status_code == 400
    assert "Reload the page" in answer.get_data(as_text=True)


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example"])
def test_only_our_own_host_is_answered(ana: Browser, host: str) -> None:
    assert ana.get("/", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize(
    ("encoding", "unpack"), [("br", brotli.decompress), ("gzip", gzip.decompress), ("gzip, br", brotli.decompress)]
)
def test_pages_are_compressed_for_our_own_pages(nobody: Browser, encoding: str, unpack: object) -> None:
    plain = nobody.get("/benchmarks")
    packed = nobody.get("/benchmarks", headers={"Accept-Encoding": encoding})
    assert "Content-Encoding" not in plain.headers
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert len(packed.data) < len(plain.data) / 2
    assert callable(unpack)
    assert b"</html>" in unpack(packed.data)


def test_a_foreign_page_gets_no_compressed_answer(nobody: Browser) -> None:
    answer = nobody.get("/benchmarks", headers={"Accept-Encoding": "br", "Sec-Fetch-Site": "cross-site"})
    assert "Content-Encoding" not in answer.headers


def test_a_form_with_ten_thousand_fields_is_too_much(ana: Browser) -> None:
    answer = ana.post("/log", data={f"f{n}": "1" for n in range(10_000)})
    assert answer.status_code == 413
    assert "Too much data in one form." in answer.get_data(as_text=True)


def test_a_body_above_the_limit_is_too_much(ana: Browser) -> None:
    assert ana.post("/log", data={"note": "x" * 600_000}).status_code == 413


def test_the_service_worker_is_compressed(nobody: Browser) -> None:
    answer = nobody.get("/sw.js", headers={"Accept-Encoding": "br"})
    assert answer.headers["Content-Encoding"] == "br"
    assert b"skip-waiting" in brotli.decompress(answer.data)
