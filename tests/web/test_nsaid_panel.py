"""The sentence about NSAIDs names the days that its figures are of, which need be neither before the start nor now."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask

from firststep.clinical.diary import DayAnswers, Diary, Episode
from firststep.clinical.outcomes import outcomes
from firststep.figures.period import Period
from firststep.services.trajectories import Course
from firststep.web.nsaid_panel import nsaid_panel
from firststep.web.panel import Panel, parts_of

START = date(2026, 3, 2)


def panel(app: Flask, taken: dict[int, bool], *, today: int) -> Panel:
    """Return the panel of answers by the day of care on which they were given, as seen on a day of care."""
    answers = tuple(DayAnswers(START + timedelta(days=at), nsaid_taken=yes) for at, yes in taken.items())
    diary = Diary((), answers, (Episode("acupuncture", START),))
    course = Course(diary=diary, recalled=frozenset())
    on = START + timedelta(days=today)
    found = outcomes(diary, measure="first_step")
    with app.test_request_context():
        made = nsaid_panel(course, found, parts_of(Period(START, 60), on), lambda key: key, today=on)
    assert made is not None
    return made


BEFORE = dict.fromkeys(range(-28, 0), True)
FIRST_WEEK = dict.fromkeys(range(7), True)
NONE_SINCE = dict.fromkeys(range(20, 60), False)


@pytest.mark.parametrize(
    ("taken", "today", "sentence", "remark"),
    [
        (
            BEFORE | NONE_SINCE,
            59,
            "NSAIDs: 7.0 days a week before the start, 0.0 in the last 4 weeks.",
            "None answered with yes in the last 4 weeks, after some before the start.",
        ),
        # Without answers before the start the rule takes the first week, and the sentence says so.
        (
            FIRST_WEEK | NONE_SINCE,
            59,
            "NSAIDs: 7.0 days a week in the first week, 0.0 in the last 4 weeks.",
            "None answered with yes in the last 4 weeks, after some in the first week.",
        ),
        # Six days without an answer are still lately; after a week the sentence names the last day.
        (FIRST_WEEK | NONE_SINCE, 65, "NSAIDs: 7.0 days a week in the first week, 0.0 in the last 4 weeks.", ""),
        (
            FIRST_WEEK | NONE_SINCE,
            66,
            "NSAIDs: 7.0 days a week in the first week, 0.0 in the 4 weeks up to 30 April 2026.",
            "None answered with yes in the 4 weeks up to 30 April 2026, after some in the first week.",
        ),
        (BEFORE, 90, "NSAIDs: 7.0 days a week before the start, 7.0 in the 4 weeks up to 1 March 2026.", ""),
        (FIRST_WEEK, 8, "NSAIDs: 7.0 days a week in the first week; too few answers lately.", ""),
        (dict.fromkeys(range(20, 40), True), 40, "NSAIDs: 7.0 days a week in the last 4 weeks.", ""),
    ],
)
def test_the_sentence_names_its_days(
    app: Flask, taken: dict[int, bool], today: int, sentence: str, remark: str
) -> None:
    made = panel(app, taken, today=today)
    assert made.sentence == sentence
    assert remark in made.note
