"""Limits on guessing cannot be shaken off by what the guesser chooses."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.blueprints.accounts_support import (
    SIGN_UP,
    enter,
    letter,
    link_path,
    make_account,
    set_up_app,
    visitor,
)
from tests.cast import Browser


def test_naming_other_addresses_opens_no_new_count_of_confirmation_codes(app: Flask) -> None:
    client = visitor(app)
    client.post("/sign-up", data=SIGN_UP)
    answers = [
        client.post("/confirm", data={"code": "00000x", "email": f"other{number}@example.com"}).status_code
        for number in range(6)
    ]
    assert answers == [422] * 5 + [429]


def test_a_new_password_opens_no_new_count_of_codes(app: Flask) -> None:
    client = visitor(app)
    email = make_account(app, client)
    enter(client, email)
    set_up_app(app, client)
    phone = visitor(app)
    enter(phone, email)
    assert [phone.post("/login/code", data={"code": "000000"}).status_code for _ in range(5)] == [422] * 5
    visitor(app).post("/reset", data={"email": email})
    visitor(app).post(link_path(letter(app, "reset_password")), data={"password": "another good one"})
    enter(phone, email, "another good one")
    assert phone.post("/login/code", data={"code": "000000"}).status_code == 429


def signed_out(app: Flask, client: Browser) -> Browser:
    """Return the same browser after it signed out."""
    device = client.get_cookie("device")
    assert device is not None
    again = visitor(app)
    again.set_cookie("device", device.value)
    return again


def test_strangers_who_guess_keep_nobody_out_on_a_device_of_their_own(app: Flask) -> None:
    own = visitor(app)
    email = make_account(app, own)
    enter(own, email)
    own = signed_out(app, own)
    for number in range(100):
        network = {"REMOTE_ADDR": f"198.51.100.{number // 5}"}
        wrong = {"email": email, "password": "wrong one"}
        assert visitor(app).post("/login", data=wrong, environ_base=network).status_code == 422
    assert enter(visitor(app), email).status_code == 429
    assert enter(own, email).location == "/home"


def test_a_device_has_a_count_of_its_own_and_only_for_its_address(app: Flask) -> None:
    own = visitor(app)
    email = make_account(app, own)
    other = make_account(app, visitor(app), email="other@example.com")
    enter(own, email)
    own = signed_out(app, own)
    for address in (email, other):
        answers = [enter(own, address, "wrong one").status_code for _ in range(11)]
        assert answers == [422] * 10 + [429]
    assert enter(visitor(app), other).status_code == 429, "for another address the device is a stranger's"


@pytest.mark.parametrize("cookie", ["", ".", "x", "x.y", "\xff.\xff", "." * 3000])
def test_a_made_up_device_is_a_strangers(app: Flask, cookie: str) -> None:
    for _ in range(10):
        enter(visitor(app), "eva@example.com", "wrong one")
    client = visitor(app)
    client.set_cookie("device", cookie)
    assert enter(client, "eva@example.com", "wrong one").status_code == 429


def test_the_cookie_of_a_device_is_closed_to_scripts_and_names_nobody(app: Flask) -> None:
    client = visitor(app)
    answer = enter(client, make_account(app, client))
    (cookie,) = [line for line in answer.headers.getlist("Set-Cookie") if line.startswith("device=")]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "eva" not in cookie
