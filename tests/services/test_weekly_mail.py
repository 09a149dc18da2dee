"""Whose letter is due: once per week in the person's own time, and only for those who want it and may get it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from threading import Event
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from firststep.extensions import db
from firststep.jobs.weekly_summaries import note_weekly_letters
from firststep.models import MailPreference, OutboxMail, Patient, User
from firststep.services import consents, mail_preferences
from firststep.services.accounts import lock_account
from firststep.services.audit import Actor
from firststep.services.erasure import erase_account
from firststep.services.reached import lift_suspension
from firststep.services.weekly_mail import due_at, handle_due, note_letter
from tests import factories
from tests.cast import NOW, Cast
from tests.support.mails import log_last_week

LATER = NOW + timedelta(minutes=10)
WEEK = timedelta(days=7)


@pytest.fixture
def ana(session: Session, cast: Cast) -> Patient:
    """Return Ana, who logged five days of last week."""
    patient = session.get_one(Patient, cast.ana)
    log_last_week(session, patient)
    session.commit()
    return patient


def kinds(session: Session) -> list[str]:
    return list(session.scalars(select(OutboxMail.kind).order_by(OutboxMail.created_at)))


def wish(session: Session, patient_id: UUID) -> MailPreference:
    return session.get_one(MailPreference, patient_id, populate_existing=True)


def test_a_letter_is_noted_once_however_often_it_is_looked_for(session: Session, ana: Patient) -> None:
    assert handle_due(session, ana.id, LATER) == "letter"
    assert handle_due(session, ana.id, LATER) is None
    assert handle_due(session, ana.id, LATER + timedelta(hours=5)) is None
    assert kinds(session) == ["weekly_summary"]
    assert session.scalars(select(OutboxMail.dedupe_key)).one() == f"weekly:{ana.id}:2026-11-16"


def test_one_whose_letter_cannot_be_worked_out_keeps_nobody_elses_back(
    session: Session, cast: Cast, ana: Patient
) -> None:
    ben, ana_user = session.get_one(Patient, cast.ben), ana.user_id
    log_last_week(session, ben)
    wish(session, ana.id).next_at = NOW
    # No page stores such a day: it stands for whatever may be wrong with one person's data.
    broken = wish(session, ben.id)
    broken.last_week_on, broken.next_at = date.max, NOW - timedelta(days=1)
    session.commit()
    assert note_weekly_letters(LATER)["failed"] == 1
    assert session.scalars(select(OutboxMail.user_id)).all() == [ana_user]
    assert wish(session, cast.ben).next_at == LATER + timedelta(hours=1)
    assert note_weekly_letters(LATER)["failed"] == 0


def test_whoever_leaves_while_their_letter_is_noted_leaves(app: Flask, session: Session, ana: Patient) -> None:
    user_id = ana.user_id
    wish(session, ana.id).next_at = NOW
    session.commit()

    locked, go_on = Event(), Event()

    # Each in a thread of its own, as in processes of their own.
    def leave() -> None:
        with app.app_context():
            user = lock_account(db.session, user_id)
            locked.set()
            go_on.wait(timeout=20)
            erase_account(db.session, Actor(user_id=user_id, name="", now=NOW, key=b"k" * 32), user)
            db.session.commit()

    def note() -> None:
        with app.app_context():
            note_weekly_letters(LATER)

    with ThreadPoolExecutor(2) as threads:
        leaving = threads.submit(leave)
        assert locked.wait(timeout=20)
        noting = threads.submit(note)
        waits = wait([noting], timeout=0.7).not_done
        go_on.set()
        # The worker waited for the account, and held nothing that its deletion needs.
        leaving.result(timeout=20)
        assert waits
        # To the worker's insertion the account that is gone is a fault of the database; its next round goes on.
        with suppress(IntegrityError):
            noting.result(timeout=20)
    assert "weekly_summary" not in kinds(session)


def test_due_at_lists_the_slot_the_week_and_the_days(session: Session, ana: Patient) -> None:
    assert due_at(session, NOW - timedelta(minutes=1)) == []
    found = {letter.email: letter for letter in due_at(session, NOW)}
    letter = found["ana@example.com"]
    assert letter.slot_at == NOW
    assert (letter.told.first, letter.told.last) == (date(2026, 11, 16), date(2026, 11, 22))
    assert (letter.days_logged, letter.outcome) == (5, "letter")
    assert found["ben@example.com"].outcome == "nothing_logged"
    assert kinds(session) == []


def test_a_sunday_first_week_ends_with_saturday(session: Session, ana: Patient) -> None:
    ana.user.week_starts_on = 6
    session.commit()
    letter = next(letter for letter in due_at(session, NOW) if letter.email == "ana@example.com")
    assert (letter.told.first, letter.told.last) == (date(2026, 11, 15), date(2026, 11, 21))
    # Sunday 15, Monday, Tuesday, Thursday and Friday; not Sunday 22.
    assert letter.days_logged == 5


def test_each_zone_has_its_own_monday_morning(session: Session, ana: Patient) -> None:
    ana.user.time_zone = "Pacific/Auckland"
    session.commit()
    at = datetime(2026, 11, 23, 7, 30, tzinfo=ZoneInfo("Pacific/Auckland"))
    assert [letter.email for letter in due_at(session, at)] == ["ana@example.com"]
    assert at.astimezone(UTC).date() == date(2026, 11, 22)


@pytest.mark.parametrize("change", ["off", "pause", "unsubscribe", "suspend", "inactive", "unconfirmed", "consent"])
def test_nobody_gets_a_letter_who_must_not(session: Session, ana: Patient, change: str) -> None:
    reader = mail_preferences.find_reader(session, ana.id)
    {
        "off": lambda: mail_preferences.switch_off(session, reader, NOW),
        "pause": lambda: mail_preferences.pause(session, reader, NOW),
        "unsubscribe": lambda: mail_preferences.unsubscribe(session, ana.id, NOW),
        "suspend": lambda: mail_preferences.suspend_address(session, ana.user_id, NOW),
        "inactive": lambda: setattr(ana.user, "active", False),
        "unconfirmed": lambda: setattr(ana.user, "confirmed_at", None),
        "consent": lambda: consents.withdraw_consent(session, ana.user_id, "health_data", NOW),
    }[change]()
    session.commit()
    assert handle_due(session, ana.id, LATER) is None
    assert "ana@example.com" not in [letter.email for letter in due_at(session, NOW)]
    assert kinds(session) == []


def test_a_person_can_switch_on_again_after_each_kind_of_stop(session: Session, ana: Patient) -> None:
    mail_preferences.unsubscribe(session, ana.id, NOW)
    mail_preferences.suspend_address(session, ana.user_id, NOW)
    reader = mail_preferences.find_reader(session, ana.id)
    mail_preferences.switch_off(session, reader, NOW)
    assert wish(session, ana.id).next_at is None
    mail_preferences.switch_on(session, reader, NOW)
    assert wish(session, ana.id).next_at is None, "an address that refuses mail must be shown to take it"
    lift_suspension(session, ana.user_id, NOW)
    assert handle_due(session, ana.id, LATER) == "letter"


def test_two_empty_weeks_bring_one_question_and_then_rest(session: Session, cast: Cast) -> None:
    outcomes = [handle_due(session, cast.ben, LATER + number * WEEK) for number in range(5)]
    assert outcomes == ["nothing_logged", "question", "nothing_logged", "nothing_logged", "nothing_logged"]
    assert kinds(session) == ["weekly_question"]
    assert wish(session, cast.ben).paused_at == LATER + WEEK


def test_what_was_before_somebody_came_is_no_empty_week_of_theirs(session: Session, cast: Cast) -> None:
    # On Monday morning in Berlin, ten minutes before the first letter is due.
    session.get_one(User, cast.ben_user).created_at = NOW - timedelta(minutes=10)
    outcomes = [handle_due(session, cast.ben, LATER + number * WEEK) for number in range(4)]
    assert outcomes == ["nothing_logged", "nothing_logged", "question", "nothing_logged"]


def test_who_came_on_the_last_day_of_a_month_is_not_asked_about_that_month(session: Session, cast: Cast) -> None:
    monthly(session, cast.ben)
    session.get_one(User, cast.ben_user).created_at = datetime(2026, 11, 29, 23, 30, tzinfo=UTC)
    assert handle_due(session, cast.ben, MONTHLY + timedelta(minutes=10)) == "nothing_logged"
    assert handle_due(session, cast.ben, datetime(2027, 1, 4, 6, 45, tzinfo=UTC)) == "question"


def test_resting_letters_come_back_with_the_next_logged_week(session: Session, cast: Cast) -> None:
    for number in range(3):
        handle_due(session, cast.ben, LATER + number * WEEK)
    ben = session.get_one(Patient, cast.ben)
    factories.make_diary(session, ben, date(2026, 12, 8), [4])
    assert handle_due(session, cast.ben, LATER + 3 * WEEK) == "letter"
    assert wish(session, cast.ben).paused_at is None
    assert wish(session, cast.ben).empty_weeks == 0
    assert handle_due(session, cast.ben, LATER + 4 * WEEK) == "nothing_logged"


def test_a_pause_by_hand_ends_only_by_hand(session: Session, ana: Patient) -> None:
    reader = mail_preferences.find_reader(session, ana.id)
    mail_preferences.pause(session, reader, NOW - timedelta(days=1))
    assert handle_due(session, ana.id, LATER) is None
    assert wish(session, ana.id).next_at is None


def test_a_worker_that_was_away_sends_within_two_days_and_not_later(session: Session, ana: Patient) -> None:
    assert handle_due(session, ana.id, NOW + timedelta(hours=49)) is None
    assert wish(session, ana.id).next_at > NOW + timedelta(days=6)
    assert handle_due(session, ana.id, NOW + timedelta(hours=47)) == "letter"


def test_moving_west_does_not_bring_the_letter_at_night(session: Session, ana: Patient) -> None:
    """The plan was made in Berlin; when it comes up in New York it is half past one there."""
    mail_preferences.replan(session, ana.id, NOW - timedelta(days=1))
    ana.user.time_zone = "America/New_York"
    session.commit()
    assert handle_due(session, ana.id, LATER) is None
    planned = wish(session, ana.id).next_at.astimezone(ZoneInfo("America/New_York"))
    assert planned.date() == date(2026, 11, 23)
    assert abs(planned - datetime(2026, 11, 23, 7, 30, tzinfo=ZoneInfo("America/New_York"))) <= timedelta(minutes=10)


def test_a_new_time_does_not_bring_a_week_twice(session: Session, ana: Patient) -> None:
    handle_due(session, ana.id, LATER)
    reader = mail_preferences.find_reader(session, ana.id)
    mail_preferences.change_schedule(session, reader, rhythm="weekly", weekday=1, hour=8, minute=0, now=LATER)
    assert handle_due(session, ana.id, NOW + timedelta(days=1, hours=2)) is None
    assert kinds(session) == ["weekly_summary"]


def test_an_account_added_by_an_operator_gets_letters(session: Session, cast: Cast) -> None:
    """The command records no consent, since the operator holds it on paper; only a withdrawal stops the letter."""
    user = User(
        email="new@example.com",
        role="patient",
        name="New",
        active=True,
        fs_uniquifier="u",
        created_at=NOW,
        confirmed_at=NOW.replace(tzinfo=None),
        time_zone="Europe/Berlin",
    )
    session.add(user)
    session.flush()
    patient = Patient(user_id=user.id, created_at=NOW)
    session.add(patient)
    session.flush()
    session.add(MailPreference(patient_id=patient.id))
    log_last_week(session, patient)
    session.commit()
    assert "new@example.com" in [letter.email for letter in due_at(session, NOW)]


def test_asking_for_one_now_sends_one_in_ten_minutes_and_keeps_the_plan(session: Session, ana: Patient) -> None:
    reader = mail_preferences.find_reader(session, ana.id)
    assert note_letter(session, reader, NOW) == "noted"
    assert note_letter(session, reader, NOW + timedelta(minutes=1)) == "known"
    assert handle_due(session, ana.id, LATER) == "letter"


def test_who_switched_figures_on_may_ask_for_one_with_them_at_once(session: Session, ana: Patient) -> None:
    reader = mail_preferences.find_reader(session, ana.id)
    answers = []
    for level in ("discreet", "detailed", "detailed"):
        mail_preferences.change_level(session, reader, level, NOW)
        answers.append(note_letter(session, reader, NOW))
    assert answers == ["noted", "noted", "known"]


def test_asking_for_one_about_an_empty_week_sends_nothing(session: Session, cast: Cast) -> None:
    reader = mail_preferences.find_reader(session, cast.ben)
    assert note_letter(session, reader, NOW) == "nothing_logged"
    assert kinds(session) == []


MONTHLY = datetime(2026, 12, 7, 6, 30, tzinfo=UTC)


def monthly(session: Session, patient_id: UUID, now: datetime = NOW) -> None:
    reader = mail_preferences.find_reader(session, patient_id)
    mail_preferences.change_schedule(session, reader, rhythm="monthly", weekday=0, hour=7, minute=30, now=now)
    session.commit()


def test_a_monthly_letter_comes_on_the_months_first_such_day_about_the_month_before(
    session: Session, ana: Patient
) -> None:
    monthly(session, ana.id)
    assert wish(session, ana.id).next_at.date() == date(2026, 12, 7)
    assert handle_due(session, ana.id, NOW + WEEK + timedelta(minutes=10)) is None
    assert handle_due(session, ana.id, MONTHLY + timedelta(minutes=10)) == "letter"
    assert handle_due(session, ana.id, MONTHLY + timedelta(minutes=20)) is None
    row = session.scalars(select(OutboxMail)).one()
    assert (row.parameters, row.dedupe_key) == ({"month": "2026-11-01"}, f"monthly:{ana.id}:2026-11-01")
    assert wish(session, ana.id).next_at.date() == date(2027, 1, 4)


def test_going_over_to_months_leaves_out_no_month_and_going_back_repeats_no_week(
    session: Session, ana: Patient
) -> None:
    assert handle_due(session, ana.id, LATER) == "letter"
    monthly(session, ana.id, LATER)
    assert handle_due(session, ana.id, MONTHLY + timedelta(minutes=10)) == "letter"
    reader = mail_preferences.find_reader(session, ana.id)
    now = MONTHLY + timedelta(hours=1)
    mail_preferences.change_schedule(session, reader, rhythm="weekly", weekday=0, hour=9, minute=0, now=now)
    factories.make_diary(session, ana, date(2026, 11, 30), [4])
    # Of the week that ends after the month only its first day was told.
    assert handle_due(session, ana.id, MONTHLY + timedelta(hours=2)) == "letter"
    assert [row.parameters for row in session.scalars(select(OutboxMail).order_by(OutboxMail.created_at))] == [
        {"week": "2026-11-16"},
        {"month": "2026-11-01"},
        {"week": "2026-11-30"},
    ]
    mail_preferences.change_schedule(session, reader, rhythm="monthly", weekday=0, hour=11, minute=0, now=now)
    assert handle_due(session, ana.id, MONTHLY + timedelta(hours=4)) is None


def test_an_empty_month_asks_at_once(session: Session, cast: Cast) -> None:
    monthly(session, cast.ben)
    assert handle_due(session, cast.ben, MONTHLY + timedelta(minutes=10)) == "question"
    assert mail_preferences.find_reader(session, cast.ben).rests
    ben = session.get_one(Patient, cast.ben)
    factories.make_diary(session, ben, date(2026, 12, 8), [4])
    january = datetime(2027, 1, 4, 6, 45, tzinfo=UTC)
    assert handle_due(session, cast.ben, january) == "letter"


def test_one_that_is_asked_for_is_about_the_last_month(session: Session, ana: Patient) -> None:
    monthly(session, ana.id)
    reader = mail_preferences.find_reader(session, ana.id)
    assert note_letter(session, reader, NOW) == "noted"
    assert session.scalars(select(OutboxMail)).one().parameters == {"month": "2026-10-01", "asked": True}
