"""Before care and now: two means that share no day, and what counts as more than variation."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from firststep.clinical.before_after import BeforeAfter, Side, before_and_after
from firststep.clinical.change import noticeable_change
from firststep.clinical.diary import Diary, FootDay
from firststep.clinical.measures import MEASURES, Measure
from firststep.clinical.outcomes import means_of, outcomes
from tests.clinical.diaries import BEFORE, MONDAY, START, diary_of
from tests.clinical.strategies import diaries


def compared(diary: Diary, measure: Measure = "first_step") -> BeforeAfter | None:
    found = outcomes(diary, measure=measure)
    return before_and_after(found, means_of(diary, found))


def test_baseline_and_latest_mean_with_the_days_behind_each() -> None:
    found = compared(diary_of([*BEFORE, *[50] * 10, None, None, 40, 40, 40, 40], start=START))
    assert found is not None
    assert found.before == Side(day=START - timedelta(days=1), value=Fraction(7), entries=7)
    assert found.after == Side(day=START + timedelta(days=15), value=Fraction(21, 5), entries=5)
    assert (found.after.value - found.before.value, found.change) == (Fraction(-14, 5), "less")


def test_a_small_difference_is_within_day_to_day_variation() -> None:
    found = compared(diary_of([*BEFORE, *[51] * 14], start=START))
    assert found is not None
    assert found.change == "within_day_to_day_variation"
    assert found.variation == (Fraction(5), Fraction(9))


def test_the_later_mean_lies_in_care_as_a_whole() -> None:
    assert compared(diary_of([*BEFORE, *[30] * 6], start=START)) is None
    assert compared(diary_of([*BEFORE, *[30] * 7], start=START)) is not None


def test_without_a_course_of_care_the_weeks_share_no_day_either() -> None:
    assert compared(diary_of([70] * 10)) is None
    found = compared(diary_of([70] * 11))
    assert found is not None
    assert found.before.day == MONDAY + timedelta(days=3)
    assert found.after.day - found.before.day == timedelta(days=7)


def test_nothing_to_compare_with() -> None:
    assert compared(Diary()) is None
    assert compared(diary_of([70, 70])) is None


def test_average_pain_needs_15_percent_as_well() -> None:
    rows = tuple(FootDay(MONDAY + timedelta(days=at), "left", None, 80 if at < 7 else 70) for at in range(21))
    found = compared(Diary(rows), "average")
    assert found is not None
    assert found.variation == (Fraction(34, 5), Fraction(46, 5))
    assert found.change == "within_day_to_day_variation"


@given(diaries(), st.sampled_from(MEASURES))
def test_the_rule_of_noticeable_change_and_the_band_agree(diary: Diary, measure: Measure) -> None:
    found = compared(diary, measure)
    if found is None:
        return
    base = outcomes(diary, measure=measure).baseline
    assert base is not None
    assert (found.before.day, found.before.value) == (base.day, base.value)
    assert found.after.day - found.before.day >= timedelta(days=7)
    assert min(found.before.entries, found.after.entries) >= 4
    assert found.change == noticeable_change(found.before.value, found.after.value, measure)
    low, high = found.variation
    if low < found.after.value < high:
        assert found.change == "within_day_to_day_variation"
    if found.change == "within_day_to_day_variation":
        assert low <= found.after.value <= high
