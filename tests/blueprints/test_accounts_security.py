"""What a stranger may not learn or do: who has an account, guessing, links, destinations, weak passwords."""

from __future__ import annotations

import re
import statistics
import time
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from firststep.extensions import db, limiter
from firststep.models import OutboxMail, User, UserSession
from tests.blueprints.accounts_support import (
    SIGN_UP,
    enter,
    letter,
    letters,
    link_path,
    make_account,
    page,
    set_up_app,
    visitor,
)
from tests.cast import NOW
from tests.factories import PASSWORD


def without_tokens(response) -> tuple[int, str, dict[str, str]]:
    """Return what a stranger can compare; the form token differs between any two answers."""
    body = re.sub(r'(name="csrf_token" value|name="csrf-token" content)="[^"]+"', "", response.get_data(as_text=True))
    varying = ("Set-Cookie", "Content-Length", "Date", "X-RateLimit-Reset", "Retry-After")
    headers = {name: value for name, value in response.headers if name not in varying}
    return response.status_code, body, headers


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/login", {"password": "some wrong password"}),
        ("/reset", {}),
        ("/sign-up", {name: value for name, value in SIGN_UP.items() if name != "email"}),
        ("/confirm/again", {}),
    ],
)
def test_known_and_unknown_addresses_get_the_same_bytes(app: Flask, path: str, data: dict[str, str]) -> None:
    make_account(app, visitor(app))
    answers = []
    for email in ("eva@example.com", "eve@example.com"):
        limiter.reset()
        answers.append(without_tokens(visitor(app).post(path, data={"email": email, **data})))
    known, unknown = answers
    assert (known[0], known[2]) == (unknown[0], unknown[2])
    assert known[1].replace("eva@", "") == unknown[1].replace("eve@", "")


def test_the_page_after_sign_up_says_the_same_for_both(app: Flask) -> None:
    make_account(app, visitor(app))
    pages = []
    for email in ("eva@example.com", "eve@example.com"):
        client = visitor(app)
        pages.append(page(client.post("/sign-up", data=SIGN_UP | {"email": email}, follow_redirects=True)).text)
        assert page(client.post("/confirm", data={"code": "123456"})).text.count("This code is not right") >= 1
    assert pages[0].replace("eva@", "") == pages[1].replace("eve@", "")


def test_a_sign_up_with_a_known_address_tells_its_owner_and_changes_nothing(app: Flask) -> None:
    email = make_account(app, visitor(app))
    visitor(app).post("/sign-up", data=SIGN_UP | {"password": "of somebody else", "name": "Mallory"})
    assert letter(app, "address_exists").to == email
    assert enter(visitor(app), email, "of somebody else").status_code == 422
    with app.app_context():
        assert db.session.scalars(select(User.name)).one() == "Eva"


def test_an_unconfirmed_account_is_replaced_whole_by_the_next_sign_up(app: Flask) -> None:
    attacker, owner = visitor(app), visitor(app)
    attacker.post("/sign-up", data=SIGN_UP | {"password": "of the attacker", "name": "Mallory"})
    early = link_path(letter(app, "confirm_address"))
    owner.post("/sign-up", data=SIGN_UP)
    late = link_path(letter(app, "confirm_address"))
    assert owner.post(early).status_code == 410
    owner.post(late)
    assert enter(attacker, "eva@example.com", "of the attacker").status_code == 422
    assert enter(owner, "eva@example.com").location == "/home"


def test_a_reset_for_an_unknown_address_sends_nothing(app: Flask) -> None:
    assert visitor(app).post("/reset", data={"email": "nobody@example.com"}).status_code == 200
    with app.app_context():
        row = db.session.scalars(select(OutboxMail)).one()
        assert (row.kind, row.user_id, row.address) == ("nobody", None, None)
    assert letters(app, "nobody") == [None]


@pytest.mark.soak
@pytest.mark.parametrize("path", ["/login", "/reset", "/sign-up"])
def test_known_and_unknown_addresses_take_the_same_time(app: Flask, path: str) -> None:
    make_account(app, visitor(app))
    times: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(200):
        for known in (True, False):
            limiter.reset()
            client = visitor(app)
            email = "eva@example.com" if known else f"eve{turn}@example.com"
            # Processor time of this thread: the wall clock of a busy machine says nothing about milliseconds.
            before = time.thread_time()
            client.post(path, data=SIGN_UP | {"email": email, "password": "some wrong password"})
            times[known].append(time.thread_time() - before)
    difference_ms = 1000 * abs(statistics.median(times[True]) - statistics.median(times[False]))
    print(f"{path}: {difference_ms:.2f} ms of {1000 * statistics.median(times[True]):.0f} ms")
    assert difference_ms <= 5


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "///evil.example",
        "https://evil.example/",
        "http:evil.example",
        "javascript:alert(1)",
        "/%0d%0aSet-Cookie:x=1",
        "/\r\nSet-Cookie: x=1",
        "/\t/evil.example",
        " //evil.example",
        "/" + "x" * 3000,
        "log",
    ],
)
def test_after_signing_in_nobody_is_led_elsewhere(app: Flask, target: str) -> None:
    email = make_account(app, visitor(app))
    client = visitor(app)
    by_form = enter(client, email, next=target)
    assert (by_form.status_code, by_form.location) == (302, "/home")
    other = visitor(app)
    by_address = other.post("/login", query_string={"next": target}, data={"email": email, "password": PASSWORD})
    assert (by_address.status_code, by_address.location) == (302, "/home")
    for answer in (by_form, by_address):
        assert "x=1" not in str(answer.headers.getlist("Set-Cookie"))


def test_after_signing_in_the_page_that_was_asked_for_is_shown(app: Flask) -> None:
    client = visitor(app)
    email = make_account(app, client)
    hidden = page(client.get("/login?next=/settings/sessions?a=b")).soup.find("input", {"name": "next"})
    assert enter(client, email, next=hidden["value"]).location == "/settings/sessions?a=b"


def test_the_page_that_was_asked_for_survives_the_second_step(app: Flask) -> None:
    client = visitor(app)
    email = make_account(app, client)
    enter(client, email)
    codes = set_up_app(app, client)
    phone = visitor(app)
    second = enter(phone, email, next="/settings/sessions").location
    assert second == "/login/code?next=/settings/sessions"
    recovery = page(phone.get(second)).soup.find("a", string=re.compile("recovery code"))["href"]
    assert phone.post(recovery, data={"code": codes[0]}).location == "/settings/sessions"
    assert (
        "7 recovery codes are left. If your phone is gone, set up another" in page(phone.get("/settings/sessions")).text
    )


def test_wrong_passwords_are_limited_and_right_ones_do_not_count(app: Flask) -> None:
    email = make_account(app, visitor(app))
    for _ in range(12):
        assert enter(visitor(app), email).status_code == 302
    for _ in range(10):
        assert enter(visitor(app), email, "wrong").status_code == 422
    refused = enter(visitor(app), email, "wrong")
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 15 * 60
    assert page(refused).heading == "Too many tries"


def test_invented_forwarded_addresses_open_no_new_count(app: Flask) -> None:
    statuses = [
        visitor(app)
        .post(
            "/login",
            data={"email": f"u{number}@example.com", "password": "wrong"},
            headers={"X-Forwarded-For": f"10.0.0.{number}"},
        )
        .status_code
        for number in range(50)
    ]
    assert statuses == [422] * 30 + [429] * 20


def test_six_wrong_codes_are_too_many_through_whichever_door(app: Flask) -> None:
    client = visitor(app)
    email = make_account(app, client)
    enter(client, email)
    codes = set_up_app(app, client)
    phone = visitor(app)
    enter(phone, email)
    doors = ["/login/code", "/login/recovery"] * 3
    assert [phone.post(door, data={"code": "000000"}).status_code for door in doors] == [422] * 5 + [429]
    fresh = visitor(app)
    enter(fresh, email)
    assert fresh.post("/login/recovery", data={"code": codes[0]}).status_code == 429, "a new session is no new count"


def test_mails_to_one_address_are_limited(app: Flask) -> None:
    answers = [visitor(app).post("/reset", data={"email": "Eva@example.com "}).status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]


def test_guessing_the_confirmation_code_is_limited(app: Flask) -> None:
    client = visitor(app)
    client.post("/sign-up", data=SIGN_UP)
    answers = [client.post("/confirm", data={"code": "00000x"}).status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]


def test_a_mailed_link_that_was_touched_is_not_there(app: Flask) -> None:
    client = visitor(app)
    client.post("/sign-up", data=SIGN_UP)
    client.post(link_path(letter(app, "confirm_address")))
    client.post("/reset", data={"email": "eva@example.com"})
    path = link_path(letter(app, "reset_password"))
    token = path.rpartition("/")[2]
    last = "A" if token[-1] != "A" else "B"
    neighbours = [token[:-1] + letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"]
    for wrong in {token[:-1], token + "A", token.upper(), token[:-1] + last, "x", *neighbours} - {token}:
        limiter.reset()
        assert client.post(f"/reset/{wrong}", data={"password": "a quite new secret"}).status_code == 404, wrong
    assert client.get(f"/confirm/{token}").status_code == 404, "a link has one purpose"
    assert client.get(path).status_code == 200


def test_a_reset_link_is_good_for_half_an_hour(app: Flask, set_clock) -> None:
    client = visitor(app)
    client.post("/reset", data={"email": make_account(app, client)})
    path = link_path(letter(app, "reset_password"))
    set_clock(NOW + timedelta(minutes=31))
    answer = client.post(path, data={"password": "a quite new secret"})
    assert answer.status_code == 410
    assert page(answer).soup.find("button").get_text(strip=True) == "Send a new link"


def test_a_confirmation_code_is_good_for_half_an_hour_at_most(app: Flask, set_clock) -> None:
    from tests.blueprints.accounts_support import code_of

    client = visitor(app)
    client.post("/sign-up", data=SIGN_UP)
    code = code_of(letter(app, "confirm_address"))
    set_clock(NOW + timedelta(minutes=30))
    assert client.post("/confirm", data={"code": code}).status_code == 422
    set_clock(NOW + timedelta(minutes=14))
    assert client.post("/confirm", data={"code": code}).status_code == 303


@pytest.mark.parametrize(
    ("password", "complaint"),
    [
        ("1234567", "Use at least 8 characters."),
        ("password1", "Too many people use this password."),
        ("PassWord1", "Too many people use this password."),
        ("aaaaaaaaaaaa", "Too many people use this password."),
        ("firststep2026", "Too many people use this password."),
        ("x" * 257, "Use at most 256 characters."),
    ],
)
def test_weak_passwords_are_refused_and_the_rest_is_kept(app: Flask, password: str, complaint: str) -> None:
    answer = visitor(app).post("/sign-up", data=SIGN_UP | {"password": password})
    assert answer.status_code == 422
    shown = page(answer)
    assert complaint in shown.text
    assert shown.soup.find("input", {"name": "email"})["value"] == "eva@example.com"
    assert password not in answer.get_data(as_text=True)
    with app.app_context():
        assert db.session.scalars(select(User)).all() == []


def test_a_password_needs_no_special_characters(app: Flask) -> None:
    client = visitor(app)
    email = make_account(app, client, password="ein pferd im flur ü")
    assert enter(client, email, "ein pferd im flur ü").location == "/home"


def test_passwords_are_stored_as_argon2id_with_the_chosen_costs(app: Flask) -> None:
    make_account(app, visitor(app))
    with app.app_context():
        stored = db.session.scalars(select(User.password)).one()
    assert stored is not None
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize(
    "address",
    [
        "a@example.com\r\nBcc: x@y.example",
        "a@example.com,b@example.com",
        "<a@example.com>",
        "a@localhost",
        "a" * 65 + "@example.com",
        "аnа@example.com",
        "no address",
        "",
    ],
)
def test_what_is_not_one_address_is_refused_and_no_mail_is_noted(app: Flask, address: str) -> None:
    for path in ("/sign-up", "/reset", "/confirm/again"):
        answer = visitor(app).post(path, data=SIGN_UP | {"email": address})
        assert answer.status_code == 422
        assert "Enter" in page(answer).text
    with app.app_context():
        assert db.session.scalars(select(OutboxMail)).all() == []


def test_consents_are_asked_for_one_by_one(app: Flask) -> None:
    boxes = page(visitor(app).get("/sign-up")).soup.select("input[type=checkbox]")
    assert [(box["name"], box.has_attr("checked")) for box in boxes] == [
        ("terms", False),
        ("privacy", False),
        ("health_data", False),
    ]
    for missing in ("terms", "privacy", "health_data"):
        data = {name: value for name, value in SIGN_UP.items() if name != missing}
        assert visitor(app).post("/sign-up", data=data).status_code == 422


def test_extra_fields_give_no_rights(app: Flask) -> None:
    client = visitor(app)
    email = make_account(app, client, role="patient", confirmed_at="2020-01-01", active="y", user_id="1")
    enter(client, email)
    assert client.get("/practice").status_code == 404
    assert visitor(app).post("/sign-up", data=SIGN_UP | {"role": "admin"}).status_code == 422


def test_a_password_without_its_code_is_told_to_the_owner_unless_the_code_comes(app: Flask) -> None:
    client = visitor(app)
    email = make_account(app, client)
    enter(client, email)
    codes = set_up_app(app, client)
    thief = visitor(app)
    app.config["CLOCK"] = lambda: NOW + timedelta(minutes=5)
    enter(thief, email)
    with app.app_context():
        row = db.session.scalars(select(OutboxMail).where(OutboxMail.kind == "code_missing")).one()
        assert row.run_at == NOW + timedelta(minutes=8)
    assert letter(app, "code_missing").to == email
    owner = visitor(app)
    enter(owner, email)
    owner.post("/login/recovery", data={"code": codes[0]})
    assert letters(app, "code_missing") == [None, None]
    # What the owner answered hides no stranger who comes after.
    app.config["CLOCK"] = lambda: NOW + timedelta(minutes=20)
    enter(visitor(app), email)
    told = letters(app, "code_missing")
    assert [letter is None for letter in told] == [True, True, False]


def test_a_copied_half_session_ends_with_the_password(app: Flask) -> None:
    client = visitor(app)
    email = make_account(app, client)
    enter(client, email)
    codes = set_up_app(app, client)
    thief = visitor(app)
    enter(thief, email)
    client.post("/reset", data={"email": email})
    client.post(link_path(letter(app, "reset_password")), data={"password": "a quite new secret"})
    assert thief.post("/login/recovery", data={"code": codes[0]}).location == "/login"
    assert thief.get("/settings").status_code == 303


def test_own_device_lengthens_a_patients_session_only(app: Flask) -> None:
    email = make_account(app, visitor(app))
    phone = visitor(app)
    enter(phone, email, own_device="y")
    cookie = phone.get_cookie("session")
    assert cookie is not None
    assert cookie.max_age == 180 * 24 * 3600
    shared = visitor(app)
    enter(shared, email)
    assert shared.get_cookie("session").max_age is None
    assert phone.get_cookie("remember_token") is None
    with app.app_context():
        rows = db.session.scalars(select(UserSession.own_device).where(UserSession.user_id.is_not(None)))
        assert sorted(rows) == [False, True]
