"""The settings of the letter by mail: when, how often, how much, a preview, one now; and stopping it signed out."""

from __future__ import annotations

import re
from base64 import b64decode
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select

from firststep.extensions import db
from firststep.models import MailPreference, OutboxMail, Patient, User
from firststep.services import erasure
from firststep.services.audit import Actor
from firststep.services.consents import consent_standings
from firststep.services.weekly_mail import due_at
from tests.cast import NOW, Browser, Cast, sign_in
from tests.support.letters import write
from tests.support.mails import log_last_week

PAGE = "/settings/mail"
ON_FRIDAYS = {"weekday": "4", "time": "18:45"}
UNDO = {"undo": "yes"}
FRIDAYS = ((11, 27), (12, 4))


@pytest.fixture
def ana(app: Flask, cast: Cast) -> Browser:
    """Return Ana's browser; she logged five days of last week."""
    with app.app_context():
        log_last_week(db.session, db.session.get_one(Patient, cast.ana))
        db.session.commit()
    return sign_in(app, cast.ana_user)


def wish(app: Flask, cast: Cast) -> MailPreference:
    with app.app_context():
        return db.session.get_one(MailPreference, cast.ana)


def outbox(app: Flask) -> list[OutboxMail]:
    with app.app_context():
        return list(db.session.scalars(select(OutboxMail)))


@pytest.mark.parametrize(
    ("rhythm", "title", "next_on"),
    [("weekly", "Weekly mail", date(2026, 11, 27)), ("monthly", "Monthly mail", date(2026, 12, 4))],
)
def test_day_time_and_rhythm_are_kept_and_said(
    app: Flask, cast: Cast, ana: Browser, rhythm: str, title: str, next_on: date
) -> None:
    assert ana.post(PAGE, data={**ON_FRIDAYS, "rhythm": rhythm}).status_code == 303
    kept = wish(app, cast)
    assert (kept.rhythm, kept.weekday, kept.hour, kept.minute) == (rhythm, 4, 18, 45)
    assert kept.next_at is not None
    assert kept.next_at.date() == next_on
    page = BeautifulSoup(ana.get(PAGE).text, "html5lib")
    assert page.h1.get_text(strip=True) == title
    chosen = {select_["name"]: select_.find("option", selected=True)["value"] for select_ in page.find_all("select")}
    assert chosen == {"rhythm": rhythm, "weekday": "4"}
    assert page.find("input", attrs={"name": "time"})["value"] == "18:45"


def test_the_page_says_when_the_next_one_comes_and_about_which_days(app: Flask, cast: Cast, ana: Browser) -> None:
    def said() -> str:
        line = BeautifulSoup(ana.get(PAGE).text, "html5lib").find(string=re.compile("The next one comes on"))
        return str(line).strip() if line else ""

    ana.post(PAGE, data={**ON_FRIDAYS, "rhythm": "weekly"})
    about = "Monday 16 November to Sunday 22 November, if you logged on one of these days."
    assert said() == f"The next one comes on Friday 27 November, about {about}"
    with app.app_context():
        # That week was told on Monday: on Friday nothing comes.
        db.session.get_one(MailPreference, cast.ana).last_week_on = date(2026, 11, 16)
        db.session.commit()
        due_on = [bool(due_at(db.session, datetime(2026, month, day, 20, tzinfo=UTC))) for month, day in FRIDAYS]
    assert due_on == [False, True]
    about = "Monday 23 November to Sunday 29 November, if you logged on one of these days."
    assert said() == f"The next one comes on Friday 4 December, about {about}"
    ana.post(PAGE, data={**ON_FRIDAYS, "rhythm": "monthly"})
    about = "Sunday 1 November to Monday 30 November, if you logged on one of these days."
    assert said() == f"The next one comes on Friday 4 December, about {about}"
    ana.post(f"{PAGE}/state", data={"state": "pause"})
    assert said() == ""


@pytest.mark.parametrize("wrong", [{"rhythm": "daily"}, {"rhythm": ""}, {"weekday": "7"}, {"time": "24:00"}])
def test_what_is_no_choice_is_refused_and_changes_nothing(
    app: Flask, cast: Cast, ana: Browser, wrong: dict[str, str]
) -> None:
    answer = ana.post(PAGE, data={**ON_FRIDAYS, "rhythm": "monthly", **wrong})
    assert answer.status_code == 422
    kept = wish(app, cast)
    assert (kept.rhythm, kept.weekday, kept.hour) == ("weekly", 0, 7)


def test_the_preview_is_the_detailed_letter_with_its_picture_before_anything_is_switched_on(
    app: Flask, cast: Cast, ana: Browser
) -> None:
    page = BeautifulSoup(ana.get(f"{PAGE}/preview").text, "html5lib")
    assert wish(app, cast).level == "discreet"
    shown = page.select_one("#mail")
    assert shown is not None
    assert "Your first-step pain averaged 2.4." in shown.pre.get_text()
    picture = shown.img
    png = b64decode(str(picture["src"]).removeprefix("data:image/png;base64,"))
    assert picture["alt"].startswith("Chart up to Sunday 22 November.")
    assert ana.post(f"{PAGE}/level", data={"level": "detailed"}).status_code == 303
    assert wish(app, cast).level == "detailed"
    with app.app_context():
        assert consent_standings(db.session, cast.ana_user)["detailed_mail"].holds
    sent = write(app, cast, "weekly_summary", detailed=True, logs=False)
    assert sent.picture is not None
    assert sent.picture.png == png
    assert sent.text.split() == shown.pre.get_text().split()


def test_one_now_goes_through_the_outbox_once_in_ten_minutes(app: Flask, ana: Browser) -> None:
    for _ in range(3):
        assert ana.post(f"{PAGE}/send").status_code == 303
    assert [(row.kind, row.parameters) for row in outbox(app)] == [
        ("weekly_summary", {"week": "2026-11-16", "asked": True})
    ]


def test_one_now_is_about_the_month_once_it_is_monthly(app: Flask, ana: Browser) -> None:
    ana.post(PAGE, data={**ON_FRIDAYS, "rhythm": "monthly"})
    ana.post(f"{PAGE}/send")
    assert [row.parameters for row in outbox(app)] == [{"month": "2026-10-01", "asked": True}]


def test_whoever_gets_it_monthly_reads_of_no_weekly_mail(app: Flask, cast: Cast, ana: Browser) -> None:
    letter = write(app, cast, "weekly_summary", detailed=True, logs=False, monthly=True)
    ana.post(PAGE, data={**ON_FRIDAYS, "rhythm": "monthly"})
    ana.post(f"{PAGE}/state", data={"state": "off"})
    assert letter.list_unsubscribe is not None
    stop = urlsplit(letter.list_unsubscribe).path
    answers = [ana.get(PAGE), ana.get(f"{PAGE}/preview"), ana.get(stop), ana.post(stop), ana.post(stop, data=UNDO)]
    for answer in answers:
        page = BeautifulSoup(answer.text, "html5lib")
        # What the letter itself counts in weeks, and the choice to have it every week.
        for part in page.select("pre, option, img"):
            part.decompose()
        assert "week" not in page.get_text().lower()


@pytest.mark.parametrize("deleted", [False, True])
def test_the_mail_itself_stops_the_letters_signed_out_and_also_after_the_account_is_gone(
    app: Flask, cast: Cast, deleted: bool
) -> None:
    letter = write(app, cast, "weekly_summary", detailed=False)
    assert letter.list_unsubscribe is not None
    path = urlsplit(letter.list_unsubscribe).path
    if deleted:
        with app.app_context():
            actor = Actor(user_id=cast.ana_user, name="Ana", now=NOW, key=b"k" * 32)
            erasure.erase_account(db.session, actor, db.session.get_one(User, cast.ana_user))
            db.session.commit()
    stranger = app.test_client()
    asking = stranger.get(path)
    assert asking.status_code == 200
    if not deleted:
        # Looking changes nothing: the scanners of mail providers look.
        assert "Stop the summaries by mail?" in asking.text
        assert wish(app, cast).unsubscribed_at is None
    answer = stranger.post(path, data={"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, "No summary will be sent." in answer.text) == (200, True)
    if not deleted:
        assert wish(app, cast).unsubscribed_at is not None
    with app.app_context():
        assert "weekly_summary" not in {row.kind for row in db.session.scalars(select(OutboxMail)) if deleted}
