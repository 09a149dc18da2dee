"""Pain that came back after confirmed relief (outcomes daily-1, 9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil, floor
from typing import Final

from firststep.clinical.means import UNITS_PER_POINT, SevenDayMeans
from firststep.clinical.relief import MEANINGFUL
from firststep.clinical.sustained import CONFIRMING_DAYS, Held, first_sustained

LEAST_RISE_POINTS: Final = 2


@dataclass(frozen=True, slots=True)
class Relapse:
    """The first day of a relapse and the days since relief; both None where there is none."""

    day: date | None = None
    days: int | None = None


NO_RELAPSE: Final = Relapse()


def relapse(means: SevenDayMeans, baseline: Fraction, relief_day: date, after_relief: Fraction) -> Relapse:
    """Return the first relapse after confirmed relief, before any censoring.

    ``baseline`` and ``after_relief`` (the level after relief) are in points. A relapse begins after the 14
    days that confirmed relief and holds for 14 days: every valid mean is above 70 % of the baseline and at
    least 2 points above the level after relief.

    Rule: outcomes daily-1, 9. Source: our definition; none is accepted for plantar fasciitis.
    """
    after = means.index(relief_day) + CONFIRMING_DAYS - 1
    index = first_sustained(means, after, came_back(baseline, after_relief))
    if index is None:
        return NO_RELAPSE
    day = means.day(index)
    return Relapse(day, (day - relief_day).days)


def came_back(baseline: Fraction, after_relief: Fraction) -> Held:
    """Return what asks a value in units of 1/4200: above 70 % of the baseline, and 2 points above the level?

    ``baseline`` and ``after_relief`` are in points.

    Rule: outcomes daily-1, 9, and visits-1, 4.
    """
    above = floor(MEANINGFUL * baseline * UNITS_PER_POINT)
    least = ceil((after_relief + LEAST_RISE_POINTS) * UNITS_PER_POINT)
    return lambda units: units > above and units >= least
