"""The question about a flare-up is asked once per spell, and an answer is all that is kept."""

from __future__ import annotations

import doctest
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firststep.clinical import flares
from firststep.clinical.change import asks_about_flare_up
from firststep.clinical.diary import Diary, FootDay
from firststep.clinical.flares import SPELL_DAYS, FlareAnswer, FlareAsked, days_to_settle, flare_asked
from firststep.clinical.measures import Foot, Measure

TODAY = date(2026, 11, 23)


def day(back: int) -> date:
    """Return the day so many days before today."""
    return TODAY - timedelta(days=back)


def diary(calm: int, lately: list[int | None], *, foot: Foot = "right", measure: Measure = "first_step") -> Diary:
    """Return 14 days of one pain and then the last days, the last of them today; None is no entry."""
    values = [*[calm] * 14, *lately]
    of_measure = (lambda v: (v, None)) if measure == "first_step" else (lambda v: (None, v))
    rows = [
        FootDay(day(len(values) - 1 - at), foot, *of_measure(value))
        for at, value in enumerate(values)
        if value is not None
    ]
    return Diary(tuple(rows))


RISE = diary(30, [50, 50, 50])


def test_examples_in_the_text_are_true() -> None:
    result = doctest.testmod(flares)
    assert (result.failed, result.attempted > 0) == (0, True)


@pytest.mark.parametrize(
    ("found", "asked"),
    [
        (RISE, FlareAsked("right", "first_step", day(2))),
        (diary(30, [50, 50, 50], foot="left"), FlareAsked("left", "first_step", day(2))),
        (diary(30, [50, 50, 50], measure="average"), FlareAsked("right", "average", day(2))),
        # Two entries of the last three are enough, and the rise began with the first of them.
        (diary(30, [None, 50, 50]), FlareAsked("right", "first_step", day(1))),
        (diary(30, [50, None, 50]), FlareAsked("right", "first_step", day(2))),
        (diary(30, [None, None, 50]), None),
        # Met on equality, and not by a tenth less.
        (diary(30, [49, 50, 50]), None),
        (diary(30, [30, 30, 30]), None),
        (Diary(), None),
    ],
)
def test_a_rise_of_two_points_is_asked_about(found: Diary, asked: FlareAsked | None) -> None:
    assert flare_asked(found, (), TODAY) == asked


@pytest.mark.parametrize(
    ("answer", "silent"),
    [
        (FlareAnswer(day(2), confirmed=True), True),
        (FlareAnswer(day(2), confirmed=False), True),
        (FlareAnswer(day(0), confirmed=False), True),
        (FlareAnswer(day(SPELL_DAYS - 1), confirmed=False), True),
        (FlareAnswer(day(SPELL_DAYS), confirmed=False), False),
        # One that has not settled is still the same spell, however long ago it began.
        (FlareAnswer(day(90), confirmed=True), True),
        (FlareAnswer(day(90), confirmed=True, settled_on=day(-1)), True),
        (FlareAnswer(day(90), confirmed=True, settled_on=day(SPELL_DAYS - 1)), True),
        (FlareAnswer(day(90), confirmed=True, settled_on=day(SPELL_DAYS)), False),
        (FlareAnswer(day(2), confirmed=True, foot="right"), True),
        (FlareAnswer(day(2), confirmed=True, foot="left"), False),
        # Whoever travelled west may have answered on a day that is still to come.
        (FlareAnswer(day(-1), confirmed=False), False),
    ],
)
def test_an_answer_silences_the_question_for_its_spell_and_foot(answer: FlareAnswer, silent: bool) -> None:
    assert (flare_asked(RISE, (answer,), TODAY) is None) is silent


def test_the_other_foot_is_still_asked_about() -> None:
    both = Diary(RISE.foot_days + diary(20, [60, 60, 60], foot="left").foot_days)
    assert flare_asked(both, (), TODAY) == FlareAsked("right", "first_step", day(2))
    right = FlareAnswer(day(2), confirmed=False, foot="right")
    assert flare_asked(both, (right,), TODAY) == FlareAsked("left", "first_step", day(2))
    assert flare_asked(both, (right, FlareAnswer(day(1), confirmed=True, foot="left")), TODAY) is None
    assert flare_asked(both, (FlareAnswer(day(2), confirmed=False),), TODAY) is None


entries = st.lists(st.none() | st.integers(0, 100), min_size=17, max_size=17)


@given(entries, entries)
def test_it_is_asked_exactly_when_the_rule_says_so_of_a_foot_and_measure(
    right: list[int | None], left: list[int | None]
) -> None:
    rows = [
        FootDay(day(16 - at), foot, value)
        for foot, values in (("right", right), ("left", left))
        for at, value in enumerate(values)
        if value is not None
    ]
    found = Diary(tuple(rows))  # type: ignore[arg-type]
    holds = [foot for foot in ("right", "left") if asks_about_flare_up(found.tenths(foot, "first_step"), TODAY)]  # type: ignore[arg-type]
    asked = flare_asked(found, (), TODAY)
    assert (asked.foot if asked else None) == (holds[0] if holds else None)
    if asked:
        assert day(2) <= asked.since <= TODAY
        assert asked.since in found.tenths(asked.foot, asked.measure)
        # Once a question is answered for its day, it is not asked again about that foot.
        again = flare_asked(found, (FlareAnswer(asked.since, confirmed=False, foot=asked.foot),), TODAY)
        assert again is None or again.foot != asked.foot


@given(st.dates(date(2000, 1, 2), date(2100, 1, 1)), st.integers(0, 3000))
def test_days_to_settle_count_the_nights_between(first: date, days: int) -> None:
    assert days_to_settle(first, first + timedelta(days=days)) == days


def test_nothing_settles_before_it_began() -> None:
    with pytest.raises(ValueError, match="cannot settle"):
        days_to_settle(TODAY, day(1))
