"""An address that refused mail: the person is told, and a mail that arrives brings the letters back."""

from __future__ import annotations

from collections import Counter
from email import message_from_bytes, policy
from urllib.parse import urlsplit

import pytest
from flask import Flask

from firststep.extensions import db
from firststep.models import DigestPreference, MailPreference, User
from firststep.services import accounts, mail_preferences, reminders
from tests.cast import NOW, Browser, Cast
from tests.support.mailbox import link_of
from tests.support.mails import rows, send_all
from tests.support.smtp import Post, post

__all__ = ["post"]

TITLE = "Your mail address refused our mail"
BUTTON = 'action="/settings/address/try"'


@pytest.fixture
def refused(app: Flask, cast: Cast) -> None:
    """Let Ana's address have refused a mail."""
    with app.app_context():
        mail_preferences.suspend_address(db.session, cast.ana_user, NOW)
        db.session.commit()


def wish(app: Flask, cast: Cast) -> MailPreference:
    with app.app_context():
        return db.session.get_one(MailPreference, cast.ana)


def ask(app: Flask, person: Browser, office: Post, address: str = "ana@example.com") -> str:
    """Press the button of the banner; return the path of the link in the mail."""
    assert person.post("/settings/address/try").status_code == 303
    assert send_all(app, office)["sent"] == 1
    mail = message_from_bytes(office.raw[-1], policy=policy.default)
    assert mail["To"] == address
    assert "once more" in mail["Subject"]
    assert "List-Unsubscribe" not in mail
    return urlsplit(link_of(mail, "http://localhost")).path


def test_the_banner_is_where_the_person_is(ana: Browser, ben: Browser, refused: None) -> None:
    assert TITLE in ana.get("/log").text
    assert BUTTON in ana.get("/settings/mail").text
    assert BUTTON not in ben.get("/settings/mail").text


def test_a_practitioner_gets_the_monday_mail_back_in_the_same_way(
    app: Flask, cast: Cast, cho: Browser, nobody: Browser, post: Post
) -> None:
    cho.post("/settings/monday", data={"time": "07:30"})
    with app.app_context():
        mail_preferences.suspend_address(db.session, cast.cho_user, NOW)
        db.session.commit()
    assert BUTTON in cho.get("/settings/monday").text
    assert nobody.post(ask(app, cho, post, "cho@example.com")).status_code == 303
    assert BUTTON not in cho.get("/settings/monday").text
    with app.app_context():
        assert db.session.get_one(DigestPreference, cast.cho).next_at is not None


def test_a_mail_that_arrives_brings_the_letters_back(
    app: Flask, cast: Cast, ana: Browser, nobody: Browser, refused: None, post: Post
) -> None:
    link = ask(app, ana, post)
    assert "ana@example.com" not in nobody.get(link).text, "whoever holds the link need not learn it"
    assert wish(app, cast).suspended_at == NOW, "looking changes nothing: scanners look"
    assert nobody.post(link).status_code == 303
    assert wish(app, cast).suspended_at is None
    assert wish(app, cast).next_at is not None
    assert TITLE not in ana.get("/log").text
    assert nobody.post(link).status_code == 410, "it works once"


def test_only_the_newest_mail_to_the_present_address_counts(
    app: Flask, cast: Cast, ana: Browser, nobody: Browser, refused: None, post: Post
) -> None:
    first = ask(app, ana, post)
    second = ask(app, ana, post)
    assert ana.post(first).status_code == 410
    with app.app_context():
        assert accounts.change_address(db.session, db.session.get_one(User, cast.ana_user), "new@example.com", NOW)
        mail_preferences.suspend_address(db.session, cast.ana_user, NOW)
        db.session.commit()
    assert nobody.post(second).status_code == 410
    assert wish(app, cast).suspended_at == NOW


def test_a_new_address_ends_the_suspension_of_the_old_one(app: Flask, cast: Cast, refused: None) -> None:
    with app.app_context():
        assert accounts.change_address(db.session, db.session.get_one(User, cast.ana_user), "new@example.com", NOW)
        db.session.commit()
    assert wish(app, cast).suspended_at is None
    assert wish(app, cast).next_at is not None


def test_nothing_else_does(app: Flask, cast: Cast, ana: Browser, refused: None) -> None:
    ana.post("/settings/mail/state", data={"state": "off"})
    ana.post("/settings/mail/state", data={"state": "on"})
    ana.post("/settings/mail", data={"weekday": "2", "time": "08:00"})
    ana.post("/reminders", data={"hour": "8", "by_mail": "y"})
    assert wish(app, cast).suspended_at == NOW
    assert wish(app, cast).next_at is None
    with app.app_context():
        assert not reminders.takes_mail(db.session, cast.ana)


def test_a_link_of_another_purpose_or_a_changed_one_is_none(
    app: Flask, cast: Cast, ana: Browser, refused: None, post: Post
) -> None:
    link = ask(app, ana, post)
    token = link.rsplit("/", 1)[-1]
    for path in (f"/address/{token}", f"/confirm/{token}", link[:-1] + ("A" if link[-1] != "A" else "B")):
        assert ana.post(path).status_code == 404, path
    assert Counter(row.kind for row in rows(app)) == Counter(reach_address=1)
