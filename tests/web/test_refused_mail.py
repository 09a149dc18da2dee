"""Every page tells a person whose address refuses mail; nobody else, and it costs no statement."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from firststep.extensions import db
from firststep.models import MailPreference, Patient
from firststep.services import mail_preferences, monday_counts, reminders
from firststep.services.reached import lift_suspension
from tests.cast import NOW, Cast, sign_in
from tests.support.statements import counted

TOLD = "Your mail address refused our mail"


def suspend(app: Flask, cast: Cast) -> None:
    with app.app_context():
        for user_id in (cast.ana_user, cast.cho_user):
            mail_preferences.suspend_address(db.session, user_id, NOW - timedelta(days=1))
        db.session.commit()


@pytest.mark.parametrize("path", ["/log", "/progress", "/settings", "/shares"])
def test_the_pages_of_the_person_say_it_and_lead_to_the_settings(app: Flask, cast: Cast, path: str) -> None:
    ana, ben = sign_in(app, cast.ana_user), sign_in(app, cast.ben_user)
    assert TOLD not in ana.get(path).text
    with counted(app) as before:
        ana.get(path)
    suspend(app, cast)
    with counted(app) as after:
        page = ana.get(path).text
    assert page.count(TOLD) == 1
    assert 'href="/settings/mail"' in page
    assert TOLD not in ben.get(path).text
    assert len(after.texts) == len(before.texts)


def test_the_page_of_the_mail_says_it_once(app: Flask, cast: Cast) -> None:
    suspend(app, cast)
    assert sign_in(app, cast.ana_user).get("/settings/mail").text.count(TOLD) == 1


def test_it_is_gone_once_the_address_was_shown_to_take_mail(app: Flask, cast: Cast) -> None:
    suspend(app, cast)
    ana = sign_in(app, cast.ana_user)
    assert ana.post("/settings/mail/state", data={"state": "on"}).status_code == 303
    assert TOLD in ana.get("/settings").text
    with app.app_context():
        lift_suspension(db.session, cast.ana_user, NOW)
        db.session.commit()
    assert TOLD not in ana.get("/settings").text


@pytest.mark.parametrize(("reminded", "told"), [(False, False), (True, True)])
def test_who_wants_no_mail_misses_nothing(app: Flask, cast: Cast, reminded: bool, told: bool) -> None:
    with app.app_context():
        ana = db.session.get_one(Patient, cast.ana)
        reminders.save(db.session, ana, by_mail=reminded, hour=8, repeats=False, now=NOW)
        mail_preferences.unsubscribe(db.session, cast.ana, NOW)
        db.session.commit()
    suspend(app, cast)
    with app.app_context():
        assert db.session.get_one(MailPreference, cast.ana).suspended_at is not None
    assert (TOLD in sign_in(app, cast.ana_user).get("/settings").text) is told


def test_a_practitioner_is_told_when_the_monday_summary_is_refused(app: Flask, cast: Cast) -> None:
    cho = sign_in(app, cast.cho_user)
    suspend(app, cast)
    assert TOLD not in cho.get("/practice").text
    with app.app_context():
        recipient = monday_counts.find_recipient(db.session, cast.cho)
        monday_counts.choose(db.session, recipient, wanted=True, hour=7, minute=30, now=NOW)
        lift_suspension(db.session, cast.cho_user, NOW)
        db.session.commit()
    assert TOLD not in cho.get("/practice").text
    suspend(app, cast)
    page = cho.get("/practice").text
    assert page.count(TOLD) == 1
    assert 'href="/settings/monday"' in page
    assert cho.get("/settings/monday").text.count(TOLD) == 1
    with app.app_context():
        monday_counts.switch(db.session, cast.cho, NOW, on=False)
        db.session.commit()
    assert TOLD not in cho.get("/practice").text
