"""Values of days, kept in a row: a mapping from day to value for which ten years cost no hash of each day."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, TypeVar

Value = TypeVar("Value")


class ByDay(Mapping[date, Value]):
    """What is recorded of some days, by day and in their order; a day without a value is absent.

    ``row`` has one item a day from ``first_ordinal`` (``date.toordinal``) on, None where nothing is recorded; neither
    its first nor its last is None.
    """

    __slots__ = ("first_ordinal", "row")

    def __init__(self, first_ordinal: int, row: Sequence[Value | None]) -> None:
        """Refuse a row that begins or ends with nothing: what begins a series is what was recorded first."""
        if len(row) and (row[0] is None or row[-1] is None):
            raise ValueError("a row of days begins and ends with a value")
        self.first_ordinal, self.row = first_ordinal, row

    def get(self, day: date, default: Any = None) -> Any:
        """Return the value of a day, or the default where there is none."""
        place = day.toordinal() - self.first_ordinal
        value = self.row[place] if 0 <= place < len(self.row) else None
        return default if value is None else value

    def __getitem__(self, day: date) -> Value:
        """Return the value of a day; raise KeyError where there is none."""
        value: Value | None = self.get(day)
        if value is None:
            raise KeyError(day)
        return value

    def __contains__(self, day: object) -> bool:
        """Tell whether a day has a value."""
        return isinstance(day, date) and self.get(day) is not None

    def __iter__(self) -> Iterator[date]:
        """Go through the days with a value."""
        return (day for day, _value in self.items())

    def __len__(self) -> int:
        """Count the days with a value."""
        return len(self.row) - self.row.count(None)

    @property
    def last_day(self) -> date | None:
        """The last day with a value."""
        return date.fromordinal(self.first_ordinal + len(self.row) - 1) if self.row else None

    def items(self) -> ItemsView[date, Value]:
        """Go through days and values."""
        return _Items(self)

    def between(self, first: date, last: date) -> tuple[Value | None, ...]:
        """Return one item a day from ``first`` to ``last``, None where nothing is recorded."""
        return part_of(self.row, first.toordinal() - self.first_ordinal, last.toordinal() + 1 - self.first_ordinal)


class _Items(ItemsView[date, Value]):
    _mapping: ByDay[Value]

    def __iter__(self) -> Iterator[tuple[date, Value]]:
        placed = enumerate(self._mapping.row, self._mapping.first_ordinal)
        return ((date.fromordinal(ordinal), value) for ordinal, value in placed if value is not None)


NOTHING: Final[ByDay[Any]] = ByDay(0, ())


def by_day(days: Sequence[date], values: Sequence[Value | None]) -> ByDay[Value]:
    """Return what a column of values says of a column of different days in any order.

    >>> two = by_day([date(2026, 11, 3), date(2026, 11, 1), date(2026, 11, 4)], [30, 50, None])
    >>> dict(two) == {date(2026, 11, 1): 50, date(2026, 11, 3): 30}, two.row
    (True, [50, None, 30])
    """
    if len(days) != len(values):
        raise ValueError("a column of values has one item for each day")
    if values.count(None) == len(values):
        return NOTHING
    if sorted(days) != list(days):
        order = sorted(range(len(days)), key=days.__getitem__)
        days, values = [days[place] for place in order], [values[place] for place in order]
    first = days[0].toordinal()
    # Ten years mostly come without a gap, and are a row as they are.
    row = values if days[-1].toordinal() - first + 1 == len(days) else _spread(days, values)
    begin = next(place for place, value in enumerate(row) if value is not None)
    end = next(place for place in range(len(row), 0, -1) if row[place - 1] is not None)
    return ByDay(first + begin, row[begin:end])


def _spread(days: Sequence[date], values: Sequence[Value | None]) -> list[Value | None]:
    first = days[0].toordinal()
    places = [day.toordinal() - first for day in days]
    row: list[Value | None] = [None] * (places[-1] + 1)
    for at, place in enumerate(places):
        row[place] = values[at]
    return row


def as_row(items: Mapping[date, Value]) -> ByDay[Value]:
    """Return a mapping as a row of days."""
    return items if isinstance(items, ByDay) else by_day(list(items), list(items.values()))


def last_day_of(items: Mapping[date, object]) -> date | None:
    """Return the last day of any mapping from days."""
    return items.last_day if isinstance(items, ByDay) else max(items, default=None)


def values_between(items: Mapping[date, Value], first: date, last: date) -> tuple[Value | None, ...]:
    """Return one item a day from ``first`` to ``last`` of any mapping, None where a day has no value."""
    if isinstance(items, ByDay):
        return items.between(first, last)
    return tuple(items.get(date.fromordinal(day)) for day in range(first.toordinal(), last.toordinal() + 1))


def part_of(row: Sequence[Value | None], begin: int, end: int) -> tuple[Value | None, ...]:
    """Return the items from place ``begin`` to before ``end``, None for those that lie outside of the row.

    >>> part_of((1, 2), -1, 3)
    (None, 1, 2, None)
    """
    known = tuple(row[max(begin, 0) : max(end, 0)])
    before = (None,) * min(max(-begin, 0), max(end - begin, 0))
    return before + known + (None,) * (end - begin - len(before) - len(known))
