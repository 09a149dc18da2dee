"""Limits on guessing cannot be shaken off by what the guesser chooses."""

from __future__ import annotations

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
