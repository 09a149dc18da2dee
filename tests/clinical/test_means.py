"""The 7-day mean: exact, never from fewer than four entries, and quick over ten years."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from itertools import pairwise
from time import process_time

from hypothesis import given, settings
from hypothesis import strategies as st

from firststep.clinical.means import UNITS_PER_POINT, Mean, SevenDayMeans, in_points, seven_day_means
from firststep.clinical.outcomes import outcomes
from tests.clinical.diaries import MONDAY, diary_of

series = st.dictionaries(st.integers(0, 60).map(lambda offset: MONDAY + timedelta(days=offset)), st.integers(0, 100))


def test_nothing_recorded_has_no_mean() -> None:
    means = seven_day_means({})
    assert (means.units, means.last_valid(), means.on(MONDAY)) == ((), None, None)
    assert means.between(MONDAY, MONDAY) == (None,)


def test_valid_means_before_a_day_go_back_from_the_day_before_it() -> None:
    days = [MONDAY + timedelta(days=offset) for offset in range(6)]
    means = seven_day_means(dict.fromkeys(days, 50))
    assert [mean.day for mean in means.valid_before(days[5])] == [days[4], days[3]]
    assert [mean.day for mean in means.valid_before(days[5] + timedelta(days=30))] == [days[5], days[4], days[3]]


def test_a_mean_needs_four_entries_in_seven_days() -> None:
    days = [MONDAY + timedelta(days=offset) for offset in (0, 2, 4, 6, 7)]
    means = seven_day_means(dict(zip(days, [10, 20, 30, 45, 100], strict=True)))
    assert means.on(MONDAY + timedelta(days=5)) is None
    assert means.on(days[3]) == Fraction(105, 40)
    assert means.on(days[4]) == Fraction(195, 40)
    assert means.entries == (1, 1, 2, 2, 3, 3, 4, 4)


def test_days_without_an_entry_of_their_own_have_a_mean_up_to_the_last_entry() -> None:
    days = [MONDAY + timedelta(days=offset) for offset in (0, 1, 2, 3, 6)]
    means = seven_day_means(dict.fromkeys(days, 40))
    assert [means.on(MONDAY + timedelta(days=offset)) for offset in (4, 5)] == [4, 4]
    assert means.on(MONDAY + timedelta(days=7)) is None
    assert means.on(MONDAY - timedelta(days=1)) is None


def test_sevenths_are_exact() -> None:
    means = seven_day_means({MONDAY + timedelta(days=offset): 10 * (offset == 0) for offset in range(7)})
    assert means.last_valid() == Mean(MONDAY + timedelta(days=6), Fraction(1, 7))
    assert means.units[-1] == UNITS_PER_POINT // 7
    assert in_points(means.between(MONDAY, MONDAY + timedelta(days=6)))[-1] == 1 / 7


@settings(max_examples=500, deadline=None, derandomize=True, database=None)
@given(series)
def test_the_window_that_slides_is_the_mean_of_each_window(tenths: dict[object, int]) -> None:
    means = seven_day_means(tenths)  # type: ignore[arg-type]
    for index, units in enumerate(means.units):
        day = means.day(index)
        week = [value for key, value in tenths.items() if 0 <= (day - key).days < 7]  # type: ignore[operator]
        assert means.entries[index] == len(week)
        assert (units is None) == (len(week) < 4)
        if units is not None:
            assert Fraction(units, UNITS_PER_POINT) == Fraction(sum(week), 10 * len(week))
            assert min(week) <= 10 * Fraction(units, UNITS_PER_POINT) <= max(week)
    assert [mean.value for mean in means.valid()] == [means.on(mean.day) for mean in means.valid()]


def test_ten_years_cost_about_ten_times_a_year() -> None:
    """A ratio of processor time in one run; a rule that looks back over everything would cost a hundred times."""

    def seconds(years: int) -> float:
        tenths = [40 + 10 * (day % 5) if day % 3 else None for day in range(365 * years)]
        diary = diary_of(tenths, start=MONDAY + timedelta(days=30))
        begin = process_time()
        outcomes(diary, measure="first_step")
        return process_time() - begin

    rounds = [(seconds(1), seconds(10)) for _ in range(7)]
    assert min(ten for _, ten in rounds) < 30 * min(one for one, _ in rounds)


units = st.lists(st.tuples(st.sampled_from([4200, None]), st.integers(1, 20)), max_size=8).map(
    lambda parts: tuple(value for value, days in parts for _day in range(days))
)


@given(units, st.integers(0, 16))
def test_gaps_are_the_longer_runs_between_valid_days(units: tuple[int | None, ...], longest_days: int) -> None:
    means = SevenDayMeans(MONDAY.toordinal(), units, (7,) * len(units))
    valid = [at for at, mean in enumerate(units) if mean is not None]
    expected = [(one + 1, other - 1) for one, other in pairwise(valid) if other - one - 1 > longest_days]
    assert list(means.gaps(longest_days)) == expected


@given(units, st.integers(-90, 90), st.integers(-1, 90))
def test_between_two_days_every_day_has_its_place(units: tuple[int | None, ...], first: int, length: int) -> None:
    means = SevenDayMeans(MONDAY.toordinal(), units, (7,) * len(units))
    begins = MONDAY + timedelta(days=first)
    days = [begins + timedelta(days=offset) for offset in range(length + 1)]
    expected = [None if mean is None else float(mean) for mean in map(means.on, days)]
    assert list(in_points(means.between(begins, begins + timedelta(days=length)))) == expected


def test_days_before_the_first_entry_and_after_the_last_are_empty_places() -> None:
    means = SevenDayMeans(MONDAY.toordinal(), (4200, None, 8400), (7, 3, 7))
    before, after = MONDAY - timedelta(days=3), MONDAY + timedelta(days=4)
    assert means.between(before, MONDAY) == (None, None, None, 4200)
    assert means.between(before, after) == (None, None, None, 4200, None, 8400, None, None)
    assert means.between(before, before) == (None,)
    assert means.between(after, after + timedelta(days=1)) == (None, None)
