"""Settings: profile, password, address, factor, sessions, consents."""

from __future__ import annotations

import time
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select, update

from firststep.extensions import db
from firststep.jobs.weekly_summaries import note_weekly_letters
from firststep.models import Consent, MailPreference, Patient, Practitioner, Share, User, UserSession
from firststep.services.audit import read_trail
from tests.blueprints.accounts_support import (
    app_code,
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
from tests.cast import NOW, Browser, Cast, sign_in
from tests.factories import PASSWORD


@pytest.fixture
def eva(app: Flask) -> Browser:
    """Return the browser of Eva, a patient who just signed in."""
    client = visitor(app)
    enter(client, make_account(app, client))
    return client


def grow_stale(app: Flask) -> None:
    """Let eleven minutes pass since every password was entered."""
    with app.app_context():
        for row in db.session.scalars(select(UserSession)):
            row.data = row.data | {"fs_paa": time.time() - 660, "fs_gexp": 0}
        db.session.commit()


def test_a_patient_sets_name_zone_week_and_foot(app: Flask, eva: Browser) -> None:
    sent = {"name": " Eva M. ", "time_zone": "Asia/Kolkata", "week_starts_on": "6", "feet": "both"}
    assert eva.post("/settings", data=sent).status_code == 303
    shown = page(eva.get("/settings")).soup
    assert shown.find("input", {"name": "name"})["value"] == "Eva M."
    assert shown.select_one("select[name=time_zone] option[selected]")["value"] == "Asia/Kolkata"
    assert shown.select_one("select[name=week_starts_on] option[selected]")["value"] == "6"
    assert shown.select_one("input[name=feet][checked]")["value"] == "both"
    with app.app_context():
        assert db.session.scalars(select(Patient.alias)).one() == "Eva M."


@pytest.mark.parametrize(
    ("sent", "stands"), [({"onset_on": "2026-03"}, "2026-03"), ({"onset_on": ""}, ""), ({}, "2026-01")]
)
def test_since_when_it_hurts_can_be_changed_later(app: Flask, eva: Browser, sent: dict[str, str], stands: str) -> None:
    about = {"name": "Eva", "time_zone": "UTC", "week_starts_on": "0", "feet": "both"}
    assert eva.post("/settings", data=about | {"onset_on": "2026-01"}).status_code == 303
    assert eva.post("/settings", data=about | sent).status_code == 303
    assert page(eva.get("/settings")).soup.find("input", {"name": "onset_on"})["value"] == stands


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"onset_on": "2027-01"}, "That day has not come yet."),
        ({"onset_on": "March"}, "2026-03"),
        ({"time_zone": "Europe/Atlantis"}, "Not a valid choice"),
        ({"time_zone": ""}, "Choose your time zone."),
        ({"name": "x" * 121}, "120"),
        ({"name": "a\x00b"}, "cannot be stored"),
        ({"feet": "three"}, "Not a valid choice"),
    ],
)
def test_a_bad_setting_is_refused_and_nothing_is_stored(
    app: Flask, eva: Browser, change: dict[str, str], complaint: str
) -> None:
    sent = {"name": "Kept", "time_zone": "Asia/Kolkata", "week_starts_on": "6", "feet": "both"} | change
    answer = eva.post("/settings", data=sent)
    assert answer.status_code == 422
    assert complaint in page(answer).text
    with app.app_context():
        assert db.session.scalars(select(User.name)).one() == "Eva"


def test_a_practitioner_keeps_a_name_and_what_was_stated_elsewhere(app: Flask, cho: Browser, cast: Cast) -> None:
    sent = {"name": "Dr Cho", "time_zone": "UTC", "week_starts_on": "0", "profession": "changed"}
    assert cho.post("/settings", data=sent | {"name": ""}).status_code == 422
    assert cho.post("/settings", data=sent).status_code == 303
    assert "/practice/profile" in cho.get("/settings").text
    with app.app_context():
        assert db.session.get_one(Practitioner, cast.cho).profession == "Acupuncturist"


def test_changing_the_password_ends_the_other_sessions_and_keeps_this_one(app: Flask, eva: Browser) -> None:
    phone = visitor(app)
    enter(phone, "eva@example.com")
    cookie = eva.get_cookie("session")
    assert cookie is not None
    wrong = {"current": "wrong", "password": "a quite new secret"}
    assert eva.post("/settings/password", data=wrong).status_code == 422
    right = {"current": PASSWORD, "password": "a quite new secret"}
    assert eva.post("/settings/password", data=right).location == "/settings"
    assert eva.get("/settings").status_code == 200
    assert phone.get("/settings").status_code == 303
    assert eva.get_cookie("session").value != cookie.value
    assert letter(app, "password_changed").to == "eva@example.com"
    assert enter(visitor(app), "eva@example.com", "a quite new secret").location == "/home"


def test_the_address_changes_only_when_the_link_at_the_new_one_is_used(app: Flask, eva: Browser) -> None:
    assert eva.post("/settings/address", data={"email": "New@Example.com"}).location == "/settings"
    mail = letter(app, "address_change")
    assert mail.to == "new@example.com"
    path = link_path(mail)
    assert "new@example.com" in page(eva.get(path)).text
    with app.app_context():
        assert db.session.scalars(select(User.email)).one() == "eva@example.com"
    assert eva.post(path).location == "/login"
    assert letter(app, "address_changed").to == "eva@example.com"
    assert eva.get("/settings").status_code == 303
    assert eva.post(path).status_code == 410
    assert enter(visitor(app), "eva@example.com").status_code == 422
    assert enter(visitor(app), "new@example.com").location == "/home"


def test_a_new_password_ends_a_change_of_address_that_was_asked_for_before(app: Flask, eva: Browser) -> None:
    eva.post("/settings/address", data={"email": "thief@example.com"})
    link = link_path(letter(app, "address_change"))
    eva.post("/reset", data={"email": "eva@example.com"})
    eva.post(link_path(letter(app, "reset_password")), data={"password": "another good one"})
    assert (eva.get(link).status_code, eva.post(link).status_code) == (410, 410)
    assert letters(app, "address_changed") == []


def test_an_address_that_somebody_has_is_not_given_away(app: Flask, cast: Cast, eva: Browser) -> None:
    answer = eva.post("/settings/address", data={"email": "ben@example.com"}, follow_redirects=True)
    assert "We sent a mail to the new address." in page(answer).text
    assert letter(app, "address_exists").to == "ben@example.com"
    assert letters(app, "address_change") == []


@pytest.mark.parametrize(
    "path",
    ["/settings/password", "/settings/address", "/settings/factor/app", "/settings/passkeys"],
)
def test_changes_of_how_one_signs_in_need_a_fresh_password(app: Flask, eva: Browser, path: str) -> None:
    assert eva.get(path).status_code == 200
    grow_stale(app)
    answer = eva.get(path)
    assert answer.location == f"/verify?next={path}"
    assert eva.post("/verify", data={"password": "wrong", "next": path}).status_code == 422
    assert eva.post("/verify", data={"password": PASSWORD, "next": "//evil.example"}).location == "/settings"
    grow_stale(app)
    assert eva.post("/verify", data={"password": PASSWORD, "next": path}).location == path
    assert eva.get(path).status_code == 200


def test_a_change_of_factor_ends_the_other_sessions_and_is_told(app: Flask, eva: Browser) -> None:
    phone = visitor(app)
    enter(phone, "eva@example.com")
    set_up_app(app, eva)
    assert phone.get("/settings").status_code == 303
    assert eva.get("/settings").status_code == 200
    assert letter(app, "factor_changed").to == "eva@example.com"
    assert eva.post("/settings/factor/app/remove").location == "/settings/factor"
    assert enter(visitor(app), "eva@example.com").location == "/home"


def test_new_recovery_codes_replace_the_old_ones(app: Flask, eva: Browser) -> None:
    old = set_up_app(app, eva)
    new = [item.get_text() for item in page(eva.post("/settings/factor/codes")).soup.select(".codes code")]
    assert len(new) == 8
    phone = visitor(app)
    enter(phone, "eva@example.com")
    assert phone.post("/login/recovery", data={"code": old[0]}).status_code == 422
    assert phone.post("/login/recovery", data={"code": new[0]}).location == "/home"


def test_a_practitioner_keeps_at_least_one_factor(app: Flask) -> None:
    client = visitor(app)
    enter(client, make_account(app, client, role="practitioner"))
    set_up_app(app, client)
    client.post("/settings/factor/app/remove")
    assert "your only second factor" in page(client.get("/settings/factor")).text
    with app.app_context():
        assert db.session.scalars(select(User)).one().has_factor


def test_who_has_a_factor_must_prove_it_before_changing_it(app: Flask, eva: Browser) -> None:
    codes = set_up_app(app, eva)
    with app.app_context():
        db.session.execute(update(UserSession).values(factor_checked_at=None))
        db.session.commit()
    assert eva.get("/settings/factor/app").location == "/settings/factor"
    assert page(eva.get("/settings/factor")).heading == "Your second factor, please"
    assert eva.get("/settings/passkeys").location == "/settings/factor"
    assert eva.post("/settings/factor", data={"code": "000000"}).status_code == 422
    forget_last_code(app, "eva@example.com")
    code = app_code(app, "eva@example.com")
    assert eva.post("/settings/factor", data={"code": code}).location == "/home"
    assert eva.get("/settings/factor/app").status_code == 200
    with app.app_context():
        db.session.execute(update(UserSession).values(factor_checked_at=None))
        db.session.commit()
    assert eva.post("/settings/factor", data={"code": code}).status_code == 422, "a code works once"
    assert eva.post("/settings/factor", data={"code": codes[3]}).location == "/home"


@pytest.mark.parametrize("name", ["a\x00b", "a\u202eb", "a\nb", "x" * 65, ""])
def test_a_passkey_gets_a_name_of_one_plain_line(eva: Browser, name: str) -> None:
    refused = eva.post("/settings/passkeys", json={"name": name})
    assert (refused.status_code, "credential_options" in refused.get_data(as_text=True)) == (400, False)
    assert eva.post("/settings/passkeys", json={"name": "My phone"}).status_code == 200


def test_the_qr_code_has_no_inline_style_and_the_key_is_text(eva: Browser) -> None:
    answer = eva.get("/settings/factor/app")
    soup = page(answer).soup
    assert soup.select_one(".qr-frame svg.qr path") is not None
    assert "style=" not in answer.get_data(as_text=True)
    assert soup.find("a", href=lambda href: href and href.startswith("otpauth://totp/Firststep:eva"))
    assert len(soup.find("code", "secret").get_text().replace("-", "")) >= 32


def test_the_list_of_sessions_names_devices_and_signs_them_out(app: Flask, eva: Browser) -> None:
    phone = visitor(app)
    agent = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36"
    phone.post("/login", data={"email": "eva@example.com", "password": PASSWORD}, headers={"User-Agent": agent})
    shown = page(eva.get("/settings/sessions"))
    assert "Chrome on Android" in shown.text
    assert shown.text.count("This device") == 1
    (form,) = shown.soup.select("form[action$='/end']")
    assert eva.post(form["action"]).status_code == 303
    assert phone.get("/settings").status_code == 303
    assert eva.post(form["action"]).status_code == 404


def test_all_other_sessions_end_at_once(app: Flask, eva: Browser) -> None:
    others = [visitor(app) for _ in range(3)]
    for other in others:
        enter(other, "eva@example.com")
    eva.post("/settings/sessions/end-others")
    assert [other.get("/settings").status_code for other in others] == [303] * 3
    assert eva.get("/settings").status_code == 200


def test_nobody_ends_the_session_of_somebody_else(app: Flask, ana: Browser, ben: Browser, cast: Cast) -> None:
    with app.app_context():
        of_ana = db.session.scalars(select(UserSession.id).where(UserSession.user_id == cast.ana_user)).one()
    assert ben.post(f"/settings/sessions/{of_ana}/end").status_code == 404
    assert ana.get("/settings").status_code == 200


def test_withdrawing_the_health_data_consent_closes_the_diary(app: Flask, cast: Cast, ana: Browser) -> None:
    assert ana.post("/settings/consents/health-data/withdraw").status_code == 303
    assert ana.get("/log").location == "/settings/consents"
    assert ana.get("/progress").location == "/settings/consents"
    assert "The diary is closed." in page(ana.get("/settings/consents")).text
    with app.app_context():
        share = db.session.get_one(Share, cast.share)
        assert (share.state, share.ended_at is not None) == ("stopped", True)
        assert read_trail(db.session, cast.ana)[0].what == "share_stopped"
        assert db.session.get_one(MailPreference, cast.ana).weekly is False
        rows = db.session.scalars(
            select(Consent).where(Consent.user_id == cast.ana_user, Consent.kind == "health_data").order_by(Consent.id)
        ).all()
        assert [row.withdrawn_at is None for row in rows] == [True, False], "rows are added, not changed"
    assert ana.post("/settings/consents/health-data/give").status_code == 303
    assert ana.get("/log").status_code == 200
    with app.app_context():
        assert db.session.get_one(Share, cast.share).state == "stopped"


def test_a_half_signed_in_person_sees_no_settings(app: Flask, cast: Cast) -> None:
    half = sign_in(app, cast.cho_user, pending=True)
    for path in ("/settings", "/settings/sessions", "/settings/consents", "/settings/password", "/settings/address"):
        assert half.get(path).location.startswith("/login")
    for path in ("/settings/factor/app", "/settings/passkeys", "/verify", "/passkey/verify"):
        assert half.get(path).location.startswith("/login")
    assert half.get("/settings/factor").location == "/login/code"


def test_terms_and_privacy_are_public(app: Flask) -> None:
    for path, heading in (("/terms", "Terms"), ("/privacy", "How your data is handled")):
        answer = visitor(app).get(path)
        assert (answer.status_code, page(answer).heading) == (200, heading)


def test_a_patient_sets_the_country_of_drug_labels(app: Flask, eva: Browser) -> None:
    sent = {"name": "Eva", "time_zone": "Asia/Kolkata", "week_starts_on": "0", "feet": "both"}
    assert eva.post("/settings", data=sent).status_code == 303
    shown = page(eva.get("/settings")).soup.select_one("select[name=country]")
    assert shown.select_one("option[value='']").text == "As the time zone says: India"
    assert shown.select_one("option[value=GB]").text == "United Kingdom"
    assert eva.post("/settings", data=sent | {"country": "GB"}).status_code == 303
    assert eva.post("/settings", data=sent).status_code == 303, "a page from before the question leaves the answer"
    assert page(eva.get("/settings")).soup.select_one("select[name=country] option[selected]")["value"] == "GB"
    for nowhere in ("ZZ", "EU", "gb", "USA", "\x00\x00"):
        assert eva.post("/settings", data=sent | {"country": nowhere}).status_code == 422
    assert eva.post("/settings", data=sent | {"country": ""}).status_code == 303
    with app.app_context():
        assert db.session.scalars(select(Patient.country)).one() is None


def test_a_practitioner_is_not_asked_for_a_country(cho: Browser) -> None:
    assert page(cho.get("/settings")).soup.select_one("select[name=country]") is None


def test_a_change_of_zone_moves_the_weekly_letter(app: Flask, ana: Browser, cast: Cast) -> None:
    with app.app_context():
        db.session.get_one(User, cast.ana_user).time_zone = "America/Los_Angeles"
        db.session.commit()
        note_weekly_letters(NOW - timedelta(days=2))
    app.config["CLOCK"] = lambda: NOW - timedelta(days=1)
    ana.post("/settings", data={"name": "Ana", "time_zone": "Pacific/Auckland", "week_starts_on": "0", "feet": "right"})
    with app.app_context():
        planned = db.session.get_one(MailPreference, cast.ana)
        assert planned.next_at is not None
        there = planned.next_at.astimezone(ZoneInfo("Pacific/Auckland"))
        assert (there.weekday(), there.hour) in ((0, planned.hour), (0, planned.hour - 1))
