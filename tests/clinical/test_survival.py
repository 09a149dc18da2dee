"""Kaplan and Meier's curve: a published example, SciPy on a thousand random cohorts, and what holds for every one."""

from __future__ import annotations

import random
import warnings
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from firststep.clinical.survival import HALF, QUARTER, THREE_QUARTERS, Curve, FollowUp, kaplan_meier

ROUNDS = 1_000
quickly = settings(max_examples=400, deadline=None, derandomize=True, database=None)
follow_ups = st.lists(st.builds(FollowUp, st.integers(0, 60), st.booleans()), max_size=40)

# Weeks of remission under 6-mercaptopurine and placebo, Freireich et al. 1963; + is an end of follow-up.
TREATED = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"


def people(text: str) -> list[FollowUp]:
    """Read follow-ups as tables print them."""
    return [FollowUp(int(word.rstrip("+")), not word.endswith("+")) for word in text.split()]


def test_the_published_curve_of_freireich() -> None:
    curve = kaplan_meier(people(TREATED))
    assert (curve.people, curve.happened, curve.longest_days) == (21, 9, 35)
    # Kaplan-Meier estimates and Greenwood's standard errors as textbooks print them (Collett; Lawless).
    printed = {
        6: (0.857, 0.0764),
        7: (0.807, 0.0869),
        10: (0.753, 0.0963),
        13: (0.690, 0.1068),
        16: (0.627, 0.1141),
        22: (0.538, 0.1282),
        23: (0.448, 0.1346),
    }
    assert [step.days for step in curve.steps] == list(printed)
    for step in curve.steps:
        assert step.greenwood is not None
        assert (round(float(step.left), 3), round(float(step.left) * step.greenwood**0.5, 4)) == printed[step.days]
    assert curve.days_until(HALF) == 23
    assert kaplan_meier(people(PLACEBO)).days_until(HALF) == 8


def test_it_agrees_with_scipy() -> None:
    chance = random.Random(4)
    for _ in range(ROUNDS):
        cohort = [
            FollowUp(chance.randint(0, 40), chance.random() < chance.choice([0.3, 0.7, 1]))
            for _ in range(chance.randint(1, 60))
        ]
        compare_with_scipy(cohort)


def compare_with_scipy(cohort: list[FollowUp]) -> None:
    """Compare every step with SciPy's, which gives one for every day on which anybody's follow-up ends."""
    curve = kaplan_meier(cohort)
    data = stats.CensoredData(
        uncensored=[one.days for one in cohort if one.happened],
        right=[one.days for one in cohort if not one.happened],
    )
    with np.errstate(all="ignore"), warnings.catch_warnings():
        # Where nobody is left SciPy says that it gives no interval, as we do not.
        warnings.filterwarnings("ignore", message="The confidence interval is undefined at some observations")
        theirs = stats.ecdf(data).sf
        band = theirs.confidence_interval(method="log-log")
    ours = {step.days: step for step in curve.steps}
    for days, left, low, high in zip(
        theirs.quantiles, theirs.probabilities, band.low.probabilities, band.high.probabilities, strict=True
    ):
        assert float(curve.left_at(int(days))) == pytest.approx(float(left), abs=1e-9)
        step = ours.get(int(days))
        if step is None:
            continue
        interval = step.interval
        assert (interval is None) == bool(np.isnan(low))
        if interval is not None:
            assert interval.low == pytest.approx(float(low), abs=1e-9)
            assert interval.high == pytest.approx(float(high), abs=1e-9)


def test_events_come_before_ends_of_follow_up_on_the_same_day() -> None:
    curve = kaplan_meier(people("5 5+ 5+ 5+"))
    assert curve.left_at(5) == Fraction(3, 4)
    assert curve.steps[0].at_risk == 4


def test_a_share_that_is_met_exactly_is_reached() -> None:
    curve = kaplan_meier(people("1 2 3 4"))
    assert [curve.days_until(share) for share in (QUARTER, HALF, THREE_QUARTERS)] == [1, 2, 3]
    thirds = kaplan_meier(people("7 8 9"))
    assert thirds.days_until(Fraction(1, 3)) == 7


def test_what_is_not_reached_is_none() -> None:
    curve = kaplan_meier(people("3 9+ 9+ 9+ 9+"))
    assert curve.days_until(HALF) is None
    # Four of five are left; the lower band is already below one half, the upper one never is.
    assert curve.median_between() == (3, None)


def test_days_with_nobody_left_are_skipped_in_the_interval_of_the_median() -> None:
    everybody = kaplan_meier(people("10 10 10 10"))
    assert everybody.days_until(HALF) == 10
    assert everybody.steps[0].interval is None
    assert everybody.median_between() == (None, None)


def test_the_interval_of_the_median_encloses_it() -> None:
    curve = kaplan_meier(people(PLACEBO))
    assert curve.days_until(HALF) == 8
    assert curve.median_between() == (4, 11)


def test_nobody_has_a_curve_that_says_nothing() -> None:
    empty = kaplan_meier([])
    assert empty == Curve(0, 0, None, ())
    assert (empty.days_until(HALF), empty.median_between(), empty.happened_by(10)) == (None, (None, None), None)


def test_by_a_day_that_nobody_was_followed_to_it_cannot_be_said() -> None:
    curve = kaplan_meier(people("30 100+ 181+"))
    assert curve.happened_by(182) is None
    known = curve.happened_by(181)
    assert known is not None
    assert known.value == Fraction(1, 3)
    assert known.interval is not None
    assert known.interval.low < 1 / 3 < known.interval.high


def test_the_interval_of_a_share_is_that_of_the_curve_turned_round() -> None:
    curve = kaplan_meier(people(TREATED))
    for step in curve.steps:
        known = curve.happened_by(step.days)
        assert known is not None
        assert step.interval is not None
        assert known.interval is not None
        assert (known.interval.low, known.interval.high) == (1 - step.interval.high, 1 - step.interval.low)
        assert 0 <= known.interval.low < float(known.value) < known.interval.high <= 1


def test_when_it_happened_to_all_later_days_are_known_and_have_no_interval() -> None:
    known = kaplan_meier(people("30 40")).happened_by(182)
    assert known is not None
    assert (known.value, known.interval) == (1, None)


def test_when_it_happened_to_nobody_there_is_no_interval() -> None:
    known = kaplan_meier(people("200+ 190+")).happened_by(182)
    assert known is not None
    assert (known.value, known.interval) == (0, None)


def test_a_follow_up_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="-1 days"):
        FollowUp(-1, True)


@quickly
@given(follow_ups)
def test_without_ends_of_follow_up_it_is_the_plain_share(cohort: list[FollowUp]) -> None:
    everybody = [FollowUp(one.days, True) for one in cohort]
    curve = kaplan_meier(everybody)
    for days in range(61):
        later = sum(one.days > days for one in everybody)
        assert curve.left_at(days) == (Fraction(later, len(everybody)) if everybody else 1)


@quickly
@given(follow_ups, st.randoms())
def test_a_curve_only_falls_and_no_order_matters(cohort: list[FollowUp], chance: random.Random) -> None:
    curve = kaplan_meier(cohort)
    left = [Fraction(1), *(step.left for step in curve.steps)]
    assert all(before > after >= 0 for before, after in pairwise(left))
    assert sum(step.happened for step in curve.steps) == curve.happened == sum(one.happened for one in cohort)
    for step in curve.steps:
        interval = step.interval
        assert (interval is None) == (step.left == 0)
        assert interval is None or 0 <= interval.low <= float(step.left) <= interval.high <= 1
    turned = list(cohort)
    chance.shuffle(turned)
    assert kaplan_meier(turned) == curve


@quickly
@given(follow_ups)
def test_quartiles_come_in_order_and_on_days_on_which_it_happened(cohort: list[FollowUp]) -> None:
    curve = kaplan_meier(cohort)
    found = [curve.days_until(share) for share in (QUARTER, HALF, THREE_QUARTERS)]
    reached = [days for days in found if days is not None]
    assert reached == sorted(reached)
    assert found[: len(reached)] == reached
    happened = {one.days for one in cohort if one.happened}
    assert set(reached) <= happened
    low, high = curve.median_between()
    assert low is None or found[1] is None or low <= found[1]
    assert high is None or (found[1] is not None and found[1] <= high)


@quickly
@given(follow_ups, st.integers(61, 99))
def test_longer_follow_up_without_an_event_changes_no_earlier_day(cohort: list[FollowUp], days: int) -> None:
    """Whoever leaves the study last may as well leave it later."""
    longer = [one if one.happened or one.days < 60 else FollowUp(days, False) for one in cohort]
    curve, other = kaplan_meier(cohort), kaplan_meier(longer)
    assert all(curve.left_at(day) == other.left_at(day) for day in range(61))
