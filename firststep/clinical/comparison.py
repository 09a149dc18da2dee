"""Published figures beside one person's own course: where they stand in a chart, and why others do not.

Nothing here is about the person's future: a reported average is anchored at the person's own baseline, no more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from firststep.clinical.baseline import Baseline
from firststep.clinical.benchmarks import Benchmark, Benchmarks, load_benchmarks
from firststep.clinical.diary import ARMS, Arm
from firststep.clinical.measures import Measure
from firststep.clinical.outcomes import Outcomes
from firststep.clinical.relief import relief_level

_ZERO: Final = Fraction(0)
_TEN: Final = Fraction(10)

#: Why a published figure is not drawn in this chart.
Reason: TypeAlias = Literal[
    "recalled", "in_words", "between_groups", "no_change_given", "other_scale", "other_measure", "no_week", "own_window"
]
#: Why a level stands at an end of the scale and not where the figure alone would put it.
Clip: TypeAlias = Literal["more_than_baseline", "above_the_scale"]
#: Why nothing is drawn at all.
Missing: TypeAlias = Literal["no_baseline", "low_baseline"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reduction:
    """A reported reduction in points of 10, taken from the person's own baseline.

    ``level`` is what is left, never below 0 or above 10; ``clip`` says why it stands at such an end.
    ``is_clipped`` tells that the reduction is larger than the baseline: ``percent_of_baseline`` then is above 100
    and tells what the level cannot.
    """

    baseline: Fraction
    points: Fraction

    @property
    def level(self) -> Fraction:
        """Return baseline minus the reduction, between 0 and 10."""
        return min(max(self.unclipped, _ZERO), _TEN)

    @property
    def unclipped(self) -> Fraction:
        """Return baseline minus the reduction, wherever that is."""
        return self.baseline - self.points

    @property
    def clip(self) -> Clip | None:
        """Return why the level is not baseline minus the reduction, None where it is."""
        if self.unclipped < _ZERO:
            return "more_than_baseline"
        return "above_the_scale" if self.unclipped > _TEN else None

    @property
    def is_clipped(self) -> bool:
        """Tell whether the reduction is more than the person's pain can fall."""
        return self.clip == "more_than_baseline"

    @property
    def percent_of_baseline(self) -> Fraction:
        """Return the reduction as a percentage of the person's baseline."""
        return 100 * self.points / self.baseline


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliefWindow:
    """One arm's reported time to relief and average reduction, anchored at the person's baseline.

    A box from ``opens_on`` to ``closes_on`` between the relief level and baseline minus the reported average
    reduction, a wedge from week 0 that leads to it ("guide, not data"), and a line at that average afterwards.
    Values are points of 10.
    """

    arm: Arm
    benchmark: Benchmark
    starts_on: date
    opens_on: date
    closes_on: date
    relief_level: Fraction
    reduction: Reduction

    @property
    def upper(self) -> Fraction:
        """Return the upper edge of the box."""
        return max(self.relief_level, self.reduction.level)

    @property
    def lower(self) -> Fraction:
        """Return the lower edge of the box."""
        return min(self.relief_level, self.reduction.level)

    @property
    def wedge(self) -> tuple[tuple[date, Fraction], ...]:
        """Return the three corners of the wedge from week 0 to the box."""
        return (
            (self.starts_on, self.reduction.baseline),
            (self.opens_on, self.upper),
            (self.opens_on, self.lower),
        )

    @property
    def average_from(self) -> tuple[date, Fraction]:
        """Return where the dashed line at baseline minus the average reduction begins."""
        return self.closes_on, self.reduction.level


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedPoint:
    """One peer-reviewed fall from baseline at a reported week, anchored at the person's baseline.

    ``low`` and ``high`` are the ends of its 95 % interval in points of 10, None where no within-arm one is
    verified; they are cut at 0 and 10 as the level is, and ``interval_is_cut`` tells so.
    """

    benchmark: Benchmark
    day: date
    reduction: Reduction
    low: Fraction | None
    high: Fraction | None
    interval_is_cut: bool = False

    @property
    def level(self) -> Fraction:
        """Return where the point stands, in points of 10."""
        return self.reduction.level


@dataclass(frozen=True, slots=True)
class NotDrawn:
    """A published figure that is named beside the chart and not drawn in it, with the reason."""

    benchmark: Benchmark
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What stands beside a person's course of one measure.

    ``own`` is the window of the person's arm, None without an arm; ``options`` are the other arms', to be
    looked at on request. ``missing`` says why there is none of either.
    """

    measure: Measure
    missing: Missing | None = None
    own: ReliefWindow | None = None
    options: tuple[ReliefWindow, ...] = ()
    points: tuple[PublishedPoint, ...] = ()
    not_drawn: tuple[NotDrawn, ...] = ()


def compare(outcomes: Outcomes, arm: Arm | None, benchmarks: Benchmarks | None = None) -> Comparison:
    """Return the published figures anchored at the person's own baseline, for one measure.

    Week 0 is ``outcomes.starts_on``. With no baseline or a low one nothing is drawn, and ``missing`` says why.
    Only figures of the same measure on a scale of pain are drawn; the clinic report, which does not say which
    pain it measured, may stand beside either measure. Differences between groups never are.

    Source: ARCHITECTURE.md, decisions.
    """
    rows = (load_benchmarks() if benchmarks is None else benchmarks).rows
    base, starts_on = outcomes.baseline, outcomes.starts_on
    if base is None or starts_on is None:
        return Comparison(measure=outcomes.measure, missing="no_baseline")
    if base.is_low:
        return Comparison(measure=outcomes.measure, missing="low_baseline")
    windows = tuple(_windows(rows, outcomes.measure, base, starts_on))
    points, not_drawn = [], []
    for row in rows:
        reason = why_not_drawn(row, outcomes.measure)
        if reason is None:
            points.append(_point(row, base, starts_on))
        elif reason != "own_window":
            not_drawn.append(NotDrawn(row, reason))
    return Comparison(
        measure=outcomes.measure,
        own=next((window for window in windows if window.arm == arm), None),
        options=tuple(window for window in windows if window.arm != arm),
        points=tuple(sorted(points, key=lambda point: point.day)),
        not_drawn=tuple(not_drawn),
    )


def why_not_drawn(row: Benchmark, measure: Measure) -> Reason | None:
    """Return why a figure is no point in the chart of a measure, or None where it is one.

    ``own_window`` means that it is drawn as a relief window instead. One chart holds one kind of figure on one
    scale: what is left of the own pain after a fall from the start, in points of 10 of one measure. Differences
    between groups, shares of people and other scales have no place on it, whatever their numbers are.
    """
    reason: Reason | None = None
    if row.is_recalled:
        reason = "recalled"
    elif not row.may_be_drawn:
        reason = "in_words"
    elif row.kind == "between_group":
        reason = "between_groups"
    elif row.kind != "within_arm" or row.change_mean is None:
        reason = "no_change_given"
    elif not row.is_pain_scale:
        reason = "other_scale"
    elif _window_weeks(row) is not None:
        reason = "own_window"
    elif row.measure != measure:
        reason = "other_measure"
    elif row.week is None:
        reason = "no_week"
    return reason


def _window_weeks(row: Benchmark) -> tuple[Decimal, Decimal] | None:
    """Return the weeks of a clinic's own report of time to relief, which may stand beside either measure."""
    if row.source.peer_reviewed or row.relief_week_from is None or row.relief_week_to is None:
        return None
    return row.relief_week_from, row.relief_week_to


def _windows(rows: tuple[Benchmark, ...], measure: Measure, base: Baseline, starts_on: date) -> Iterator[ReliefWindow]:
    for arm in ARMS:
        for row in rows:
            weeks = _window_weeks(row)
            fits = row.measure in ("unspecified", measure) and row.is_pain_scale and row.may_be_drawn
            if row.arm == arm and weeks is not None and fits and row.change_mean is not None:
                yield ReliefWindow(
                    arm=arm,
                    benchmark=row,
                    starts_on=starts_on,
                    opens_on=_after(starts_on, weeks[0]),
                    closes_on=_after(starts_on, weeks[1]),
                    relief_level=relief_level(base.value),
                    reduction=Reduction(baseline=base.value, points=row.in_points(-row.change_mean)),
                )


def _point(row: Benchmark, base: Baseline, starts_on: date) -> PublishedPoint:
    assert row.change_mean is not None
    assert row.week is not None

    def end(change: Decimal | None) -> Reduction | None:
        return None if change is None else Reduction(baseline=base.value, points=row.in_points(-change))

    low, high = end(row.ci_low), end(row.ci_high)
    return PublishedPoint(
        benchmark=row,
        day=_after(starts_on, row.week),
        reduction=Reduction(baseline=base.value, points=row.in_points(-row.change_mean)),
        low=None if low is None else low.level,
        high=None if high is None else high.level,
        interval_is_cut=any(one is not None and one.clip is not None for one in (low, high)),
    )


def _after(starts_on: date, weeks: Decimal) -> date:
    return starts_on + timedelta(days=int(weeks * 7))
