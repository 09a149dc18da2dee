"""What has to hold for two weeks before it is called anything: the common part of relief, relapse and worsening."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Final, TypeAlias

from firststep.clinical.means import UNITS_PER_POINT, SevenDayMeans

CONFIRMING_DAYS: Final = 14
FEWEST_VALID: Final = 10

#: Asks one valid mean, in units of 1/4200 of a point.
Held: TypeAlias = Callable[[int], bool]


def first_sustained(means: SevenDayMeans, after: int, held: Held) -> int | None:
    """Return the first place after ``after`` whose mean is valid and from which 14 days hold.

    Places count the days from the first entry. The last entry lies on or after the 14th day.

    Rule: outcomes daily-1, 6 and 9.
    """
    earliest = checked = max(after + 1, 0)
    for index in range(earliest, len(means.units) - CONFIRMING_DAYS + 1):
        if index < earliest:
            continue
        beyond = index + CONFIRMING_DAYS
        failing = _last_failing(means, checked, beyond, held)
        if failing is not None:
            # No 14 days with this one among them hold.
            earliest = checked = failing + 1
            continue
        checked = beyond
        if means.units[index] is not None and _has_enough(means.units[index:beyond]):
            return index
    return None


def _last_failing(means: SevenDayMeans, first: int, beyond: int, held: Held) -> int | None:
    for index in range(beyond - 1, first - 1, -1):
        units = means.units[index]
        if units is not None and not held(units):
            return index
    return None


def _has_enough(window: tuple[int | None, ...]) -> bool:
    return len(window) - window.count(None) >= FEWEST_VALID


def holds_for_14_days(means: SevenDayMeans, index: int, held: Held) -> bool:
    """Tell whether 14 recorded days from a place on have 10 valid means or more, every one of which holds."""
    window = means.units[index : index + CONFIRMING_DAYS]
    valid = [units for units in window if units is not None]
    return len(window) == CONFIRMING_DAYS and len(valid) >= FEWEST_VALID and all(held(units) for units in valid)


def mean_of_14_days(means: SevenDayMeans, index: int) -> Fraction:
    """Return the mean, in points, of the valid means in the 14 days from a place on."""
    valid = [units for units in means.units[index : index + CONFIRMING_DAYS] if units is not None]
    return Fraction(sum(valid), UNITS_PER_POINT * len(valid))
