"""The intervals of a share and of a mean: published values, and SciPy on a thousand random inputs each."""

from __future__ import annotations

import random
from fractions import Fraction
from statistics import NormalDist

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from firststep.clinical.intervals import Z_95, Interval, mean_with_interval, t_quantile, wilson

ROUNDS = 1_000
quickly = settings(max_examples=400, deadline=None, derandomize=True, database=None)

# Two-sided tables of Student's distribution as statistics books print them: degrees, then 90, 95 and 99 %.
T_TABLE = [
    (1, 6.314, 12.706, 63.657),
    (2, 2.920, 4.303, 9.925),
    (3, 2.353, 3.182, 5.841),
    (4, 2.132, 2.776, 4.604),
    (5, 2.015, 2.571, 4.032),
    (9, 1.833, 2.262, 3.250),
    (10, 1.812, 2.228, 3.169),
    (20, 1.725, 2.086, 2.845),
    (29, 1.699, 2.045, 2.756),
    (30, 1.697, 2.042, 2.750),
    (60, 1.671, 2.000, 2.660),
    (120, 1.658, 1.980, 2.617),
]


def test_the_normal_quantile_is_the_one_of_95_percent() -> None:
    assert NormalDist().inv_cdf(0.975) == pytest.approx(Z_95, rel=1e-15)
    assert round(Z_95, 9) == 1.959963985


@pytest.mark.parametrize(("degrees", "of_90", "of_95", "of_99"), T_TABLE)
def test_t_quantiles_are_those_of_printed_tables(degrees: int, of_90: float, of_95: float, of_99: float) -> None:
    found = [round(t_quantile(probability, degrees), 3) for probability in (0.95, 0.975, 0.995)]
    assert found == [of_90, of_95, of_99]


def test_t_quantiles_are_those_of_scipy_to_twelve_digits() -> None:
    chance = random.Random(1)
    degrees = [*range(1, 60), *(chance.randint(60, 5_000) for _ in range(ROUNDS - 59))]
    for count in degrees:
        probability = chance.choice([0.6, 0.75, 0.9, 0.95, 0.975, 0.99, 0.995, 0.9995])
        expected = float(stats.t.ppf(probability, count))
        assert t_quantile(probability, count) == pytest.approx(expected, rel=1e-12), (probability, count)


@pytest.mark.parametrize(("probability", "degrees"), [(0.4, 5), (1.0, 5), (0.975, 0), (float("nan"), 5)])
def test_a_quantile_outside_of_the_range_is_refused(probability: float, degrees: int) -> None:
    with pytest.raises(ValueError, match="no quantile of"):
        t_quantile(probability, degrees)


def test_half_of_a_symmetric_distribution_is_below_zero() -> None:
    assert t_quantile(0.5, 7) == 0


@pytest.mark.parametrize(
    ("count", "people", "low", "high"),
    [
        # Newcombe 1998, Stat Med 17:857-872, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_the_published_examples(count: int, people: int, low: float, high: float) -> None:
    found = wilson(count, people)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_wilson_agrees_with_scipy() -> None:
    chance = random.Random(2)
    for _ in range(ROUNDS):
        people = chance.randint(1, 400)
        count = chance.randint(0, people)
        found = wilson(count, people)
        expected = stats.binomtest(count, people).proportion_ci(method="wilson")
        assert found.low == pytest.approx(expected.low, abs=1e-9), (count, people)
        assert found.high == pytest.approx(expected.high, abs=1e-9), (count, people)


@pytest.mark.parametrize(("count", "people"), [(0, 0), (1, 0), (-1, 5), (6, 5)])
def test_more_than_everybody_is_no_share(count: int, people: int) -> None:
    with pytest.raises(ValueError, match="is no share"):
        wilson(count, people)


@quickly
@given(st.integers(1, 5_000).flatmap(lambda people: st.tuples(st.integers(0, people), st.just(people))))
def test_a_share_lies_in_its_interval_and_the_interval_in_0_to_1(share: tuple[int, int]) -> None:
    count, people = share
    found = wilson(count, people)
    assert 0 <= found.low <= count / people <= found.high <= 1
    mirrored = wilson(people - count, people)
    assert mirrored.low == pytest.approx(1 - found.high, abs=1e-12)
    # Ten times the people with the same share know more.
    more = wilson(10 * count, 10 * people)
    assert more.high - more.low < found.high - found.low


def test_the_interval_of_a_mean_agrees_with_scipy() -> None:
    chance = random.Random(3)
    for _ in range(ROUNDS):
        values = [chance.randint(-4200, 42_000) / 4200 for _ in range(chance.randint(2, 60))]
        if len(set(values)) == 1:
            continue
        found = mean_with_interval(values)
        assert found is not None
        assert found.interval is not None
        mean, error = float(stats.tmean(values)), float(stats.sem(values))
        low, high = stats.t.interval(0.95, len(values) - 1, loc=mean, scale=error)
        assert found.mean == pytest.approx(mean, abs=1e-9)
        assert found.interval.low == pytest.approx(float(low), abs=1e-9)
        assert found.interval.high == pytest.approx(float(high), abs=1e-9)


def test_a_mean_of_nothing_and_of_one_value() -> None:
    assert mean_with_interval([]) is None
    one = mean_with_interval([Fraction(13, 4)])
    assert one is not None
    assert (one.mean, one.interval) == (3.25, None)


@quickly
@given(st.fractions(-10, 10, max_denominator=4200), st.integers(2, 40))
def test_equal_values_have_an_interval_without_width(value: Fraction, count: int) -> None:
    found = mean_with_interval([value] * count)
    assert found is not None
    assert found.interval == Interval(float(value), float(value))


@quickly
@given(st.lists(st.integers(0, 42_000), min_size=2, max_size=30), st.integers(-5, 5))
def test_moving_all_values_moves_the_interval(units: list[int], by: int) -> None:
    values = [Fraction(unit, 4200) for unit in units]
    found, moved = mean_with_interval(values), mean_with_interval([value + by for value in values])
    assert found is not None
    assert moved is not None
    assert found.interval is not None
    assert moved.interval is not None
    assert moved.mean == pytest.approx(found.mean + by, abs=1e-12)
    assert moved.interval.low == pytest.approx(found.interval.low + by, abs=1e-12)
    assert moved.interval.high == pytest.approx(found.interval.high + by, abs=1e-12)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (Interval(0.1, 0.3), Interval(0.3, 0.5), True),
        (Interval(0.1, 0.3), Interval(0.31, 0.5), False),
        (Interval(0.0, 1.0), Interval(0.4, 0.5), True),
    ],
)
def test_intervals_overlap_when_they_share_a_value(one: Interval, other: Interval, expected: bool) -> None:
    assert one.overlaps(other) is expected
    assert other.overlaps(one) is expected
