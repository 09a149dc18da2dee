"""The whole way: sign up, confirm, sign in, second factor, sign out."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from firststep.extensions import db
from firststep.models import Consent, MailPreference, Patient, Practitioner, User, UserSession
from tests.blueprints.accounts_support import (
    SIGN_UP,
    app_code,
    code_for_key,
    code_of,
    enter,
    forget_last_code,
    letter,
    letters,
    link_path,
    make_account,
    page,
    set_up_app,
    visitor,
)
from tests.blueprints.test_sharing import invited
from tests.cast import Browser, Cast
from tests.factories import PASSWORD


def test_a_patient_signs_up_confirms_by_link_and_signs_in(app: Flask) -> None:
    client = visitor(app)
    assert client.get("/sign-up").status_code == 200
    answer = client.post("/sign-up", data=SIGN_UP)
    assert (answer.status_code, answer.location) == (303, "/confirm")
    assert "eva@example.com" in page(client.get("/confirm")).text
    mail = letter(app, "confirm_address")
    assert mail.to == "eva@example.com"
    path = link_path(mail)
    assert enter(client, "eva@example.com").status_code == 422
    assert client.get(path).status_code == 200
    with app.app_context():
        assert db.session.scalars(select(User.confirmed_at)).one() is None, "opening the link changes nothing"
    assert client.post(path).location == "/login"
    assert 'value="eva@example.com"' in client.get("/login").get_data(as_text=True)
    assert 'value="eva@example.com"' not in visitor(app).get("/login").get_data(as_text=True)
    answer = enter(client, "eva@example.com")
    assert (answer.status_code, answer.location) == (302, "/home")
    assert client.get("/home").location == "/start"
    with app.app_context():
        user = db.session.scalars(select(User)).one()
        assert (user.name, user.role, user.time_zone) == ("Eva", "patient", "Europe/Berlin")
        assert db.session.scalars(select(Patient.user_id)).one() == user.id
        assert db.session.scalars(select(MailPreference.level)).one() == "discreet"
        assert set(db.session.scalars(select(Consent.kind))) == {"terms", "privacy", "health_data"}


def test_the_texts_open_beside_the_form_so_that_what_was_typed_stays(app: Flask) -> None:
    client = visitor(app)
    links = page(client.get("/sign-up")).soup.select("form fieldset a")
    assert len(links) == 2
    for link in links:
        assert (link["target"], link["rel"]) == ("_blank", ["noopener"])
        text = page(client.get(link["href"]))
        assert "Close it to go back" in text.text
        assert text.soup.select('main a[href="/sign-up"]') == [], "an empty form is not the way back"
    assert page(client.get("/terms")).soup.select('main a[href="/sign-up"]')


def test_who_signs_up_from_an_invitation_is_led_back_to_it(app: Flask, cast: Cast, ana: Browser) -> None:
    _share_id, path = invited(app, ana, email="eva@example.com")
    client, other = visitor(app), visitor(app)
    assert client.get(path).status_code == 200
    with app.app_context():
        visitors = select(UserSession).where(UserSession.user_id != cast.ana_user)
        assert db.session.scalars(visitors).all() == [], "a look at a link writes nothing"
    role = page(client.get("/sign-up")).soup.find("input", {"name": "role", "checked": True})
    assert role is not None
    assert role["value"] == "practitioner"
    assert page(visitor(app).get("/sign-up")).soup.find("input", {"name": "role", "checked": True}) is None
    email = make_account(app, client, role="practitioner", name="Dr Eva")
    assert enter(client, email).location == "/home"
    key = page(client.get("/settings/factor/app")).soup.find("code", "secret").get_text().replace("-", "")
    codes = page(client.post("/settings/factor/app", data={"code": code_for_key(app, key)}))
    assert codes.soup.select_one(f'main a[href="{path}"]') is not None
    with app.app_context():
        kept = [str(row.data) for row in db.session.scalars(select(UserSession))]
        assert not any(path.rpartition("/")[2] in data for data in kept)
    listed = page(client.get("/practice"))
    assert listed.soup.select_one(f'main a[href="{path}"]') is not None
    assert "Nobody shares with you yet" not in listed.text
    # Another browser never saw the link: it has only the word to look into the mail.
    forget_last_code(app, email)
    enter(other, email)
    other.post("/login/code", data={"code": app_code(app, email)})
    text = page(other.get("/practice")).text
    assert "Open the link in your invitation mail once more." in text
    assert "Nobody shares with you yet" not in text
    assert client.post(path).location == "/practice"
    assert "not accepted yet" not in page(client.get("/practice")).text
    assert "once more" not in page(other.get("/practice")).text


def test_a_practitioner_agrees_to_nothing_about_an_own_diary(app: Flask) -> None:
    data = {name: value for name, value in SIGN_UP.items() if name != "health_data"}
    assert visitor(app).post("/sign-up", data=data | {"role": "practitioner"}).status_code == 303
    with app.app_context():
        assert set(db.session.scalars(select(Consent.kind))) == {"terms", "privacy"}


def test_the_code_of_the_mail_does_the_same(app: Flask) -> None:
    client = visitor(app)
    client.post("/sign-up", data=SIGN_UP)
    code = code_of(letter(app, "confirm_address"))
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert client.post("/confirm", data={"code": wrong}).status_code == 422
    assert client.post("/confirm", data={"code": f"{code[:3]} {code[3:]}"}).location == "/login"
    assert enter(client, "eva@example.com").location == "/home"


def test_a_confirmation_link_works_once_and_dies_with_a_newer_one(app: Flask) -> None:
    client = visitor(app)
    client.post("/sign-up", data=SIGN_UP)
    first = link_path(letter(app, "confirm_address"))
    client.post("/confirm/again", data={"email": "eva@example.com"})
    second = link_path(letter(app, "confirm_address"))
    assert client.post(first).status_code == 410
    assert client.post(second).status_code == 303
    assert client.post(second).status_code == 410
    assert page(client.get(second)).soup.find("button").get_text(strip=True) == "Send a new link"


def test_a_practitioner_reaches_patients_only_with_a_second_factor(app: Flask) -> None:
    client = visitor(app)
    email = make_account(app, client, role="practitioner", name="Dr Eva")
    with app.app_context():
        assert db.session.scalars(select(Practitioner)).one().user.name == "Dr Eva"
    assert enter(client, email).location == "/home"
    assert client.get("/practice").location == "/settings/factor"
    assert "You see patients only after" in page(client.get("/settings/factor")).text
    codes = set_up_app(app, client)
    assert len(codes) == 8
    assert client.get("/practice").status_code == 200


def test_signing_in_again_asks_for_the_code_and_takes_it_once(app: Flask) -> None:
    client = visitor(app)
    email = make_account(app, client)
    enter(client, email)
    set_up_app(app, client)
    phone = visitor(app)
    answer = enter(phone, email)
    assert answer.location == "/login/code"
    assert phone.get("/log").location == "/login?next=/log"
    forget_last_code(app, email)
    code = app_code(app, email)
    assert phone.post("/login/code", data={"code": "000000"}).status_code == 422
    assert phone.post("/login/code", data={"code": code}).location == "/home"
    assert phone.get("/settings").status_code == 200
    laptop = visitor(app)
    enter(laptop, email)
    assert laptop.post("/login/code", data={"code": code}).status_code == 422, "a code works once"
    assert laptop.get("/settings").status_code == 303


def test_a_recovery_code_signs_in_once_and_is_not_stored_in_clear(app: Flask) -> None:
    client = visitor(app)
    email = make_account(app, client)
    enter(client, email)
    codes = set_up_app(app, client)
    with app.app_context():
        stored = db.session.scalars(select(User.mf_recovery_codes)).one()
        assert not set(codes) & set(stored)
    phone = visitor(app)
    enter(phone, email)
    assert phone.post("/login/recovery", data={"code": codes[0].upper()}).location == "/home"
    assert phone.get("/settings").status_code == 200
    laptop = visitor(app)
    enter(laptop, email)
    assert laptop.post("/login/recovery", data={"code": codes[0]}).status_code == 422
    assert laptop.post("/login/recovery", data={"code": codes[1]}).location == "/home"


def test_signing_out_kills_a_copied_cookie(app: Flask) -> None:
    client = visitor(app)
    enter(client, make_account(app, client))
    copy = app.test_client()
    cookie = client.get_cookie("session")
    assert cookie is not None
    copy.set_cookie("session", cookie.value)
    assert copy.get("/settings").status_code == 200
    answer = client.post("/logout")
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert copy.get("/settings").status_code == 303
    assert client.get("/settings").status_code == 303
    with app.app_context():
        assert db.session.scalars(select(UserSession)).all() == []


def test_a_forgotten_password_is_replaced_and_every_device_is_signed_out(app: Flask) -> None:
    client = visitor(app)
    email = make_account(app, client)
    enter(client, email)
    other = visitor(app)
    other.post("/reset", data={"email": email})
    first = link_path(letter(app, "reset_password"))
    other.post("/reset", data={"email": email.upper()})
    second = link_path(letter(app, "reset_password"))
    assert other.get(first).status_code == 410
    assert other.post(second, data={"password": "short"}).status_code == 422
    assert other.post(second, data={"password": "a quite new secret"}).location == "/login"
    assert other.post(second, data={"password": "another new secret"}).status_code == 410
    assert client.get("/settings").status_code == 303
    assert other.get("/settings").status_code == 303, "the link does not sign in"
    assert letters(app, "password_changed")[0].to == email
    assert enter(other, email).status_code == 422
    assert enter(other, email, "a quite new secret").location == "/home"


def test_a_reset_does_not_bypass_the_second_factor(app: Flask) -> None:
    client = visitor(app)
    email = make_account(app, client)
    enter(client, email)
    set_up_app(app, client)
    thief = visitor(app)
    thief.post("/reset", data={"email": email})
    thief.post(link_path(letter(app, "reset_password")), data={"password": "the thief's secret"})
    assert enter(thief, email, "the thief's secret").location == "/login/code"
    assert thief.get("/settings/factor/app").status_code == 303
    assert thief.get("/settings").status_code == 303
    assert enter(visitor(app), email, PASSWORD).status_code == 422
