"""The cohort table: for every arm the figures with their intervals, and where there are too few people to say any.

It stands beside published figures and ranks nothing: two arms are either told apart by their intervals or they are not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from math import inf
from typing import Final, Literal, TypeAlias

from firststep.clinical.cohort import REASONS, RULE_VERSIONS, Count, LeftOut, RuleVersion, Sums, Tally
from firststep.clinical.diary import ARMS, Arm
from firststep.clinical.intervals import Interval, mean_from_sums, wilson
from firststep.clinical.survival import HALF, QUARTER, THREE_QUARTERS, FollowUps, curve_of

#: From so many people on a mean or a share is shown, and a curve.
FEWEST: Final = 5
FEWEST_OF_CURVE: Final = 10
SIX_MONTHS_DAYS: Final = 182
_DAYS_A_WEEK: Final = 7

FigureName: TypeAlias = Literal[
    "reduction_week12", "weeks_to_relief", "relapse_6_months", "improved_after_4", "nsaid_reduced", "nsaid_stopped"
]
FIGURES: Final[tuple[FigureName, ...]] = (
    "reduction_week12",
    "weeks_to_relief",
    "relapse_6_months",
    "improved_after_4",
    "nsaid_reduced",
    "nsaid_stopped",
)
#: What can be said of two arms and one figure. Nothing says which of them is better.
Said: TypeAlias = Literal["too_few_to_show", "too_few_to_compare", "intervals_apart"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure of ``n`` people with its 95 % interval; with too few to show there is nothing but ``n``.

    The mean reduction is in points of 10, a share is a part of 1. A figure that is shown has no value where it cannot
    be said yet.
    """

    n: int
    shown: bool = False
    value: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def between(self) -> Interval | None:
        """Return the interval, None where there is none."""
        return None if self.low is None or self.high is None else Interval(self.low, self.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proportion(Figure):
    """A share: ``k`` of ``n`` people."""

    k: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeksToRelief:
    """The weeks until a quarter, half and three quarters of ``n`` people had relief; None is "not reached".

    ``events`` is how many had it while they were followed; ``low`` and ``high`` are the interval of the median.
    """

    n: int
    shown: bool = False
    events: int | None = None
    median: float | None = None
    q1: float | None = None
    q3: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def between(self) -> Interval | None:
        """Return the interval of the median, open above where its upper end is not reached; None without a lower."""
        return None if self.low is None else Interval(self.low, inf if self.high is None else self.high)


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """What is left from a day on until the next point, as parts of 1, with the log-log interval where there is one."""

    days: int
    left: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnCurve:
    """A Kaplan-Meier curve as a figure needs it: steps, ends of follow-up, and how many are still followed when.

    The first point is on day 0, the last on the day of the longest follow-up. ``at_risk`` holds (days, people).
    """

    points: tuple[CurvePoint, ...]
    ends: tuple[int, ...]
    at_risk: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmRow:
    """One arm's row.

    ``left_out`` says for each reason, of those that there are, how many people it keeps out of the mean reduction.
    The curves are None where there are too few people to show them.
    """

    arm: Arm
    n: int
    left_out: Mapping[LeftOut, int]
    rules: tuple[RuleVersion, ...]
    reduction_week12: Figure
    weeks_to_relief: WeeksToRelief
    relapse_6_months: Figure
    improved_after_4: Proportion
    nsaid_reduced: Proportion
    nsaid_stopped: Proportion
    relief_curve: DrawnCurve | None
    relapse_curve: DrawnCurve | None

    def figure(self, name: FigureName) -> Figure | WeeksToRelief:
        """Return a figure by its name."""
        figure: Figure | WeeksToRelief = getattr(self, name)
        return figure


@dataclass(frozen=True, slots=True)
class Pair:
    """Two arms and what can be said of them in one figure."""

    arms: tuple[Arm, Arm]
    said: Said


@dataclass(frozen=True, slots=True)
class CohortTable:
    """The three rows, in the order of ARMS."""

    rows: tuple[ArmRow, ...]

    def pairs(self, name: FigureName) -> tuple[Pair, ...]:
        """Return what can be said of every two arms in one figure.

        Rule: outcomes, cohorts.
        """
        return tuple(
            Pair((one.arm, other.arm), _said(one.figure(name), other.figure(name)))
            for one, other in combinations(self.rows, 2)
        )


def cohort_table(counted: Mapping[Arm, Tally]) -> CohortTable:
    """Return the table of tallies by arm; an arm that nobody is in has its row, too.

    Rule: outcomes, cohorts.
    """
    return CohortTable(tuple(_row(arm, counted.get(arm, Tally())) for arm in ARMS))


def _row(arm: Arm, tally: Tally) -> ArmRow:
    return ArmRow(
        arm=arm,
        n=tally.people,
        left_out={reason: tally.left_out[reason] for reason in REASONS if tally.left_out[reason]},
        rules=tuple(version for version in RULE_VERSIONS if tally.rules[version]),
        reduction_week12=mean_reduction(tally.reductions),
        weeks_to_relief=weeks_to_relief(tally.relief),
        relapse_6_months=relapse_at_6_months(tally.relapse),
        improved_after_4=proportion(tally.improved_after_4),
        nsaid_reduced=proportion(tally.nsaid_reduced),
        nsaid_stopped=proportion(tally.nsaid_stopped),
        relief_curve=drawn_curve(tally.relief),
        relapse_curve=drawn_curve(tally.relapse),
    )


def mean_reduction(sums: Sums) -> Figure:
    """Return the mean in points with its t interval, from 5 people on.

    Rule: outcomes, cohorts.
    """
    if sums.n < FEWEST:
        return Figure(n=sums.n)
    found = mean_from_sums(sums.n, sums.total, sums.squares)
    assert found is not None
    assert found.interval is not None
    return Figure(n=sums.n, shown=True, value=found.mean, low=found.interval.low, high=found.interval.high)


def proportion(count: Count) -> Proportion:
    """Return the share with its Wilson interval, from 5 people on.

    Rule: outcomes, cohorts.
    """
    if count.n < FEWEST:
        return Proportion(n=count.n)
    interval = wilson(count.k, count.n)
    return Proportion(n=count.n, shown=True, k=count.k, value=count.k / count.n, low=interval.low, high=interval.high)


def weeks_to_relief(follow_ups: FollowUps) -> WeeksToRelief:
    """Return the quartiles of Kaplan and Meier's curve in weeks, from 10 people on.

    Rule: outcomes, cohorts.
    """
    if follow_ups.people < FEWEST_OF_CURVE:
        return WeeksToRelief(n=follow_ups.people)
    curve = curve_of(follow_ups)
    low, high = curve.median_between()
    return WeeksToRelief(
        n=curve.people,
        shown=True,
        events=curve.happened,
        median=_weeks(curve.days_until(HALF)),
        q1=_weeks(curve.days_until(QUARTER)),
        q3=_weeks(curve.days_until(THREE_QUARTERS)),
        low=_weeks(low),
        high=_weeks(high),
    )


def relapse_at_6_months(follow_ups: FollowUps) -> Figure:
    """Return the share with a relapse by day 182 after relief, from 10 people on.

    There is no value where nobody was followed for so long, and no interval where it is nobody or everybody.

    Rule: outcomes, cohorts.
    """
    if follow_ups.people < FEWEST_OF_CURVE:
        return Figure(n=follow_ups.people)
    share = curve_of(follow_ups).happened_by(SIX_MONTHS_DAYS)
    if share is None:
        return Figure(n=follow_ups.people, shown=True)
    ends = (None, None) if share.interval is None else (share.interval.low, share.interval.high)
    return Figure(n=follow_ups.people, shown=True, value=float(share.value), low=ends[0], high=ends[1])


def drawn_curve(follow_ups: FollowUps, every_days: int = 28) -> DrawnCurve | None:
    """Return the curve with the people at risk every so many days, None with fewer than 10 people.

    Rule: outcomes, cohorts.
    """
    longest = follow_ups.longest_days
    if follow_ups.people < FEWEST_OF_CURVE or longest is None:
        return None
    points = [CurvePoint(0, 1.0, None, None)]
    for step in curve_of(follow_ups).steps:
        band = step.interval
        ends = (None, None) if band is None else (band.low, band.high)
        points.append(CurvePoint(step.days, float(step.left), *ends))
    if points[-1].days < longest:
        points.append(CurvePoint(longest, points[-1].left, points[-1].low, points[-1].high))
    return DrawnCurve(
        points=tuple(points),
        ends=tuple(sorted(follow_ups.left)),
        at_risk=tuple((days, follow_ups.at_risk(days)) for days in range(0, longest + 1, every_days)),
    )


def _weeks(days: int | None) -> float | None:
    return None if days is None else days / _DAYS_A_WEEK


def _said(one: Figure | WeeksToRelief, other: Figure | WeeksToRelief) -> Said:
    """Say whether two figures can be told apart: only by two intervals that have no value in common."""
    if not (one.shown and other.shown):
        return "too_few_to_show"
    if one.between is None or other.between is None or one.between.overlaps(other.between):
        return "too_few_to_compare"
    return "intervals_apart"
