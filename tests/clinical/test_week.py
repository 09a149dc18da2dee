"""The figures of a week."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest

from firststep.clinical.diary import DayAnswers, Diary
from firststep.clinical.outcomes import outcomes
from firststep.clinical.week import (
    SUNDAY,
    Month,
    PlannedDay,
    WeekFigures,
    adherence,
    adherence_to_plan,
    month_with,
    months_between,
    week_figures,
    week_of,
    week_with,
)
from tests.clinical.diaries import MONDAY, diary_of

WEEK = week_of(MONDAY)


@pytest.mark.parametrize("offset", range(7))
def test_weeks_begin_on_monday_or_on_the_day_that_is_set(offset: int) -> None:
    day = MONDAY + timedelta(days=offset)
    assert week_with(day) == WEEK
    sunday_first = week_with(day, SUNDAY)
    assert sunday_first.first.weekday() == SUNDAY
    assert sunday_first.first <= day <= sunday_first.last
    assert len(sunday_first.days) == 7
    assert sunday_first.days[-1] == sunday_first.last
    assert week_with(day, day.weekday()).first == day


def test_the_week_before() -> None:
    assert WEEK.previous.last == MONDAY - timedelta(days=1)
    assert WEEK.previous.first == MONDAY - timedelta(days=7)


def test_adherence_is_of_answered_days() -> None:
    done = {MONDAY: True, MONDAY + timedelta(days=1): False, MONDAY + timedelta(days=6): True}
    outside = {MONDAY - timedelta(days=1): False, MONDAY + timedelta(days=7): False}
    assert adherence({**done, **outside}, WEEK) == Fraction(2, 3)
    assert adherence({MONDAY: False}, WEEK) == 0
    assert adherence(outside, WEEK) is None


def planned(*days: tuple[int, int, int | None]) -> list[PlannedDay]:
    return [PlannedDay(MONDAY + timedelta(days=offset), asked, done) for offset, asked, done in days]


def test_adherence_to_a_plan_is_sets_done_of_sets_planned() -> None:
    assert adherence_to_plan(planned((0, 3, 3), (2, 3, 0), (4, 3, None)), WEEK) == Fraction(3, 9)
    assert adherence_to_plan(planned((0, 3, 9), (2, 3, 1)), WEEK) == 1
    assert adherence_to_plan(planned((0, 3, None)), WEEK) is None
    assert adherence_to_plan(planned((0, 0, 4)), WEEK) is None
    assert adherence_to_plan(planned((7, 3, 3), (-1, 3, 3)), WEEK) is None
    assert adherence_to_plan([], WEEK) is None


def figures(
    tenths: list[int | None], week: date, start: date | None = None, answers: tuple[DayAnswers, ...] = ()
) -> WeekFigures:
    diary = diary_of(tenths, start=start, answers=answers)
    return week_figures(diary, outcomes(diary, measure="first_step"), week_of(week))


def test_the_figures_of_the_letter() -> None:
    second = MONDAY + timedelta(days=7)
    found = figures([70] * 7 + [50] * 7, second, start=second)
    assert (found.mean, found.against_last_week, found.against_start) == (5, -2, -2)
    assert (found.days_logged, found.adherence) == (7, None)


def test_what_cannot_be_said_is_none() -> None:
    first = figures([70] * 7, MONDAY)
    assert (first.mean, first.against_last_week, first.against_start) == (7, None, 0)
    sparse = figures([70, 70, 70, None, None, None, None, 50, 50, 50, 50], MONDAY)
    assert (sparse.mean, sparse.against_last_week, sparse.against_start, sparse.days_logged) == (None, None, None, 3)
    nothing = week_figures(Diary(), outcomes(Diary(), measure="average"), WEEK)
    assert (nothing.mean, nothing.days_logged, nothing.adherence) == (None, 0, None)


def test_days_logged_are_days_with_any_answer() -> None:
    answers = (
        DayAnswers(MONDAY, stretch_done=True),
        DayAnswers(MONDAY + timedelta(days=5), nsaid_taken=False),
        DayAnswers(MONDAY + timedelta(days=6)),
        DayAnswers(MONDAY + timedelta(days=7), stretch_done=True),
    )
    found = figures([70, 70], MONDAY, answers=answers)
    assert (found.days_logged, found.adherence) == (3, 1)


def test_a_month_begins_with_its_first_day_and_ends_with_its_last() -> None:
    leap = Month(first=date(2028, 2, 1), last=date(2028, 2, 29))
    assert {month_with(date(2028, 2, day)) for day in (1, 15, 29)} == {leap}


def test_months_between_are_all_that_have_a_day_in_the_range() -> None:
    found = [month.first for month in months_between(date(2026, 11, 30), date(2027, 2, 1))]
    assert found == [date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1), date(2027, 2, 1)]
    assert [month.last for month in months_between(date(2028, 2, 3), date(2028, 2, 3))] == [date(2028, 2, 29)]
    assert list(months_between(date(2026, 11, 30), date(2026, 10, 31))) == []
