"""Until when a course can be followed, and what is not counted after that."""

from __future__ import annotations

from datetime import timedelta

from firststep.clinical.outcomes import Outcomes, outcomes
from firststep.clinical.relapse import NO_RELAPSE
from firststep.clinical.relief import NO_RELIEF, Relief
from tests.clinical.diaries import MONDAY, START, course, day, diary_of


def test_a_course_is_followed_to_its_last_valid_mean() -> None:
    found = course([60] * 10, [None] * 2, [60])
    assert found.censored_on == day(12)
    assert course([60] * 10, [None] * 6, [60]).censored_on == day(12)


def test_14_days_without_a_mean_are_no_gap_and_15_are() -> None:
    assert course([60] * 10, [None] * 14, [60] * 10).censored_on == day(33)
    assert course([60] * 10, [None] * 15, [60] * 10).censored_on == day(12)


def test_the_first_gap_counts() -> None:
    gap: list[int | None] = [None] * 20
    assert course([60] * 10, gap, [60] * 10, gap, [60] * 10).censored_on == day(12)


def gap_that_begins_on(offset: int) -> Outcomes:
    """Return a course whose gap of 20 days begins so many days after the start."""
    tenths: list[int | None] = [70] * 20 + [None] * 20 + [70] * 20
    # Means are valid to three days after the last entry before the pause.
    return outcomes(diary_of(tenths, start=MONDAY + timedelta(days=23 - offset)), measure="first_step")


def test_a_gap_must_begin_after_the_start() -> None:
    assert gap_that_begins_on(1).censored_on == MONDAY + timedelta(days=22)
    assert gap_that_begins_on(0).censored_on == MONDAY + timedelta(days=59)
    assert gap_that_begins_on(-1).censored_on == MONDAY + timedelta(days=59)


def test_relief_after_the_gap_is_not_counted() -> None:
    assert course([70] * 10, [None] * 15, [0] * 30).relief == NO_RELIEF
    assert course([70] * 10, [None] * 14, [0] * 30).relief.state == "confirmed"


def test_possible_relief_after_the_gap_is_not_shown() -> None:
    assert course([70] * 10, [None] * 15, [0] * 10).relief == NO_RELIEF
    assert course([70] * 10, [None] * 14, [0] * 10).relief.state == "possible"


def test_a_relapse_after_the_gap_is_not_counted() -> None:
    assert course([0] * 25, [None] * 15, [90] * 30).relapse == NO_RELAPSE
    assert course([0] * 25, [None] * 14, [90] * 30).relapse.day is not None


def test_a_window_that_confirms_may_reach_past_the_censoring_day() -> None:
    # Relief begins on day 2 and all means after it hold; 10 of 14 are valid before the gap begins on day 15.
    found = course([0] * 12, [None] * 16, [0] * 8)
    assert found.censored_on == day(14)
    assert found.relief == Relief("confirmed", day(2), 2)


def test_without_a_start_the_last_valid_mean_counts() -> None:
    # Three entries in the first fortnight are no baseline; two valid stretches follow with a gap between them.
    tenths: list[int | None] = [50, *[None] * 14, *[50] * 5, *[None] * 30, *[50] * 5]
    found = outcomes(diary_of(tenths), measure="first_step")
    assert found.starts_on is None
    assert found.censored_on == MONDAY + timedelta(days=len(tenths) - 1)


def test_week_12_takes_the_nearest_day_and_the_earlier_of_equals() -> None:
    # Four entries of 4.0 are valid up to day 80, four of 2.0 from day 88 or 87 on.
    assert course([None] * 74, [40] * 4, [None] * 7, [20] * 4).reduction_week12 == 3
    assert course([None] * 74, [40] * 4, [None] * 6, [20] * 4).reduction_week12 == 5


def test_week_12_reaches_14_days_either_way() -> None:
    assert course([60] * 70).reduction_week12 is None
    assert course([60] * 71).reduction_week12 == 1
    assert course([None] * 95, [60] * 4).reduction_week12 == 1
    assert course([None] * 96, [60] * 4).reduction_week12 is None


def test_week_12_is_not_limited_by_censoring() -> None:
    found = course([60] * 10, [None] * 60, [50] * 20)
    assert found.censored_on == day(12)
    assert found.reduction_week12 == 2


def test_pain_that_rose_is_a_negative_reduction() -> None:
    assert course([80] * 90).reduction_week12 == -1


def test_week_12_needs_a_baseline_within_four_weeks_of_the_start() -> None:
    def reduction(first_entry: int) -> object:
        tenths: list[int | None] = [70] * 4 + [60] * 100
        diary = diary_of(tenths, first=day(first_entry), start=START)
        return outcomes(diary, measure="first_step").reduction_week12

    assert reduction(25) == 1
    assert reduction(26) is None
