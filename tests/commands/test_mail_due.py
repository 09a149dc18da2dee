"""What ``mail due`` lists: whose letter, about which week or month, in the own time; and it changes nothing."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from firststep.extensions import db
from firststep.models import Patient
from firststep.services.mail_preferences import change_schedule, find_reader
from tests.cast import NOW, Cast
from tests.support.mails import log_last_week, rows


@pytest.fixture
def ana(app: Flask, cast: Cast) -> str:
    """Return Ana's address; she logged five days of last week."""
    with app.app_context():
        log_last_week(db.session, db.session.get_one(Patient, cast.ana))
        db.session.commit()
    return "ana@example.com"


def test_a_weekly_letter_is_listed_with_its_week(app: Flask, ana: str) -> None:
    said = app.test_cli_runner().invoke(args=["mail", "due", "--now", NOW.isoformat()]).output
    line = next(line for line in said.splitlines() if line.startswith(ana))
    assert "Mon 2026-11-23 07:30 Europe/Berlin  week 2026-11-16 to 2026-11-22  5 of 7 days logged" in line
    assert said.splitlines()[-1] == "1 letters due."
    assert rows(app) == []


def test_a_monthly_letter_is_listed_with_its_month(app: Flask, cast: Cast, ana: str) -> None:
    with app.app_context():
        reader = find_reader(db.session, cast.ana)
        assert reader is not None
        change_schedule(db.session, reader, rhythm="monthly", weekday=0, hour=7, minute=30, now=NOW)
        db.session.commit()
    at = "2026-12-07T07:30:00+01:00"
    said = app.test_cli_runner().invoke(args=["mail", "due", "--now", at, "--json"]).output
    found = {letter["patient"]: letter for letter in json.loads(said)}[ana]
    assert (found["about"], found["first_day"], found["last_day"]) == ("month", "2026-11-01", "2026-11-30")
    assert (found["days_logged"], found["outcome"]) == (18, "letter")
    assert "month 2026-11-01 to 2026-11-30  18 of 30 days logged" in (
        app.test_cli_runner().invoke(args=["mail", "due", "--now", at]).output
    )
