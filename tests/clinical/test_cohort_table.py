"""The figures of the cohort table: published curves and tables, the limits below which nothing is shown, and pairs."""

from __future__ import annotations

import doctest
from collections import Counter
from dataclasses import asdict, fields
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firststep.clinical import intervals
from firststep.clinical.as_json import cohort_as_json
from firststep.clinical.cohort import Count, Sums, Tally
from firststep.clinical.cohort_table import (
    FIGURES,
    CurvePoint,
    Figure,
    Pair,
    Proportion,
    WeeksToRelief,
    cohort_table,
    drawn_curve,
    mean_reduction,
    proportion,
    relapse_at_6_months,
    weeks_to_relief,
)
from firststep.clinical.intervals import Interval, mean_with_interval
from firststep.clinical.survival import FollowUp, FollowUps
from tests.clinical.test_survival import PLACEBO, TREATED, people

quickly = settings(max_examples=150, deadline=None, derandomize=True, database=None)
follow_ups = st.lists(st.builds(FollowUp, st.integers(0, 250), st.booleans()), max_size=40)


def weeks(text: str) -> FollowUps:
    """Return follow-ups whose table is in weeks."""
    return FollowUps.of(FollowUp(7 * one.days, one.happened) for one in people(text))


class TestPublished:
    """Figures that others have printed."""

    def test_weeks_of_remission_of_freireich(self) -> None:
        # The medians as textbooks print them; the bands behind their intervals are compared with SciPy's elsewhere.
        treated, placebo = weeks_to_relief(weeks(TREATED)), weeks_to_relief(weeks(PLACEBO))
        assert (treated.n, treated.events, treated.median, treated.low, treated.high) == (21, 9, 23, 13, None)
        assert (placebo.n, placebo.events, placebo.median, placebo.low, placebo.high) == (21, 21, 8, 4, 11)
        assert (placebo.q1, placebo.q3, treated.q1, treated.q3) == (4, 12, 13, None)

    def test_the_curve_of_freireich_at_23_weeks(self) -> None:
        # Textbooks print 0.448; the log-log interval is that of SciPy, which is compared step by step elsewhere.
        curve = drawn_curve(weeks(TREATED), every_days=70)
        assert curve is not None
        at_23 = curve.points[-2]
        assert at_23.low is not None
        assert at_23.high is not None
        assert (at_23.days, round(at_23.left, 3), round(at_23.low, 3), round(at_23.high, 3)) == (
            161,
            0.448,
            0.188,
            0.680,
        )
        # Numbers at risk at 0, 10, 20 and 30 weeks, counted in the table.
        assert curve.at_risk == ((0, 21), (70, 15), (140, 8), (210, 4))

    def test_shares_of_newcombe(self) -> None:
        # Newcombe 1998, Stat Med 17:857-872, table I, method 3.
        found = proportion(Count(15, 148))
        assert (found.k, round(found.value or 0, 4), round(found.low or 0, 4), round(found.high or 0, 4)) == (
            15,
            0.1014,
            0.0624,
            0.1605,
        )

    def test_a_mean_of_ten_as_statistics_books_have_it(self) -> None:
        # Student 1908: hours of sleep gained by ten patients with laevo-hyoscine: mean 2.33, interval 0.90 to 3.76.
        gained = [Fraction(value) for value in ["1.9", "0.8", "1.1", "0.1", "-0.1", "4.4", "5.5", "1.6", "4.6", "3.4"]]
        found = mean_reduction(Sums.of(gained))
        assert (found.n, round(found.value or 0, 2), round(found.low or 0, 2), round(found.high or 0, 2)) == (
            10,
            2.33,
            0.90,
            3.76,
        )


class TestTooFewToShow:
    """Below the limit there is nothing but n."""

    @pytest.mark.parametrize(("n", "shown"), [(0, False), (1, False), (4, False), (5, True), (6, True)])
    def test_means_and_shares_from_5_on(self, n: int, shown: bool) -> None:
        for figure in (mean_reduction(Sums.of(map(Fraction, range(n)))), proportion(Count(n // 2, n))):
            assert figure.shown is shown
            assert (figure.between is not None) is shown
            assert not shown or figure.value is not None
            assert shown or [name for name, value in asdict(figure).items() if value] in ([], ["n"])
            assert figure.n == n

    @pytest.mark.parametrize(("n", "shown"), [(0, False), (9, False), (10, True), (11, True)])
    def test_curves_from_10_on(self, n: int, shown: bool) -> None:
        counted = FollowUps.of(FollowUp(190 + day, happened=day % 2 == 0) for day in range(n))
        to_relief, relapse = weeks_to_relief(counted), relapse_at_6_months(counted)
        assert (to_relief.n, to_relief.shown, relapse.n, relapse.shown) == (n, shown, n, shown)
        assert (drawn_curve(counted) is not None) is shown
        if shown:
            assert (to_relief.events, relapse.value) == ((n + 1) // 2, 0)
        else:
            assert {getattr(to_relief, key.name) for key in fields(to_relief)} == {n, False, None}
            assert {getattr(relapse, key.name) for key in fields(relapse)} == {n, False, None}


class TestRelapse:
    """The share at 182 days."""

    def test_a_relapse_on_day_182_is_within_six_months_and_one_on_183_is_not(self) -> None:
        nine = {200: 9}
        assert relapse_at_6_months(FollowUps({182: 1}, nine)).value == pytest.approx(0.1, abs=1e-12)
        assert relapse_at_6_months(FollowUps({183: 1}, nine)).value == 0

    def test_followed_to_day_182_is_long_enough_and_to_181_is_not(self) -> None:
        assert relapse_at_6_months(FollowUps({30: 1}, {100: 8, 182: 1})).value == pytest.approx(0.1, abs=1e-12)
        short = relapse_at_6_months(FollowUps({30: 1}, {100: 8, 181: 1}))
        assert (short.n, short.shown, short.value, short.low, short.high) == (10, True, None, None, None)

    def test_of_nobody_and_of_everybody_there_is_no_interval(self) -> None:
        nobody, all_of_them = FollowUps({}, {200: 10}), FollowUps({30: 10}, {})
        for counted, value in ((nobody, 0), (all_of_them, 1)):
            found = relapse_at_6_months(counted)
            assert (found.shown, found.value, found.low, found.high) == (True, value, None, None)

    def test_the_interval_is_that_of_the_curve_turned_round(self) -> None:
        found = relapse_at_6_months(weeks(TREATED))
        # By 26 weeks 9 of 21 had a relapse: 1 - 0.448, between 1 - 0.680 and 1 - 0.188.
        assert found.between is not None
        assert [round(end, 3) for end in (found.value or 0, found.between.low, found.between.high)] == [
            0.552,
            0.320,
            0.812,
        ]


class TestPairs:
    """What is said of two arms never says which is better."""

    def table(self, *tallies: Tally) -> Any:
        return cohort_table(dict(zip(("standard", "acupuncture", "combined"), tallies, strict=False)))

    def test_every_two_arms_once(self) -> None:
        assert [pair.arms for pair in self.table().pairs("nsaid_reduced")] == [
            ("standard", "acupuncture"),
            ("standard", "combined"),
            ("acupuncture", "combined"),
        ]
        for name in FIGURES:
            assert {pair.said for pair in self.table().pairs(name)} == {"too_few_to_show"}

    def test_shares(self) -> None:
        few, most, some = (Tally(nsaid_reduced=Count(k, 40)) for k in (2, 38, 30))
        assert self.table(few, most, some).pairs("nsaid_reduced") == (
            Pair(("standard", "acupuncture"), "intervals_apart"),
            Pair(("standard", "combined"), "intervals_apart"),
            Pair(("acupuncture", "combined"), "too_few_to_compare"),
        )
        too_few = Tally(nsaid_reduced=Count(4, 4))
        assert [pair.said for pair in self.table(few, too_few, most).pairs("nsaid_reduced")] == [
            "too_few_to_show",
            "intervals_apart",
            "too_few_to_show",
        ]

    def test_an_interval_that_is_open_above_reaches_every_later_one(self) -> None:
        # The lower band is below one half from week 13 on, the upper never is.
        early, open_above = FollowUps({7: 9, 14: 3}, {21: 1}), weeks(TREATED)
        late = FollowUps({700: 9, 707: 3}, {714: 1})
        said = self.table(*(Tally(relief=one) for one in (early, open_above, late))).pairs("weeks_to_relief")
        assert [pair.said for pair in said] == ["intervals_apart", "intervals_apart", "too_few_to_compare"]

    def test_without_an_interval_nothing_can_be_told_apart(self) -> None:
        nobody, many = FollowUps({}, {200: 10}), FollowUps({30: 35}, {200: 5})
        said = self.table(*(Tally(relapse=one) for one in (nobody, many, many))).pairs("relapse_6_months")
        assert [pair.said for pair in said] == ["too_few_to_compare"] * 3
        said = self.table(*(Tally(relief=one) for one in (nobody, many, many))).pairs("weeks_to_relief")
        assert [pair.said for pair in said] == ["too_few_to_compare"] * 3

    def test_intervals_of_figures(self) -> None:
        assert WeeksToRelief(n=12, shown=True, low=2.0).between == Interval(2.0, float("inf"))
        assert WeeksToRelief(n=12, shown=True, low=2.0, high=3.0).between == Interval(2.0, 3.0)
        assert WeeksToRelief(n=12, shown=True).between is None
        assert Figure(n=12, shown=True, low=2.0).between is None
        assert Figure(n=12, shown=True, high=2.0).between is None


def test_a_row_holds_what_was_counted() -> None:
    tally = Tally(
        rules=Counter({"visits-1": 9, "daily-1": 4, "unused": 0}),  # type: ignore[dict-item]
        left_out=Counter({"no_week12": 2, "low_baseline": 1, "no_baseline": 0, "late_baseline": 3}),
        reductions=Sums.of([Fraction(3)] * 7),
        relief=weeks(TREATED),
        relapse=weeks(PLACEBO),
        improved_after_4=Count(3, 5),
        nsaid_reduced=Count(4, 6),
        nsaid_stopped=Count(1, 6),
    )
    row = cohort_table({"combined": tally}).rows[2]
    assert (row.arm, row.n, row.rules) == ("combined", 13, ("daily-1", "visits-1"))
    assert list(row.left_out.items()) == [("low_baseline", 1), ("no_week12", 2), ("late_baseline", 3)]
    assert row.reduction_week12 == Figure(n=7, shown=True, value=3.0, low=3.0, high=3.0)
    assert row.weeks_to_relief == weeks_to_relief(tally.relief) == row.figure("weeks_to_relief")
    assert row.relapse_6_months == relapse_at_6_months(tally.relapse) == row.figure("relapse_6_months")
    assert [row.improved_after_4.k, row.nsaid_reduced.k, row.nsaid_stopped.k] == [3, 4, 1]
    assert [row.improved_after_4.n, row.nsaid_reduced.n, row.nsaid_stopped.n] == [5, 6, 6]
    assert row.relief_curve == drawn_curve(tally.relief)
    assert row.relapse_curve == drawn_curve(tally.relapse)


def test_the_json_has_the_documented_keys_in_their_order() -> None:
    arms: Any = cohort_as_json(cohort_table({"standard": Tally(improved_after_4=Count(19, 28))}))["arms"]
    assert [arm["arm"] for arm in arms] == ["standard", "acupuncture", "combined"]
    assert list(arms[0]) == ["arm", "n", "left_out", "rules", *FIGURES]
    mean_keys = ["n", "value", "low", "high"]
    assert list(arms[0]["reduction_week12"]) == list(arms[0]["relapse_6_months"]) == mean_keys
    assert list(arms[0]["weeks_to_relief"]) == ["n", "events", "median", "q1", "q3", "low", "high"]
    for name in ("improved_after_4", "nsaid_reduced", "nsaid_stopped"):
        assert list(arms[0][name]) == ["n", "k", "value", "low", "high"]
    # The example of the design: 19 of 28.
    rounded = {key: round(value, 2) for key, value in arms[0]["improved_after_4"].items()}
    assert rounded == {"n": 28, "k": 19, "value": 0.68, "low": 0.49, "high": 0.82}


class TestDrawnCurve:
    """A curve as data."""

    def test_steps_ends_and_people_at_risk(self) -> None:
        counted = FollowUps({10: 2, 30: 1}, {10: 1, 28: 2, 70: 4})
        curve = drawn_curve(counted)
        assert curve is not None
        assert [(point.days, point.left) for point in curve.points] == [
            (0, 1.0),
            (10, 0.8),
            (30, float(Fraction(4, 5) * Fraction(4, 5))),
            (70, float(Fraction(4, 5) * Fraction(4, 5))),
        ]
        assert curve.points[0] == CurvePoint(0, 1.0, None, None)
        assert curve.points[-1].low == curve.points[-2].low is not None
        assert curve.points[-1].high == curve.points[-2].high is not None
        assert curve.ends == (10, 28, 70)
        # Whoever leaves on day 28 is still followed on it.
        assert curve.at_risk == ((0, 10), (28, 7), (56, 4))

    def test_a_curve_whose_last_day_is_an_event_ends_with_it(self) -> None:
        curve = drawn_curve(FollowUps({56: 10}, {}))
        assert curve is not None
        assert curve.points == (CurvePoint(0, 1.0, None, None), CurvePoint(56, 0.0, None, None))
        assert curve.at_risk == ((0, 10), (28, 10), (56, 10))

    def test_people_at_risk_are_told_up_to_the_longest_follow_up(self) -> None:
        at_risk = [curve.at_risk for day in (55, 56) if (curve := drawn_curve(FollowUps({}, {day: 10}))) is not None]
        assert at_risk == [((0, 10), (28, 10)), ((0, 10), (28, 10), (56, 10))]


@quickly
@given(follow_ups, st.integers(1, 60))
def test_a_drawn_curve_falls_from_one_to_what_is_left(cohort: list[FollowUp], every: int) -> None:
    counted = FollowUps.of(cohort)
    curve = drawn_curve(counted, every)
    assert (curve is None) == (len(cohort) < 10)
    if curve is None:
        return
    left = [point.left for point in curve.points]
    days = [point.days for point in curve.points]
    assert (left[0], days[0], days[-1]) == (1, 0, max(one.days for one in cohort))
    assert all(one >= other for one, other in pairwise(left))
    assert days == sorted(days)
    for day, number in curve.at_risk:
        assert number == sum(one.days >= day for one in cohort)
    assert curve.at_risk[0] == (0, len(cohort))


@quickly
@given(follow_ups, follow_ups)
def test_follow_ups_that_are_counted_in_parts_are_those_of_the_whole(
    one: list[FollowUp], other: list[FollowUp]
) -> None:
    assert FollowUps.of(one) + FollowUps.of(other) == FollowUps.of(one + other)
    assert FollowUps.of(one).people == len(one)


@quickly
@given(st.lists(st.fractions(-10, 10, max_denominator=4200), max_size=20), st.integers(0, 20))
def test_sums_in_parts_have_the_mean_of_the_whole(values: list[Fraction], cut: int) -> None:
    sums = Sums.of(values[:cut]) + Sums.of(values[cut:])
    assert sums == Sums.of(values)
    found, whole = mean_reduction(sums), mean_with_interval(values)
    if len(values) >= 5:
        assert whole is not None
        assert (found.value, found.between) == (whole.mean, whole.interval)


def test_sums_add_up() -> None:
    values = [Fraction(1, 2), Fraction(-3), Fraction(7)]
    assert Sums.of(values) == Sums(3, Fraction(9, 2), Fraction(233, 4))
    assert Sums.of(values[:1]) + Sums.of(values[1:]) == Sums.of(values)
    assert FollowUps({3: 1, 5: 2}, {7: 1}) + FollowUps({5: 1}, {9: 4}) == FollowUps({3: 1, 5: 3}, {7: 1, 9: 4})


def test_counts_add_up_and_leave_out_who_gave_no_answer() -> None:
    assert Count.of([True, None, False, True]) + Count(1, 1) == Count(3, 4)


def test_a_proportion_of_everybody_and_of_nobody() -> None:
    assert proportion(Count(0, 7)).value == 0
    assert proportion(Count(7, 7)) == Proportion(
        n=7, shown=True, k=7, value=1.0, low=pytest.approx(0.6456696, abs=1e-6), high=1.0
    )


def test_the_examples_in_the_text_are_true() -> None:
    result = doctest.testmod(intervals)
    assert (result.failed, result.attempted > 2) == (0, True)
