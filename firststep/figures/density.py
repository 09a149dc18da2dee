"""How many marks of a chart lie where a label might go."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable

from firststep.figures.marks import Point


class Density:
    """The marks of a chart in rows, for which a box costs a look at each row and not at each of a thousand marks."""

    def __init__(self, points: Iterable[Point]) -> None:
        rows: dict[float, list[float]] = defaultdict(list)
        for x, y in points:
            rows[y].append(x)
        self._ys = sorted(rows)
        self._rows = [sorted(rows[y]) for y in self._ys]

    def within(self, left: float, top: float, right: float, bottom: float) -> int:
        """Count the marks inside of a box in pixels; one on its left edge counts, one on another edge does not."""
        rows = self._rows[bisect_right(self._ys, top) : bisect_left(self._ys, bottom)]
        return sum(bisect_left(xs, right) - bisect_left(xs, left) for xs in rows)
