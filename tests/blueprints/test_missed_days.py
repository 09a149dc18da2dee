"""The log asks about empty days once, and says nothing when there is nothing to ask."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask

from firststep.extensions import db
from firststep.models import Patient, Pause
from tests import factories
from tests.cast import TODAY, Browser, Cast


def log_days(app: Flask, patient: object, *back: int) -> None:
    """Log some days, counted back from today."""
    with app.app_context():
        for number in back:
            factories.make_diary(db.session, db.session.get_one(Patient, patient), TODAY - timedelta(days=number), [4])
        db.session.commit()


def asked(browser: Browser, address: str = "/log") -> str:
    """Return the question of the page in its words, empty without one."""
    found = re.search(r'id="missed-title">([^<]+)<', browser.get(address).get_data(as_text=True))
    return unescape(found[1]) if found else ""


@pytest.mark.parametrize(
    ("last", "question"),
    [
        (1, ""),
        (2, "Sunday is empty."),
        (3, "Saturday and Sunday are empty."),
        (4, "Friday, Saturday, and Sunday are empty."),
        (5, "4 days are empty, the first is Thursday."),
        (13, "12 days are empty, the first is Wednesday 11 November."),
        (14, ""),
    ],
)
def test_the_empty_days_are_named(app: Flask, ben: Browser, cast: Cast, last: int, question: str) -> None:
    log_days(app, cast.ben, last)
    assert asked(ben) == question


def test_nobody_is_asked_who_never_logged_or_whose_days_are_paused(app: Flask, ben: Browser, cast: Cast) -> None:
    assert asked(ben) == ""
    log_days(app, cast.ben, 4)
    with app.app_context():
        db.session.add(Pause(patient_id=cast.ben, day=TODAY - timedelta(days=3), ends_on=TODAY - timedelta(days=2)))
        db.session.commit()
    assert asked(ben) == "Sunday is empty."


def test_they_stay_empty_is_remembered(app: Flask, ben: Browser, cast: Cast) -> None:
    log_days(app, cast.ben, 4)
    assert ben.get("/diary/days").json["left_empty_until"] is None
    until = TODAY - timedelta(days=1)
    answer = ben.post("/log/leave-empty", data={"until": until.isoformat()})
    assert (answer.status_code, answer.location) == (303, "/log")
    assert asked(ben) == ""
    assert ben.get("/diary/days").json["left_empty_until"] == until.isoformat()
    # Twice is the same as once.
    assert ben.post("/log/leave-empty", data={"until": until.isoformat()}).status_code == 303


def test_the_phone_is_told_of_the_pauses_that_it_may_meet(app: Flask, ben: Browser, cast: Cast) -> None:
    long_ago, lately, later, too_late = (TODAY + timedelta(days=number) for number in (-90, -70, 20, 40))
    with app.app_context():
        db.session.add_all(
            [
                Pause(patient_id=cast.ben, day=long_ago, ends_on=long_ago),
                Pause(patient_id=cast.ben, day=lately, ends_on=TODAY - timedelta(days=50)),
                Pause(patient_id=cast.ben, day=later),
                Pause(patient_id=cast.ben, day=too_late),
                Pause(patient_id=cast.ana, day=TODAY),
            ]
        )
        db.session.commit()
    assert ben.get("/diary/days").json["pauses"] == [
        {"first": lately.isoformat(), "last": (TODAY - timedelta(days=50)).isoformat()},
        {"first": later.isoformat(), "last": None},
    ]


@pytest.mark.parametrize("until", [None, "", "yesterday", "2026-11-23", "2026-11-24", "1999-01-01", "2026-02-30"])
def test_only_days_that_are_over_can_be_left_empty(app: Flask, ben: Browser, cast: Cast, until: str | None) -> None:
    log_days(app, cast.ben, 4)
    assert ben.post("/log/leave-empty", data={} if until is None else {"until": until}).status_code == 404
    assert asked(ben) != ""


def test_from_each_empty_day_the_next_one_is_one_tap_away(app: Flask, ben: Browser, cast: Cast) -> None:
    log_days(app, cast.ben, 4)
    first, second, third = (f"/log/{TODAY - timedelta(days=number)}" for number in (3, 2, 1))
    assert f'href="{first}"><span>Fill</span>' in ben.get("/log").get_data(as_text=True)
    pages = {address: ben.get(address).get_data(as_text=True) for address in (first, second, third)}
    assert re.search(f'href="{second}">.{{0,300}}Next empty day: Saturday', pages[first], re.S)
    assert re.search(f'href="{third}">.{{0,300}}Next empty day: Sunday', pages[second], re.S)
    assert "Next empty day" not in pages[third]
    log_days(app, cast.ben, 3)
    assert "Next empty day: Saturday" in ben.get(first).get_data(as_text=True)
    # A day long before has nothing to do with it.
    assert "Next empty day" not in ben.get(f"/log/{TODAY - timedelta(days=9)}").get_data(as_text=True)
    assert asked(ben, first) == ""
