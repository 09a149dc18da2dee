"""Where the baseline comes from, with an episode and without, and when there is none."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from firststep.clinical.baseline import Baseline, BaselineDays
from firststep.clinical.outcomes import outcomes
from tests.clinical.diaries import MONDAY, diary_of


def day(offset: int) -> date:
    return MONDAY + timedelta(days=offset)


def baseline_of(tenths: list[int | None], start: int | None = None, days: BaselineDays = 7) -> Baseline | None:
    begin = None if start is None else MONDAY + timedelta(days=start)
    return outcomes(diary_of(tenths, start=begin), measure="first_step", baseline_days=days).baseline


def test_with_an_episode_it_is_the_last_valid_mean_of_the_week_before() -> None:
    found = baseline_of([70, 60, 70, 60, 70, 60, 70, 20, 20, 20], start=7)
    assert found == Baseline(day(6), Fraction(46, 7), 7)


def test_seven_days_before_the_start_still_count_and_eight_do_not() -> None:
    means_until_day_6 = [60, 60, 60, 60, None, None, None, *[None] * 6, 20, 20, 20, 20]
    assert baseline_of(means_until_day_6, start=10) == Baseline(day(6), Fraction(6), 4)
    assert baseline_of(means_until_day_6, start=13) == Baseline(day(6), Fraction(6), 4)
    assert baseline_of(means_until_day_6, start=14) == Baseline(day(16), Fraction(2), 4)


def test_without_a_week_before_the_first_valid_mean_after_the_start_may_include_days_before_it() -> None:
    found = baseline_of([80, 80, 80, 40], start=3)
    assert found == Baseline(day(3), Fraction(7), 4)


def test_without_an_episode_it_is_the_first_valid_mean_of_the_first_fortnight() -> None:
    assert baseline_of([70, None, 60, None, 50, None, 40]) == Baseline(day(6), Fraction(11, 2), 4)


def test_the_fortnight_ends_after_its_14th_day() -> None:
    in_time = [50, *[None] * 9, 50, 50, 50, 50]
    too_late = [50, *[None] * 10, 50, 50, 50, 50]
    assert baseline_of(in_time) == Baseline(day(13), Fraction(5), 4)
    assert baseline_of(too_late) is None


def test_entries_long_before_the_start_give_none() -> None:
    assert baseline_of([60] * 10, start=30) is None


def test_the_14_day_baseline_is_the_mean_of_at_least_8_values() -> None:
    eight = [60, None] * 7 + [60]
    assert baseline_of(eight, days=14) is None
    assert baseline_of([60, None] * 6 + [60, 60], days=14) == Baseline(day(13), Fraction(6), 8)
    assert baseline_of([80] * 10, days=14) == Baseline(day(13), Fraction(8), 10)


def test_the_14_day_baseline_of_an_episode_begins_with_the_first_entry_on_or_after_the_start() -> None:
    tenths = [90] * 7 + [None] + [50] * 13 + [10]
    found = baseline_of(tenths, start=7, days=14)
    assert found == Baseline(day(21), Fraction(13 * 5 + 1, 14), 14)


def test_exactly_3_is_not_low() -> None:
    found = outcomes(diary_of([30] * 30), measure="first_step")
    lower = outcomes(diary_of([29, *[30] * 29]), measure="first_step")
    assert not found.low_baseline
    assert lower.low_baseline


def test_with_a_low_baseline_only_the_rest_is_computed() -> None:
    found = outcomes(diary_of([25] * 10 + [0] * 100, start=MONDAY + timedelta(days=7)), measure="first_step")
    assert found.low_baseline
    assert found.baseline == Baseline(day(6), Fraction(5, 2), 7)
    assert found.current is not None
    assert found.censored_on == day(109)
    assert (found.relief.state, found.substantial.state) == ("none", "none")
    assert (found.level_after_relief, found.relapse.day, found.reduction_week12) == (None, None, None)


def test_without_episode_and_baseline_there_is_no_start() -> None:
    found = outcomes(diary_of([50, 50, 50]), measure="first_step")
    assert (found.foot, found.starts_on, found.baseline, found.current, found.censored_on) == ("right",) + (None,) * 4
    assert not found.low_baseline
