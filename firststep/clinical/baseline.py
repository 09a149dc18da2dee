"""The pain to compare with: the baseline of a foot and measure (outcomes daily-1, 3 and 4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from firststep.clinical.means import UNITS_PER_POINT, SevenDayMeans

BaselineDays: TypeAlias = Literal[7, 14]

#: Below this baseline (points) a fall of two points says too little: relief and relapse are not computed.
LOW_BELOW: Final = 3
SEARCH_DAYS: Final = 14
FEWEST_OF_14: Final = 8
_DAYS_BEFORE_START: Final = 7


@dataclass(frozen=True, slots=True)
class Baseline:
    """The baseline in points (0 to 10), its day, and the number of entries that it is the mean of."""

    day: date
    value: Fraction
    entries: int

    @property
    def is_low(self) -> bool:
        """Tell whether the baseline is below 3 of 10."""
        return self.value < LOW_BELOW


def baseline(
    tenths: Mapping[date, int], means: SevenDayMeans, starts_on: date | None, *, days: BaselineDays = 7
) -> Baseline | None:
    """Return the baseline of one foot and measure, or None where there are too few entries for one.

    ``tenths`` is the pain in tenths by day, ``means`` its 7-day means, ``starts_on`` the start of the
    episode that counts. With an episode: the last valid mean in the seven days before it. Otherwise the
    first valid mean within the 14 days that begin with the first entry (on or after the start). ``days=14``
    asks for the mean of all values in those 14 days instead, at least 8, dated on the 14th.

    Rule: outcomes daily-1, 3. Source: our definition; the 14-day form because 7 days that begin in a bad
    week make relief out of nothing more often (regression to the mean).
    """
    if days == 14:
        return _mean_of_14_days(tenths, starts_on)
    if starts_on is not None:
        for before in range(1, _DAYS_BEFORE_START + 1):
            found = _on(means, starts_on - timedelta(days=before))
            if found is not None:
                return found
    first = _first_entry(tenths, starts_on)
    if first is None:
        return None
    days_searched = (_on(means, first + timedelta(days=offset)) for offset in range(SEARCH_DAYS))
    return next((found for found in days_searched if found is not None), None)


def _on(means: SevenDayMeans, day: date) -> Baseline | None:
    units = means.units_on(day)
    if units is None:
        return None
    return Baseline(day, Fraction(units, UNITS_PER_POINT), means.entries[means.index(day)])


def _first_entry(tenths: Mapping[date, int], starts_on: date | None) -> date | None:
    return min((day for day in tenths if starts_on is None or day >= starts_on), default=None)


def _mean_of_14_days(tenths: Mapping[date, int], starts_on: date | None) -> Baseline | None:
    first = _first_entry(tenths, starts_on)
    if first is None:
        return None
    last = first + timedelta(days=SEARCH_DAYS - 1)
    values = [value for day, value in tenths.items() if first <= day <= last]
    if len(values) < FEWEST_OF_14:
        return None
    return Baseline(last, Fraction(sum(values), 10 * len(values)), len(values))
