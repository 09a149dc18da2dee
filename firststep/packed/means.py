"""The 7-day means of many series at once, and what holds for two weeks (outcomes daily-1, 1, 6, 9 and 10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from firststep.clinical.censoring import LONGEST_RUN_WITHOUT
from firststep.clinical.means import FEWEST_ENTRIES, UNITS_PER_POINT, WINDOW_DAYS
from firststep.clinical.measures import TENTHS_PER_POINT
from firststep.clinical.sustained import CONFIRMING_DAYS, FEWEST_VALID
from firststep.packed.rows import FIRST_PAIN_DAY, Days, Flags, Tenths

Units: TypeAlias = NDArray[np.uint16]
Small = TypeVar("Small", np.int8, np.uint8, np.uint16)

#: Rows of means begin with this day, counted from the start of the course.
FIRST_DAY: Final = FIRST_PAIN_DAY + WINDOW_DAYS - 1
#: Stands where no mean is valid: above every mean, which is 42,000 at most, and above every level.
NOT_VALID: Final = np.iinfo(np.uint16).max
#: The mean of so many entries is their sum in tenths times this.
_UNITS_PER_TENTH_OF: Final = np.array(
    [0] * FEWEST_ENTRIES
    + [UNITS_PER_POINT // TENTHS_PER_POINT // count for count in range(FEWEST_ENTRIES, WINDOW_DAYS + 1)],
    np.uint16,
)
#: A valid day that does not hold weighs more than 14 that do.
_BROKEN: Final = 16


@dataclass(frozen=True, slots=True)
class Means:
    """The means of series (rows) by day (columns from day -7 on) in units of 1/4200 of a point, as in `clinical`.

    ``last_place`` is the column of each series' last entry; it may lie before the first column.
    """

    units: Units
    last_place: Days

    @property
    def valid(self) -> Flags:
        """Return where a mean is valid."""
        valid: Flags = self.units != NOT_VALID
        return valid

    def of(self, rows: NDArray[np.intp]) -> Means:
        """Return the means of some series."""
        return Means(self.units[rows], self.last_place[rows])


def means_of(pain: Tenths) -> Means:
    """Return the 7-day means of series of pain in tenths; a series has no mean after its last entry.

    Rule: outcomes daily-1, 1.
    """
    recorded = pain >= 0
    entries = sums_of_days(recorded.view(np.int8), WINDOW_DAYS)
    total = sums_of_days(np.maximum(pain, 0).astype(np.uint16), WINDOW_DAYS)
    units = total * np.take(_UNITS_PER_TENTH_OF, entries, mode="clip")
    units[entries < FEWEST_ENTRIES] = NOT_VALID
    last_place = last_of(recorded) - (WINDOW_DAYS - 1)
    rows = np.arange(len(pain))
    # The days after the last entry, of which the entries before them are still enough.
    for after in range(1, WINDOW_DAYS - FEWEST_ENTRIES + 1):
        place = last_place + after
        inside = (place >= 0) & (place < units.shape[1])
        units[rows[inside], place[inside]] = NOT_VALID
    return Means(units, last_place)


def sums_of_days(values: NDArray[Small], days: int) -> NDArray[Small]:
    """Return the sum of each value and those of the days after it, where there are so many days.

    Sums of 1, 2, 4 … days are put together: whole arrays are added, whatever the number of days.
    """
    width, size, place = values.shape[1] - days + 1, 1, 0
    sums: NDArray[Small] = np.zeros((len(values), width), values.dtype)
    while True:
        if days & size:
            sums += values[:, place : place + width]
            place += size
        if 2 * size > days:
            return sums
        values = values[:, :-size] + values[:, size:]
        size *= 2


def last_of(flags: Flags) -> Days:
    """Return the last column with a flag; without any it is -1."""
    reverse = flags[:, ::-1].argmax(axis=1)
    return np.where(flags.any(axis=1), flags.shape[1] - 1 - reverse, -1).astype(np.int32)


def first_of(flags: Flags) -> Days:
    """Return the first column with a flag; without any it is -1."""
    place = flags.argmax(axis=1)
    return np.where(flags[np.arange(len(flags)), place], place, -1).astype(np.int32)


def first_held(means: Means, held: Flags, after: Days) -> Days:
    """Return the first column after ``after`` from which 14 days hold, -1 where there is none.

    ``held`` says of every valid mean whether it holds, and is false for the others.

    Rule: outcomes daily-1, 6 and 9.
    """
    weight = np.where(means.valid, np.uint8(_BROKEN), np.uint8(0))
    weight[held] = 1
    fortnight = sums_of_days(weight, CONFIRMING_DAYS)
    begins = held[:, : fortnight.shape[1]] & (fortnight >= FEWEST_VALID) & (fortnight <= CONFIRMING_DAYS)
    place = np.arange(begins.shape[1], dtype=np.int32)
    begins &= place > after[:, None]
    begins &= place <= (means.last_place - (CONFIRMING_DAYS - 1))[:, None]
    return first_of(begins)


def censoring_places(means: Means) -> Days:
    """Return the column of the last valid mean that is followed without a gap after the start; -1 without any.

    Rule: outcomes daily-1, 10.
    """
    valid = means.valid
    reach = LONGEST_RUN_WITHOUT + 1
    later = np.zeros((len(valid), valid.shape[1] + reach), np.int8)
    later[:, : valid.shape[1]] = valid
    followed = sums_of_days(later[:, 1:], reach) > 0
    followed[:, :-FIRST_DAY] = True
    last, before_gap = last_of(valid), first_of(valid & ~followed)
    return np.where(before_gap >= 0, before_gap, last)
