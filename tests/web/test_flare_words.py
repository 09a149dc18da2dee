"""How long a flare-up lasted, in words; of one that began before what is shared only what went on is told."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask

from firststep.clinical.diary import Diary
from firststep.clinical.flares import FlareAsked
from firststep.services.diary_events import Event
from firststep.services.trajectories import Course
from firststep.web.flare_words import flare_card, flare_lines
from tests.cast import TODAY


def flare(first: date, **values: Any) -> Event:
    """Return a flare-up that the person confirmed."""
    return Event(kind="flare", id=uuid4(), day=first, values={"confirmed": True, **values})


def day(back: int) -> date:
    return TODAY - timedelta(days=back)


def said(app: Flask, event: Event, begun_before: frozenset[UUID] = frozenset()) -> tuple[str, str]:
    course = Course(diary=Diary(), recalled=frozenset(), events=(event,), begun_before=begun_before)
    with app.test_request_context():
        (line,) = flare_lines(course, TODAY)
    return line.since, line.said


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (flare(day(0)), "not settled yet, day 1"),
        (flare(day(9)), "not settled yet, day 10"),
        (flare(day(9), settled_on=day(0)), "settled after 9 days"),
        (flare(day(1), settled_on=day(0)), "settled after 1 day"),
        (flare(day(4), settled_on=day(4)), "settled on the same day"),
        # Noted for a day to come, as somebody who travelled may have: it has not settled yet.
        (flare(day(2), settled_on=day(-1)), "not settled yet, day 3"),
        (flare(day(-1)), "not settled yet"),
        (flare(day(2), foot="left", worst_pain=65), "not settled yet, day 3, left foot, worst pain 6.5 of 10"),
        (flare(day(2), worst_pain=0, trigger="A run"), "not settled yet, day 3, worst pain 0 of 10, “A run”"),
    ],
)
def test_how_long_it_lasted(app: Flask, event: Event, words: str) -> None:
    assert said(app, event)[1] == words


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (flare(day(5)), "not settled yet"),
        (flare(day(5), settled_on=day(1)), "settled on 22 November 2026"),
    ],
)
def test_of_one_that_began_before_neither_first_day_nor_length_is_told(app: Flask, event: Event, words: str) -> None:
    assert said(app, event, frozenset({event.id})) == ("Since before 18 November 2026", words)


def test_a_no_is_no_flare_up(app: Flask) -> None:
    no = Event(kind="flare", id=uuid4(), day=TODAY, values={"confirmed": False})
    with app.test_request_context():
        assert flare_lines(Course(diary=Diary(), recalled=frozenset(), events=(no,)), TODAY) == []


@pytest.mark.parametrize(
    ("asked", "two_feet", "text"),
    [
        (
            FlareAsked("right", "first_step", day(2)),
            False,
            "Your first steps hurt more in the last 3 days than in the 2 weeks before.",
        ),
        (
            FlareAsked("left", "average", day(2)),
            True,
            "Left foot: your heel hurt more over the last 3 days than in the 2 weeks before.",
        ),
    ],
)
def test_the_question_says_what_was_written_down_and_nothing_more(
    app: Flask, asked: FlareAsked, two_feet: bool, text: str
) -> None:
    with app.test_request_context():
        card = flare_card(asked, two_feet=two_feet, back="log")
        assert flare_card(None, two_feet=two_feet, back="log") is None
    assert card is not None
    assert (card.text, card.foot, card.day) == (text, asked.foot, day(2).isoformat())
