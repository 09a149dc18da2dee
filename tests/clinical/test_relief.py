"""Relief and relapse: on the level, for 14 days, confirmed or only possible."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest

from firststep.clinical.outcomes import outcomes
from firststep.clinical.relapse import NO_RELAPSE, Relapse
from firststep.clinical.relief import NO_RELIEF, SUBSTANTIAL, Relief, relief_level
from tests.clinical.diaries import MONDAY, START, course, day, diary_of


@pytest.mark.parametrize(
    ("baseline", "meaningful", "substantial"),
    [
        ("10", "7", "5"),
        ("7", "49/10", "7/2"),
        ("20/3", "14/3", "10/3"),
        ("5", "3", "5/2"),
        ("4", "2", "2"),
        ("3", "1", "1"),
    ],
)
def test_the_level_asks_for_the_share_and_for_two_points(baseline: str, meaningful: str, substantial: str) -> None:
    assert relief_level(Fraction(baseline)) == Fraction(meaningful)
    assert relief_level(Fraction(baseline), SUBSTANTIAL) == Fraction(substantial)


def test_exactly_on_the_level_is_at_relief() -> None:
    # From day 6 on every mean is 4.9; until day 5 days of 7.0 are among the seven.
    found = course([49] * 20)
    assert found.relief == Relief("confirmed", day(6), 6)
    assert found.level_after_relief == Fraction(49, 10)


def test_a_tenth_above_the_level_is_not() -> None:
    assert course([49] * 6 + [50] + [49] * 6 + [50] + [49] * 6).relief == NO_RELIEF


def test_14_days_are_needed_and_the_last_entry_decides() -> None:
    assert course([49] * 20).relief.state == "confirmed"
    assert course([49] * 19).relief == Relief("possible", day(6))


def test_possible_relief_is_taken_back_by_one_mean_above_the_level() -> None:
    assert course([49] * 18 + [90]).relief == NO_RELIEF


def test_possible_relief_begins_after_the_last_mean_above_the_level() -> None:
    # The mean of days 11 to 17 is 30/7; a day earlier it is 38/7, above 4.9.
    assert course([20] * 10 + [100] * 3 + [20] * 9).relief == Relief("possible", day(17))


def test_possible_relief_waits_for_the_last_entry_not_for_a_day_that_could_not_be_confirmed() -> None:
    # Means are valid on days 2 to 6 and, after a pause, from day 17 on: the first have too few beside them.
    assert course([0] * 4, [None] * 10, [0] * 11).relief == Relief("possible", day(17))
    assert course([0] * 4, [None] * 10, [0] * 16).relief == Relief("possible", day(17))
    assert course([0] * 4, [None] * 10, [0] * 17).relief == Relief("confirmed", day(17), 17)


def test_10_of_the_14_days_must_have_a_mean() -> None:
    # A pause of as many days leaves as many days without a valid mean, from day 7 on.
    assert course([0] * 4, [None] * 4, [0] * 30).relief == Relief("confirmed", day(2), 2)
    assert course([0] * 4, [None] * 5, [0] * 30).relief == Relief("confirmed", day(12), 12)


def test_relief_counts_from_the_day_after_the_baseline_day() -> None:
    # Without an episode the baseline day is the fourth entry; relief is then counted from it.
    found = outcomes(diary_of([70] * 4 + [0] * 30), measure="first_step")
    assert found.starts_on == MONDAY + timedelta(days=3)
    assert found.relief == Relief("confirmed", MONDAY + timedelta(days=5), 2)


def test_substantial_relief_has_its_own_day() -> None:
    found = course([45] * 14 + [30] * 30)
    assert found.relief == Relief("confirmed", day(5), 5)
    assert found.substantial == Relief("confirmed", day(18), 18)


def relapse_of(*after: list[int | None]) -> Relapse:
    return course([20] * 21, *after).relapse


def test_relapse_is_above_70_percent_for_14_days_after_the_confirming_window() -> None:
    found = course([20] * 21, [60] * 30)
    assert found.relief == Relief("confirmed", day(2), 2)
    # Means of 20 ... 60 pass 4.9 with the sixth day of 60.
    assert found.relapse == Relapse(day(26), 24)


def test_exactly_70_percent_is_no_relapse() -> None:
    assert relapse_of([49] * 40) == NO_RELAPSE
    assert relapse_of([50] * 40) == Relapse(day(27), 25)


def test_two_points_above_the_level_after_relief_are_enough() -> None:
    # Baseline 4.0, relief level 2.0, after relief 1.0 ... 2.0: 70 % is 2.8, so two points decide.
    before: list[int | None] = [40] * 7

    def relapse_at(tenths: int) -> Relapse:
        diary = diary_of(before + [15] * 27 + [tenths] * 40, start=START)
        return outcomes(diary, measure="first_step").relapse

    level = outcomes(diary_of(before + [15] * 27, start=START), measure="first_step").level_after_relief
    assert level is not None
    least = -(-(level + 2) * 10 // 1)
    assert relapse_at(int(least)).day is not None
    assert relapse_at(int(least) - 1) == NO_RELAPSE


def test_a_relapse_that_is_not_yet_14_days_old_is_none() -> None:
    assert relapse_of([60] * 19).day is not None
    assert relapse_of([60] * 18) == NO_RELAPSE


def test_there_is_no_relapse_without_confirmed_relief() -> None:
    found = course([70] * 40)
    assert (found.relief, found.relapse, found.level_after_relief) == (NO_RELIEF, NO_RELAPSE, None)
