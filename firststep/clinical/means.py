"""The 7-day mean of a pain series, exact in whole units of 1/4200 of a point (outcomes daily-1, 1)."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import repeat
from operator import is_not, mul
from typing import Final

from firststep.clinical.by_day import as_row, part_of

WINDOW_DAYS: Final = 7
FEWEST_ENTRIES: Final = 4

#: Tenths divided by 4, 5, 6 or 7 are whole numbers of these: 10 times lcm(4, 5, 6, 7).
UNITS_PER_POINT: Final = 4200
_UNITS_PER_TENTH: Final = UNITS_PER_POINT // 10
#: A tenth's share of a mean in units, by the number of entries; 0 is "not valid".
_UNITS_OF_A_TENTH: Final = bytes(
    [_UNITS_PER_TENTH // count if count >= FEWEST_ENTRIES else 0 for count in range(WINDOW_DAYS + 1)]
).ljust(256, b"\0")
_SEVEN_ONES: Final = sum(1 << 16 * place for place in range(WINDOW_DAYS))


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
        if self.units.count(None) <= longest_days:
            return
        # As bytes, because looking for long runs is then a step for each run and not for each of ten years' days.
        is_valid = bytes(map(is_not, self.units, repeat(None)))
        for run in re.finditer(rb"(?<=\x01)\x00{%d,}(?=\x01)" % (longest_days + 1), is_valid):
            yield run.start(), run.end() - 1

    def between(self, first: date, last: date) -> tuple[int | None, ...]:
        """Return the means in units, one item a day from ``first`` to ``last``."""
        return part_of(self.units, self.index(first), self.index(last) + 1)


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
    series = as_row(tenths)
    if not series.row:
        return SevenDayMeans(0, (), ())
    entries = _sums_of_seven([value is not None for value in series.row])
    factors = bytes(entries).translate(_UNITS_OF_A_TENTH)
    units: list[int | None] = list(map(mul, _sums_of_seven([value or 0 for value in series.row]), factors))
    for too_few in re.finditer(rb"\0", factors):
        units[too_few.start()] = None
    return SevenDayMeans(series.first_ordinal, tuple(units), entries)


def _sums_of_seven(values: Sequence[int]) -> tuple[int, ...]:
    """Return for each place the sum of its value and the six before it; a sum lies below 65,536.

    The values are the digits, of 16 bits each, of one whole number: times 1111111 in such digits it is seven copies,
    each a place further on, added up. Ten years are two of the machine's steps then, not two thousand of ours.
    """
    digits = struct.Struct(f"<{len(values)}H")
    product = int.from_bytes(digits.pack(*values), "little") * _SEVEN_ONES
    return digits.unpack_from(product.to_bytes(digits.size + 2 * WINDOW_DAYS, "little"))
