"""The 7-day mean of a pain series, exact in whole units of 1/4200 of a point (outcomes daily-1, 1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import chain, repeat
from operator import is_not
from typing import Final

WINDOW_DAYS: Final = 7
FEWEST_ENTRIES: Final = 4

#: Tenths divided by 4, 5, 6 or 7 are whole numbers of these: 10 times lcm(4, 5, 6, 7).
UNITS_PER_POINT: Final = 4200
_UNITS_PER_TENTH: Final = UNITS_PER_POINT // 10


@dataclass(frozen=True, slots=True)
class Mean:
    """A 7-day mean in points (0 to 10) on the day that it ends with."""

    day: date
    value: Fraction


@dataclass(frozen=True, slots=True)
class SevenDayMeans:
    """The mean of each calendar day from the first entry to the last.

    ``units`` holds one item a day: the mean in units of 1/4200 of a point, None where it is not valid.
    ``entries`` holds the number of recorded values in the seven days. ``first_ordinal`` is the day
    number (``date.toordinal``) of the first entry, 0 where nothing is recorded.
    """

    first_ordinal: int
    units: tuple[int | None, ...]
    entries: tuple[int, ...]

    def index(self, day: date) -> int:
        """Return the place of a day in ``units``; it may lie outside."""
        return day.toordinal() - self.first_ordinal

    def day(self, index: int) -> date:
        """Return the day at a place."""
        return date.fromordinal(self.first_ordinal + index)

    def units_on(self, day: date) -> int | None:
        """Return the mean on a day in units, None where it is not valid or not defined."""
        index = self.index(day)
        return self.units[index] if 0 <= index < len(self.units) else None

    def on(self, day: date) -> Fraction | None:
        """Return the mean on a day in points (0 to 10), None where it is not valid or not defined."""
        units = self.units_on(day)
        return None if units is None else Fraction(units, UNITS_PER_POINT)

    def valid(self) -> Iterator[Mean]:
        """Go through the valid means in the order of days."""
        for index, units in enumerate(self.units):
            if units is not None:
                yield Mean(self.day(index), Fraction(units, UNITS_PER_POINT))

    def valid_before(self, day: date) -> Iterator[Mean]:
        """Go back through the valid means of the days before one, the latest first."""
        for index in range(min(self.index(day), len(self.units)) - 1, -1, -1):
            units = self.units[index]
            if units is not None:
                yield Mean(self.day(index), Fraction(units, UNITS_PER_POINT))

    def last_valid(self) -> Mean | None:
        """Return the last valid mean."""
        for index in range(len(self.units) - 1, -1, -1):
            units = self.units[index]
            if units is not None:
                return Mean(self.day(index), Fraction(units, UNITS_PER_POINT))
        return None

    def gaps(self, longest_days: int) -> Iterator[tuple[int, int]]:
        """Go through the runs of more days than that without a valid mean, from one valid day to the next.

        Each is the place of its first and of its last day without one.
        """
        # As bytes, because looking for long runs is then a step for each run and not for each of ten years' days.
        is_valid = bytes(map(is_not, self.units, repeat(None)))
        for run in re.finditer(rb"(?<=\x01)\x00{%d,}(?=\x01)" % (longest_days + 1), is_valid):
            yield run.start(), run.end() - 1

    def between(self, first: date, last: date) -> tuple[int | None, ...]:
        """Return the means in units, one item a day from ``first`` to ``last``."""
        begin, end = self.index(first), self.index(last) + 1
        known = self.units[max(begin, 0) : max(end, 0)]
        before = (None,) * min(max(-begin, 0), end - begin)
        after = (None,) * (end - begin - len(before) - len(known))
        return before + known + after


def in_points(units: Iterable[int | None]) -> tuple[float | None, ...]:
    """Return means in points (0 to 10), for drawing.

    >>> in_points([4200, None, 2100])
    (1.0, None, 0.5)
    """
    return tuple([None if unit is None else unit / UNITS_PER_POINT for unit in units])


def seven_day_means(tenths: Mapping[date, int]) -> SevenDayMeans:
    """Return the mean of the recorded values on each day and the six before it, valid with four or more.

    ``tenths`` is pain in tenths by day. Nothing is imputed or carried forward: a missing day is missing,
    not zero, and a mean that is not valid means "cannot be said", not "no pain".

    >>> days = [date(2026, 1, day) for day in (1, 2, 3, 4)]
    >>> means = seven_day_means(dict(zip(days, [70, 60, 70, 60])))
    >>> means.on(days[2]), means.on(days[3])
    (None, Fraction(13, 2))

    Rule: outcomes daily-1, 1. Source: the mean of the last seven daily diary ratings of pain trials
    (NCT01049217). Differs from the source in: at least four ratings are asked for.
    """
    if not tenths:
        return SevenDayMeans(0, (), ())
    first, last = min(tenths).toordinal(), max(tenths).toordinal()
    values: list[int | None] = [None] * (last - first + 1)
    for day, recorded in tenths.items():
        values[day.toordinal() - first] = recorded
    units: list[int | None] = []
    entries: list[int] = []
    total = count = 0
    for value, leaving in zip(values, chain(repeat(None, WINDOW_DAYS), values), strict=False):
        if value is not None:
            total, count = total + value, count + 1
        if leaving is not None:
            total, count = total - leaving, count - 1
        entries.append(count)
        units.append(total * _UNITS_PER_TENTH // count if count >= FEWEST_ENTRIES else None)
    return SevenDayMeans(first, tuple(units), tuple(entries))
