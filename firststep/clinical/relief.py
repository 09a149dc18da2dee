"""Meaningful and substantial relief: possible, confirmed, and how long it took (outcomes daily-1, 5 to 8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import floor
from typing import Final, Literal, TypeAlias

from firststep.clinical.baseline import Baseline
from firststep.clinical.means import UNITS_PER_POINT, SevenDayMeans
from firststep.clinical.sustained import CONFIRMING_DAYS, first_sustained, mean_of_14_days

ReliefState: TypeAlias = Literal["none", "possible", "confirmed"]

#: What may be left of the baseline: Farrar et al. 2001 (30 % less), Dworkin et al. 2008 (50 % less).
MEANINGFUL: Final = Fraction(7, 10)
SUBSTANTIAL: Final = Fraction(1, 2)
#: And the fall in points that both ask for: Farrar et al. 2001, Landorf et al. 2010.
LEAST_FALL_POINTS: Final = 2


@dataclass(frozen=True, slots=True)
class Relief:
    """Whether relief came; ``day`` is its first day, ``days`` the days from the start, only when confirmed."""

    state: ReliefState = "none"
    day: date | None = None
    days: int | None = None


NO_RELIEF: Final = Relief()


def relief_level(baseline: Fraction, left: Fraction = MEANINGFUL) -> Fraction:
    """Return the pain in points at or below which a 7-day mean is at relief.

    ``baseline`` is in points; ``left`` is the share of it that may be left.

    >>> relief_level(Fraction(7)), relief_level(Fraction(5))
    (Fraction(49, 10), Fraction(3, 1))

    Rule: outcomes daily-1, 5 and 7. Source: Farrar et al. 2001, Pain 94:149-158 (30 % or 2 points);
    Dworkin et al. 2008, J Pain 9:105-121. Differs from the source in: both are asked for, not either.
    """
    return min(left * baseline, baseline - LEAST_FALL_POINTS)


def relief(means: SevenDayMeans, baseline: Baseline, starts_on: date, left: Fraction = MEANINGFUL) -> Relief:
    """Return whether and when relief came, before any censoring.

    Confirmed with the first day after the baseline day from which 14 days are at relief (at least 10 of them
    with a valid mean, none above the level, and the last entry not before the 14th). Possible while the
    entries do not reach that far and nothing since is above the level. ``days`` counts from ``starts_on``.

    Rule: outcomes daily-1, 6 and 7. Source: our definition, after Bushmakin et al. 2010 (stable events).
    """
    level = floor(relief_level(baseline.value, left) * UNITS_PER_POINT)
    after = means.index(baseline.day)
    index = first_sustained(means, after, lambda units: units <= level)
    if index is not None:
        day = means.day(index)
        return Relief("confirmed", day, (day - starts_on).days)
    index = _possible_from(means, after, level)
    return NO_RELIEF if index is None else Relief("possible", means.day(index))


def _possible_from(means: SevenDayMeans, after: int, level: int) -> int | None:
    """Return the first place, too near the last entry to be confirmed, since which all means are at relief."""
    earliest = None
    for index in range(len(means.units) - 1, max(after, len(means.units) - CONFIRMING_DAYS, -1), -1):
        units = means.units[index]
        if units is None:
            continue
        if units > level:
            break
        earliest = index
    return earliest


def level_after_relief(means: SevenDayMeans, relief_day: date) -> Fraction:
    """Return the mean, in points, of the valid 7-day means over the 14 days that confirmed relief.

    Rule: outcomes daily-1, 8.
    """
    return mean_of_14_days(means, means.index(relief_day))
