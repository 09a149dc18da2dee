"""Series of days whose values are made when somebody asks for them: a line of ten years asks for every seventh."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from firststep.clinical.rows import LikeTuple

Item = TypeVar("Item")


class OnDemand(LikeTuple[Item]):
    """A series of a known length; ``make`` makes the part of it that a slice asks for."""

    __slots__ = ("_length", "_make")

    def __init__(self, length: int, make: Callable[[slice], tuple[Item, ...]]) -> None:
        self._length, self._make = length, make

    def __len__(self) -> int:
        """Return the number of values."""
        return self._length

    def __iter__(self) -> Iterator[Item]:
        """Go through all values."""
        return iter(self._make(slice(None)))

    def __getitem__(self, index: Any) -> Any:
        """Return the value at a place, or the values of a slice as a tuple."""
        if isinstance(index, slice):
            return self._make(index)
        return self._make(slice(index, index + 1 or None))[0]
