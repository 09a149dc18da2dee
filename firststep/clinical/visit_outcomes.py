"""The outcome rules visits-1: from a practice's visits of one person to every figure about the course."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from math import floor
from typing import Final, Literal

from firststep.clinical.baseline import Baseline
from firststep.clinical.means import UNITS_PER_POINT
from firststep.clinical.measures import TENTHS_PER_POINT
from firststep.clinical.relapse import NO_RELAPSE, Relapse, came_back
from firststep.clinical.relief import NO_RELIEF, Relief, relief_level
from firststep.clinical.visits import NSAID_CLASSES, NsaidClass, Visit, VisitSeries

#: The version of the rules that every result carries.
VISIT_RULES: Final = "visits-1"

_WEEK_12_DAYS: Final = 84
_WEEK_12_REACH_DAYS: Final = 28
_SESSION: Final = 4
_IMPROVED: Final = ("much_improved", "very_much_improved")


@dataclass(frozen=True, slots=True)
class NsaidClasses:
    """The NSAID classes of the baseline's row and of the last row, and what became of them; None is "not counted"."""

    baseline: NsaidClass | None = None
    last: NsaidClass | None = None
    reduced: bool | None = None
    stopped: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitOutcomes:
    """Every figure of one visit series; pain in points (0 to 10), None is "cannot be said".

    ``starts_on`` is day 0 of the course, ``censored_on`` the last visit with a value. ``improved_after_4`` is about
    the first value after the fourth session.
    """

    rules: Literal["visits-1"]
    starts_on: date | None
    baseline: Baseline | None
    relief: Relief
    level_after_relief: Fraction | None
    relapse: Relapse
    censored_on: date | None
    reduction_week12: Fraction | None
    improved_after_4: bool | None
    nsaid: NsaidClasses

    @property
    def low_baseline(self) -> bool:
        """Tell whether the baseline is too low for relief and relapse to be computed."""
        return self.baseline is not None and self.baseline.is_low


@dataclass(frozen=True, slots=True)
class VisitValue:
    """A visit with a value, which is exact in units of 1/4200 of a point."""

    day: date
    units: int

    @property
    def points(self) -> Fraction:
        """Return the value in points."""
        return Fraction(self.units, UNITS_PER_POINT)


def visit_outcomes(series: VisitSeries) -> VisitOutcomes:
    """Return the outcomes of one person's visits.

    Rule: outcomes visits-1. Source: our definition, the rules of diaries with what a visit every week or two can tell.
    """
    values = [
        VisitValue(visit.day, visit.tenths * UNITS_PER_POINT // TENTHS_PER_POINT)
        for visit in series.in_order
        if visit.tenths is not None
    ]
    starts_on = series.start
    base = None if starts_on is None else baseline_visit(values, starts_on)
    found, level, back, reduction, improved = NO_RELIEF, None, NO_RELAPSE, None, None
    if base is not None and starts_on is not None and not base.is_low:
        later = [value for value in values if value.day > base.day]
        found = visit_relief(later, base.value, starts_on)
        if found.state == "confirmed" and found.day is not None:
            since = [value for value in later if value.day >= found.day]
            level = (since[0].points + since[1].points) / 2
            back = visit_relapse(since, base.value, level)
        reduction = visit_reduction_at_week_12(values, base.value, starts_on)
        improved = improved_after_4_sessions(series, base.value)
    return VisitOutcomes(
        rules=VISIT_RULES,
        starts_on=starts_on,
        baseline=base,
        relief=found,
        level_after_relief=level,
        relapse=back,
        censored_on=values[-1].day if values else None,
        reduction_week12=reduction,
        improved_after_4=improved,
        nsaid=nsaid_classes(series.in_order, base),
    )


def baseline_visit(values: Sequence[VisitValue], starts_on: date) -> Baseline | None:
    """Return the last value on or before the start, else the first value; None without any.

    Rule: outcomes visits-1, 1.
    """
    if not values:
        return None
    base = next((value for value in reversed(values) if value.day <= starts_on), values[0])
    return Baseline(base.day, base.points, 1)


def visit_relief(later: Sequence[VisitValue], baseline: Fraction, starts_on: date) -> Relief:
    """Return relief with the first of two visits in a row that are at relief; possible at the last visit.

    ``later`` are the visits with a value after the baseline visit, in order; ``baseline`` is in points.

    Rule: outcomes visits-1, 2 and 3.
    """
    level = floor(relief_level(baseline) * UNITS_PER_POINT)
    for value, following in pairwise(later):
        if value.units <= level and following.units <= level:
            return Relief("confirmed", value.day, (value.day - starts_on).days)
    if later and later[-1].units <= level:
        return Relief("possible", later[-1].day)
    return NO_RELIEF


def visit_relapse(since: Sequence[VisitValue], baseline: Fraction, after_relief: Fraction) -> Relapse:
    """Return the first of two visits in a row on which pain is back, after the two that confirmed relief.

    ``since`` are the visits with a value from the relief on; ``baseline`` and ``after_relief`` are in points.

    Rule: outcomes visits-1, 4.
    """
    back = came_back(baseline, after_relief)
    for value, following in pairwise(since[2:]):
        if back(value.units) and back(following.units):
            return Relapse(value.day, (value.day - since[0].day).days)
    return NO_RELAPSE


def visit_reduction_at_week_12(values: Sequence[VisitValue], baseline: Fraction, starts_on: date) -> Fraction | None:
    """Return baseline minus the value nearest to day 84, within 28 days of it; the earlier of equals. In points.

    ``values`` hold at least the one of the baseline.

    Rule: outcomes visits-1, 6.
    """
    middle = starts_on + timedelta(days=_WEEK_12_DAYS)
    # min keeps the first of equals, and the values are in the order of days.
    nearest = min(values, key=lambda value: abs((value.day - middle).days))
    if abs((nearest.day - middle).days) > _WEEK_12_REACH_DAYS:
        return None
    return baseline - nearest.points


def improved_after_4_sessions(series: VisitSeries, baseline: Fraction) -> bool | None:
    """Tell whether the first value after the fourth session is at relief, or its row rated as much improved.

    None where that session or a value after it is missing. ``baseline`` is in points.

    Rule: outcomes visits-1, 7.
    """
    fourth = _fourth_session(series)
    if fourth is None:
        return None
    for visit in series.in_order:
        if visit.day > fourth.day and visit.tenths is not None:
            at_relief = Fraction(visit.tenths, TENTHS_PER_POINT) <= relief_level(baseline)
            return at_relief or visit.change in _IMPROVED
    return None


def _fourth_session(series: VisitSeries) -> Visit | None:
    if series.sessions == "numbered":
        return next((visit for visit in series.in_order if visit.session == _SESSION), None)
    if series.sessions == "counted":
        return next(iter(series.in_order[_SESSION - 1 :]), None)
    return None


def nsaid_classes(visits: Sequence[Visit], baseline: Baseline | None) -> NsaidClasses:
    """Return the class on the baseline's row and on the last row, and whether it is lower or none.

    ``visits`` are in the order of days, with or without a value. Both answers are None where the last row is not
    later, where one of the classes is empty (nothing is carried forward), or where it was none at baseline.

    Rule: outcomes visits-1, 8.
    """
    if baseline is None or visits[-1].day <= baseline.day:
        return NsaidClasses()
    before = next(visit.nsaid for visit in visits if visit.day == baseline.day)
    after = visits[-1].nsaid
    if before is None or after is None or before == "none":
        return NsaidClasses(before, after)
    reduced = NSAID_CLASSES.index(after) < NSAID_CLASSES.index(before)
    return NsaidClasses(before, after, reduced=reduced, stopped=after == "none")
