"""Which empty days are asked about, and which are not."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask

from firststep.clinical.adherence import PauseDays
from firststep.extensions import db
from firststep.models import Patient
from firststep.services.missed_days import leave_empty, missed_days
from tests.cast import Cast

TODAY = date(2026, 11, 26)


def days(*back: int) -> list[date]:
    return [TODAY - timedelta(days=number) for number in back]


@pytest.mark.parametrize(
    ("logged", "missed"),
    [
        ([], []),
        ([0], []),
        ([1], []),
        ([0, 1], []),
        ([3], [2, 1]),
        # Today's entry closes no gap before it.
        ([0, 3], [2, 1]),
        # Only the days since the last entry are asked about, not every hole.
        ([2, 5], [1]),
        ([13], [*range(12, 0, -1)]),
        # Older than the strip: only from the calendar.
        ([14], []),
        ([-1, 2], [1]),
    ],
)
def test_the_days_since_the_last_entry_are_missed(logged: list[int], missed: list[int]) -> None:
    assert missed_days(days(*logged), today=TODAY) == days(*missed)


@pytest.mark.parametrize(("left", "missed"), [(9, [4, 3, 2, 1]), (5, [4, 3, 2, 1]), (3, [2, 1]), (1, []), (0, [])])
def test_days_that_stay_empty_are_not_asked_about_again(left: int, missed: list[int]) -> None:
    assert missed_days(days(5), today=TODAY, left_until=days(left)[0]) == days(*missed)


def test_the_days_of_a_pause_are_not_missed() -> None:
    past = PauseDays(first=days(4)[0], last=days(3)[0])
    assert missed_days(days(5), today=TODAY, pauses=iter([past])) == days(2, 1)
    open_one = PauseDays(first=days(2)[0])
    assert missed_days(days(5), today=TODAY, pauses=[past, open_one]) == []


def test_what_was_said_of_later_days_stands(app: Flask, cast: Cast) -> None:
    with app.app_context():
        ben = db.session.get_one(Patient, cast.ben)
        for until, stands in ((2, 2), (4, 2), (1, 1)):
            leave_empty(db.session, ben, days(until)[0])
            db.session.commit()
            assert db.session.get_one(Patient, cast.ben).left_empty_until == days(stands)[0]
