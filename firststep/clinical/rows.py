"""Rows that are kept as columns: ten years of days are thousands of rows, and the rules read a column at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

Item = TypeVar("Item")
Row = TypeVar("Row", bound=tuple[Any, ...])


class LikeTuple(Sequence[Item]):
    """A sequence that is equal to a tuple of the same items, however it keeps them."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        """Compare with another of its like, also with a plain tuple."""
        return tuple(self) == tuple(other) if isinstance(other, LikeTuple | tuple) else NotImplemented

    def __hash__(self) -> int:
        """As a tuple of the items has it, which may be equal."""
        return hash(tuple(self))


class Rows(LikeTuple[Row]):
    """Rows made of columns of one length, each row only when somebody asks for it; ``make`` makes it of its values."""

    __slots__ = ("_make", "columns")

    def __init__(self, make: Callable[[Iterable[Any]], Row], columns: Sequence[Sequence[Any]]) -> None:
        """Refuse columns of different lengths: their values would come together in the wrong rows."""
        if len({len(column) for column in columns}) > 1:
            raise ValueError("the columns of rows have one length")
        self._make, self.columns = make, columns

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.columns[0])

    def __iter__(self) -> Iterator[Row]:
        """Go through the rows."""
        return map(self._make, zip(*self.columns, strict=True))

    def __getitem__(self, index: Any) -> Any:
        """Return the row at a place, or the rows of a slice as a tuple."""
        if isinstance(index, slice):
            return tuple(self)[index]
        return self._make(column[index] for column in self.columns)


def columns_of(rows: Sequence[Row], width: int) -> Sequence[Sequence[Any]]:
    """Return the columns of rows with ``width`` values each, however they are kept."""
    if isinstance(rows, Rows):
        return rows.columns
    return list(zip(*rows, strict=True)) if rows else [()] * width
