"""Where a value of a figure lies on the drawing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

DAY_MS = 86_400_000


def position(value: Any) -> float:
    """Turn a date ("2026-01-05", also with a time) or a number into a number; dates count in days."""
    return _in_days(value) if isinstance(value, str) else float(value)


@lru_cache(maxsize=8192)
def _in_days(value: str) -> float:
    """Read a date; kept, because the charts of all people show the same days, and each is drawn at two sizes."""
    moment = datetime.fromisoformat(value)
    return moment.toordinal() + (moment.hour * 60 + moment.minute) / 1440


class Scale:
    """A straight line from values to pixels."""

    def __init__(self, low: float, high: float, start_px: float, end_px: float) -> None:
        self.low, self.high = low, high
        self.start_px, self.end_px = start_px, end_px
        self._px = (end_px - start_px) / (high - low)
        self._zero_px = start_px - low * self._px

    def __call__(self, value: float) -> float:
        """Give the pixel of a number (of a date: its ``position``)."""
        return self._zero_px + value * self._px

    @property
    def line(self) -> tuple[float, float]:
        """The pixel of 0, and how many pixels lie between one number and the next."""
        return self._zero_px, self._px

    def holds(self, value: float) -> bool:
        """Say whether a value lies within the range that is shown."""
        return self.low <= value <= self.high


def xs_of(trace: dict[str, Any]) -> list[float]:
    """List a trace's x positions, from its list or from its start and step."""
    if "x" in trace:
        xs = trace["x"]
        # A list is of dates or of numbers, not of both; a loop in C for the thousands of ten years.
        return list(map(_in_days if xs and isinstance(xs[0], str) else float, xs))
    start, step = position(trace["x0"]), trace["dx"] / DAY_MS
    return [start + step * index for index in range(len(trace["y"]))]


class Frame:
    """The plot area of a figure at a given size, with a scale for each axis."""

    def __init__(self, layout: dict[str, Any], width: float, height: float) -> None:
        margin = layout["margin"]
        self.left, self.right = margin["l"], width - margin["r"]
        self.top, self.bottom = margin["t"], height - margin["b"]
        self.scales: dict[str, Scale] = {}
        for name, axis in layout.items():
            if name.startswith("xaxis"):
                ends = (self.left, self.right)
            elif name.startswith("yaxis"):
                low, high = axis.get("domain", (0, 1))
                ends = (self._paper_y(low), self._paper_y(high))
            else:
                continue
            start, end = (position(value) for value in axis["range"])
            self.scales[name.replace("axis", "")] = Scale(start, end, *ends)

    def points(
        self, reference: str, xs: Sequence[float], ys: Sequence[float | None]
    ) -> list[tuple[float, float] | None]:
        """Place pairs of numbers on the x axis and a y axis; what has no value has no place."""
        (left, across), (ground, down) = self.scales["x"].line, self.scales[reference].line
        return [None if y is None else (left + x * across, ground + y * down) for x, y in zip(xs, ys, strict=True)]

    def x(self, reference: str, value: Any) -> float:
        """Give the pixel across for a value on an x axis, or for a share of the paper."""
        if reference == "paper":
            return float(self.left + value * (self.right - self.left))
        return self.scales[reference](position(value))

    def y(self, reference: str, value: Any) -> float:
        """Give the pixel down for a value on a y axis, or for a share of the paper."""
        if reference == "paper":
            return self._paper_y(value)
        return self.scales[reference](position(value))

    def _paper_y(self, share: float) -> float:
        return float(self.bottom - share * (self.bottom - self.top))
