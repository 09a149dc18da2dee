"""Which days a chart shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TypeVar

from firststep.clinical.by_day import values_between

#: How many days a chart can be asked for, besides everything.
PERIODS = (30, 90, 365)

Item = TypeVar("Item")


@dataclass(frozen=True)
class Period:
    """A run of whole days."""

    first_day: date
    length: int

    @property
    def last_day(self) -> date:
        """The last day of the run."""
        return self.first_day + timedelta(days=self.length - 1)

    @cached_property
    def days(self) -> tuple[date, ...]:
        """The days in order, made once: several series are spread over them."""
        first = self.first_day.toordinal()
        return tuple(map(date.fromordinal, range(first, first + self.length)))

    def __iter__(self) -> Iterator[date]:
        """Go through the days in order."""
        return iter(self.days)

    def spread(self, items: Mapping[date, Item]) -> tuple[Item | None, ...]:
        """Put items on the days of the period; a day without one is None."""
        return values_between(items, self.first_day, self.last_day)


def period(length: int | None, today: date, begins: date | None) -> Period:
    """Choose the days of a chart: the last ``length`` days up to today; None is everything, a year at least.

    Who began later than that sees as many days from the beginning on, with what is reported for
    the weeks ahead of today instead of empty days before the first entry.
    """
    if length is None:
        length = max(max(PERIODS), (today - (begins or today)).days + 1)
    first_day = today - timedelta(days=length - 1)
    if begins is not None:
        first_day = max(first_day, min(begins, today))
    return Period(first_day, length)
