"""Noticeable changes, worsening, and when to ask about a flare-up."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest

from firststep.clinical.change import asks_about_flare_up, is_lasting_rise, is_worsening, noticeable_change
from firststep.clinical.means import seven_day_means
from firststep.clinical.measures import Measure
from tests.clinical.diaries import MONDAY, days_with


@pytest.mark.parametrize(
    ("measure", "earlier", "later", "expected"),
    [
        ("first_step", "6", "4", "less"),
        ("first_step", "6", "4.01", "within_day_to_day_variation"),
        ("first_step", "4", "6", "more"),
        ("first_step", "5", "5", "within_day_to_day_variation"),
        ("average", "6", "5", "less"),
        ("average", "6", "5.01", "within_day_to_day_variation"),
        ("average", "8", "6.8", "less"),
        ("average", "8", "6.81", "within_day_to_day_variation"),
        ("average", "0", "1", "more"),
    ],
)
def test_noticeable_change(measure: Measure, earlier: str, later: str, expected: str) -> None:
    assert noticeable_change(Fraction(earlier), Fraction(later), measure) == expected


def days_of(tenths: list[int | None]) -> dict[date, int]:
    return {MONDAY + timedelta(days=offset): value for offset, value in enumerate(tenths) if value is not None}


def worse_from(tenths: list[int | None]) -> list[int]:
    return [(day - MONDAY).days for day in days_with(seven_day_means(days_of(tenths)), is_worsening)]


def test_worsening_holds_for_14_days_against_the_day_before() -> None:
    # With 3.0 before, the mean is 5.0 or more from the seventh day of 5.0 on, day 16; no day before is 2 lower.
    assert worse_from([30] * 10 + [50] * 40) == []
    # The day before is still 3.0; a jump of the mean by 2.0 in a day comes with a pause.
    jump: list[int | None] = [30] * 10 + [None] * 3 + [90] * 30
    assert worse_from(jump) == []


#: Means of 0 on days 3 to 5, then 2.0 on day 6 and 4.0 on day 7.
JUMP: list[int | None] = [0, 0, 0, 0, None, None]


def test_a_mean_that_jumps_by_two_points_is_a_worsening() -> None:
    means = seven_day_means(days_of([*JUMP, *[100] * 20]))
    assert [means.on(MONDAY + timedelta(days=offset)) for offset in (5, 6, 7)] == [0, 2, 4]
    assert worse_from([*JUMP, *[100] * 20])[:2] == [6, 7]
    assert worse_from([*JUMP, 99, *[100] * 20])[0] == 7


def test_14_recorded_days_are_needed_for_a_worsening() -> None:
    assert worse_from([*JUMP, *[100] * 15]) == [6, 7]
    assert worse_from([*JUMP, *[100] * 14]) == [6]
    assert worse_from([*JUMP, *[100] * 13]) == []


def test_one_day_that_is_less_than_two_points_above_ends_it() -> None:
    assert worse_from([*JUMP, *[100] * 5, *[0] * 9, *[100] * 3]) == []


@pytest.mark.parametrize(
    ("tenths", "expected"),
    [
        # From 2.0 on day 19 by 4/7 a day: 4.0 or more from day 23 on, and up to day 33 two points above days 13 to 26.
        ([20] * 20 + [60] * 40, list(range(23, 34))),
        # The last of the 14 days is recorded, or not yet.
        ([20] * 20 + [60] * 17, [23]),
        ([20] * 20 + [60] * 16, []),
        # 5.0 on day 26, when the two weeks are those up to day 19, and no longer.
        ([30] * 20 + [50] * 40, [26]),
        ([30] * 20 + [49] * 40, []),
        ([30] * 20 + [60] * 14 + [20] * 20, []),
        ([0] * 20 + [100] * 40, list(range(21, 38))),
        ([50] * 50, []),
        # On day 20 the weeks before have 7 entries of 1.0 and 4 of 4.0: 23 of 11, and not the middle of the two means.
        ([10] * 7 + [40] * 4 + [None] * 3 + [42] * 20, [17, 18, 19, 20]),
    ],
)
def test_a_lasting_rise_holds_for_14_days_against_the_week_before(
    tenths: list[int | None], expected: list[int]
) -> None:
    means = seven_day_means(days_of(tenths))
    assert [(day - MONDAY).days for day in days_with(means, is_lasting_rise)] == expected
    assert worse_from(tenths) == []


TODAY = MONDAY + timedelta(days=16)


def asks(before: list[int | None], lately: list[int | None]) -> bool:
    assert len(before) + len(lately) == 17
    return asks_about_flare_up(days_of([*before, *lately]), TODAY)


def test_a_flare_up_is_asked_about_on_two_points() -> None:
    assert asks([30] * 14, [50, 50, 50])
    assert not asks([30] * 14, [50, 50, 49])
    assert not asks([30] * 14, [30, 30, 30])


def test_a_flare_up_needs_2_entries_lately_and_7_before() -> None:
    nothing: list[int | None] = [None] * 14
    assert asks([30] * 14, [None, 50, 50])
    assert not asks([30] * 14, [None, None, 90])
    assert asks([30, None] * 7, [50, 50, 50])
    assert not asks([30, None] * 6 + [None, None], [90, 90, 90])
    assert not asks(nothing, [90, 90, 90])


def test_the_days_of_a_flare_up_end_with_today() -> None:
    tenths = days_of([30] * 14 + [50] * 3)
    assert not asks_about_flare_up(tenths, TODAY + timedelta(days=2))
    assert not asks_about_flare_up(tenths, TODAY - timedelta(days=1))
