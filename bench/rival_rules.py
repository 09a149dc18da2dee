"""What else could be called relief or relapse: rules that the product does not use, to see what its own are worth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from math import ceil, floor

from firststep.clinical.baseline import Baseline
from firststep.clinical.means import UNITS_PER_POINT, SevenDayMeans
from firststep.clinical.relief import MEANINGFUL, relief, relief_level
from firststep.clinical.sustained import CONFIRMING_DAYS, first_sustained


def first_held(means: SevenDayMeans, after: int, days: int, fewest: int, held: Callable[[int], bool]) -> int | None:
    """Return the first place after ``after`` from which that many days hold, as the product asks it of 14."""
    for index in range(max(after + 1, 0), len(means.units) - days + 1):
        window = means.units[index : index + days]
        valid = [units for units in window if units is not None]
        if window[0] is not None and len(valid) >= fewest and all(held(units) for units in valid):
            return index
    return None


def reliefs(entries: Mapping[date, int], means: SevenDayMeans, base: Baseline, starts_on: date) -> list[bool]:
    """Tell what six rules call this course, in the order of RULES_OF_RELIEF; the fifth is the product's own.

    Of a low baseline the product says nothing; the others have no such rule.
    """
    thirty = floor(MEANINGFUL * base.value * UNITS_PER_POINT)
    level = floor(relief_level(base.value) * UNITS_PER_POINT)
    after = means.index(base.day)
    later = [units for units in means.units[max(after + 1, 0) :] if units is not None]
    return [
        any(Fraction(tenths, 10) <= MEANINGFUL * base.value for day, tenths in entries.items() if day > base.day),
        any(units <= thirty for units in later),
        any(units <= level for units in later),
        first_held(means, after, 7, 5, lambda units: units <= level) is not None,
        not base.is_low and relief(means, base, starts_on).state == "confirmed",
        first_held(means, after, 28, 20, lambda units: units <= level) is not None,
    ]


RULES_OF_RELIEF = (
    "one day, 30 % less",
    "7-day mean once, 30 % less",
    "and 2 points less",
    "held for 7 days",
    "held for 14 days (the product's)",
    "held for 28 days",
)


def lost_the_thirty(means: SevenDayMeans, base: Fraction, relief_day: date) -> bool:
    """Tell whether pain is above 70 % of the baseline for 14 days, whatever the level after relief was."""
    above = floor(MEANINGFUL * base * UNITS_PER_POINT)
    after = means.index(relief_day) + CONFIRMING_DAYS - 1
    return first_sustained(means, after, lambda units: units > above) is not None


def two_above_the_best(means: SevenDayMeans, relief_day: date) -> bool:
    """Tell whether one 7-day mean after relief was confirmed is two points above the best one before it."""
    best: int | None = None
    confirmed = means.index(relief_day) + CONFIRMING_DAYS - 1
    for index, units in enumerate(means.units):
        if units is None or index < means.index(relief_day):
            continue
        if best is not None and index > confirmed and units >= best + ceil(2 * UNITS_PER_POINT):
            return True
        best = units if best is None else min(best, units)
    return False
