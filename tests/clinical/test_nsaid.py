"""NSAID-days per week: of answered days only, in windows that are full enough."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest

from firststep.clinical.diary import DayAnswers, Diary, FootDay
from firststep.clinical.nsaid import (
    NsaidUse,
    Window,
    baseline_window,
    last_window,
    month_until,
    nsaid_days_per_week,
    nsaid_use,
    week_until,
)
from firststep.clinical.outcomes import outcomes
from tests.clinical.diaries import MONDAY, diary_of, nsaid_days

START = MONDAY + timedelta(days=28)
LAST = START + timedelta(days=60)


def answers(first: date, yes: int, no: int) -> dict[date, bool]:
    """Return so many days with an NSAID and then so many without, one after another."""
    return {first + timedelta(days=offset): offset < yes for offset in range(yes + no)}


def use(before: dict[date, bool], lately: dict[date, bool]) -> NsaidUse:
    """Return the use between a start and a last answered day."""
    return nsaid_use({**before, **lately}, START, LAST)


def lately(yes: int, no: int) -> dict[date, bool]:
    """Return answers of the last days."""
    return answers(LAST - timedelta(days=yes + no - 1), yes, no)


def test_days_per_week_are_of_answered_days() -> None:
    assert nsaid_days_per_week(answers(MONDAY, 4, 10), MONDAY + timedelta(days=27)) == 2
    assert nsaid_days_per_week(answers(MONDAY, 4, 9), MONDAY + timedelta(days=27)) is None
    assert nsaid_days_per_week(answers(MONDAY, 0, 14), MONDAY + timedelta(days=27)) == 0


def test_the_window_before_the_start_ends_the_day_before_it() -> None:
    whole = answers(MONDAY, 14, 14)
    assert use(whole, {}).baseline == Fraction(7, 2)
    beyond = {MONDAY - timedelta(days=1): True, START: True}
    assert use({**whole, **beyond}, {}).baseline == Fraction(7, 2)


def test_without_answers_before_it_the_first_week_counts() -> None:
    assert use(answers(START, 2, 2), {}).baseline == Fraction(7, 2)
    assert use(answers(START, 1, 2), {}).baseline is None
    assert use(answers(START + timedelta(days=4), 4, 0), {}).baseline is None
    thirteen_before = answers(START - timedelta(days=13), 13, 0)
    assert use({**thirteen_before, **answers(START, 0, 4)}, {}).baseline == 0


def test_half_is_reduced_and_a_little_more_is_not() -> None:
    before = answers(MONDAY, 14, 14)
    assert use(before, lately(7, 21)) == NsaidUse(Fraction(7, 2), Fraction(7, 4), reduced=True, stopped=False)
    assert use(before, lately(8, 20)) == NsaidUse(Fraction(7, 2), Fraction(2), reduced=False, stopped=False)


def test_none_in_20_answers_is_stopped_and_in_19_reduced() -> None:
    before = answers(MONDAY, 14, 14)
    assert use(before, lately(0, 20)) == NsaidUse(Fraction(7, 2), Fraction(0), reduced=True, stopped=True)
    assert use(before, lately(0, 19)) == NsaidUse(Fraction(7, 2), Fraction(0), reduced=True, stopped=False)
    assert use(before, lately(0, 14)) == NsaidUse(Fraction(7, 2), Fraction(0), reduced=True, stopped=False)
    assert use(before, lately(0, 13)) == NsaidUse(Fraction(7, 2), None)


def test_who_took_none_before_can_neither_reduce_nor_stop() -> None:
    assert use(answers(MONDAY, 0, 28), lately(0, 28)) == NsaidUse(Fraction(0), Fraction(0))


def test_the_last_window_ends_with_the_last_answer_of_any_kind_on_either_foot() -> None:
    taken = nsaid_days(MONDAY, [True] * 28 + [False] * 28)
    last = MONDAY + timedelta(days=55)

    def last_of(*, foot_days: tuple[FootDay, ...] = (), more: tuple[DayAnswers, ...] = ()) -> Fraction | None:
        return outcomes(Diary(foot_days, (*taken, *more)), measure="first_step").nsaid.last

    assert last_of() == 0
    later = last + timedelta(days=15)
    assert last_of(foot_days=(FootDay(later, "left", None, 30),)) is None
    assert last_of(more=(DayAnswers(later, stretch_done=False),)) is None
    assert last_of(foot_days=(FootDay(later, "left"),), more=(DayAnswers(later),)) == 0
    assert last_of(foot_days=(FootDay(last + timedelta(days=14), "right", 30),)) == 0


def test_without_a_start_there_is_no_baseline_and_still_a_last_window() -> None:
    found = outcomes(diary_of([], answers=nsaid_days(MONDAY, [True, False] * 10)), measure="average")
    assert found.nsaid == NsaidUse(None, Fraction(7, 2))
    assert (found.foot, found.starts_on) == (None, None)


def test_a_low_baseline_still_has_nsaid_use() -> None:
    diary = diary_of([10] * 80, start=START, answers=nsaid_days(MONDAY, [True] * 28 + [False] * 52))
    found = outcomes(diary, measure="first_step")
    assert found.low_baseline
    assert found.nsaid == NsaidUse(Fraction(7), Fraction(0), reduced=True, stopped=True)


def test_the_windows_that_the_figures_are_of() -> None:
    taken = {START - timedelta(days=back): back % 2 == 0 for back in range(1, 21)}
    before = baseline_window(taken, START)
    assert before == Window(first=START - timedelta(days=28), last=START - timedelta(days=1), answered=20, taken=10)
    assert before.days_per_week == Fraction(7, 2)
    few = {START + timedelta(days=offset): True for offset in range(4)}
    assert baseline_window(few, START) == Window(first=START, last=START + timedelta(days=6), answered=4, taken=4)
    assert baseline_window({START: True}, START) is None
    assert last_window(taken, START) == Window(first=START - timedelta(days=27), last=START, answered=20, taken=10)
    assert last_window(few, START + timedelta(days=3)) is None


def test_a_week_needs_four_answers() -> None:
    days = [START + timedelta(days=offset) for offset in range(7)]
    three = dict.fromkeys(days[:3], True)
    assert week_until(three, days[6]) is None
    found = week_until({**three, days[5]: False}, days[6])
    assert found == Window(first=days[0], last=days[6], answered=4, taken=3)
    assert found.days_per_week == Fraction(21, 4)


@pytest.mark.parametrize(
    ("last_day", "fewest"), [(date(2026, 4, 30), 15), (date(2026, 5, 31), 16), (date(2027, 2, 28), 14)]
)
def test_a_month_needs_answers_on_half_of_its_days(last_day: date, fewest: int) -> None:
    first = last_day.replace(day=1)
    # The day before the month and the day after it are not its own.
    around = {first - timedelta(days=1): True, last_day + timedelta(days=1): True}
    few = around | {first + timedelta(days=at): at < 3 for at in range(fewest - 1)}
    assert month_until(few, last_day) is None
    found = month_until(few | {last_day: False}, last_day)
    assert found == Window(first=first, last=last_day, answered=fewest, taken=3)
    assert found is not None
    assert found.days_per_week == Fraction(21, fewest)
