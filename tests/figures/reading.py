"""Reads a drawing back into numbers: from path data to pixels, and from pixels to the values of an axis.

Written without the pens' own scales and paths, so that a fault in them is seen.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime
from typing import Any
from xml.etree import ElementTree

from firststep.figures.svg import draw

Point = tuple[float, float]

_NAMESPACE = "{http://www.w3.org/2000/svg}"
_DAY_MS = 86_400_000


def number(value: Any) -> float:
    """Return a place on an axis as a number; days count from the first of the calendar."""
    if isinstance(value, str):
        moment = datetime.fromisoformat(value)
        return moment.toordinal() + moment.hour / 24 + moment.minute / 1440
    return float(value)


def given(trace: dict[str, Any]) -> list[Point]:
    """Return what a trace of the figure says, without what is not recorded."""
    xs = [number(x) for x in trace["x"]] if "x" in trace else _stepped(trace)
    return [(x, float(y)) for x, y in zip(xs, trace["y"], strict=True) if y is not None]


def _stepped(trace: dict[str, Any]) -> list[float]:
    start = float(date.fromisoformat(trace["x0"]).toordinal())
    return [start + trace["dx"] / _DAY_MS * at for at in range(len(trace["y"]))]


def drawn(figure: dict[str, Any], trace: dict[str, Any], width: int, height: int) -> list[list[Point]]:
    """Draw one trace of a figure and return the values that the drawing shows, a list for each of its paths."""
    found = []
    for path in _paths(figure, trace, width, height):
        pixels = _places(path, trace)
        found.append([_value(pixel, figure["layout"], trace.get("yaxis", "y"), width, height) for pixel in pixels])
    return found


def intervals(figure: dict[str, Any], trace: dict[str, Any], width: int, height: int) -> list[tuple[Point, Point]]:
    """Draw one trace of a figure and return the lower and the upper end of each interval that the drawing shows."""
    path, *_marks = _paths(figure, trace, width, height)
    axis = trace.get("yaxis", "y")
    ends = [_value(point, figure["layout"], axis, width, height) for _command, point in _steps(path)]
    # A cap, a cap, and the line between them.
    return [(ends[at + 4], ends[at + 5]) for at in range(0, len(ends), 6)]


def _paths(figure: dict[str, Any], trace: dict[str, Any], width: int, height: int) -> list[str]:
    alone = {"data": [trace], "layout": {**figure["layout"], "shapes": [], "annotations": []}}
    root = ElementTree.fromstring(draw(alone, width=width, height=height, title="t", description="d"))  # noqa: S314
    # After the path that clips and the one of the grid.
    return [element.get("d") or "" for element in root.iter(f"{_NAMESPACE}path")][2:]


def _places(path: str, trace: dict[str, Any]) -> list[Point]:
    """Return the points in pixels that a path marks: tops of bars, centres of markers, corners of lines."""
    steps = _steps(path)
    if trace["type"] == "bar":
        begins = [index for index, (command, _point) in enumerate(steps) if command == "m"]
        # Up, across, down: the middle of the top edge.
        return [((steps[at + 1][1][0] + steps[at + 2][1][0]) / 2, steps[at + 1][1][1]) for at in begins]
    moves = [point for command, point in steps if command == "m"]
    if "lines" not in trace["mode"] and trace.get("fill") != "toself":
        if "h0" in path:
            return moves
        # A marker is drawn around its centre, to which the pen comes back.
        counts = Counter((round(x, 1), round(y, 1)) for x, y in moves)
        return [point for point, times in counts.items() if times > 1]
    # A lone point of a line is a stroke without length.
    return [
        point
        for at, (command, point) in enumerate(steps)
        if command != "z" and not (command == "h" and point == steps[at - 1][1])
    ]


def _steps(path: str) -> list[tuple[str, Point]]:
    x = y = begin_x = begin_y = 0.0
    steps = []
    for command, rest in re.findall(r"([a-z])([^a-z]*)", path):
        numbers = [float(one) for one in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", rest)]
        if command == "z":
            x, y = begin_x, begin_y
        else:
            x += 0 if command == "v" else numbers[-1 if command == "h" else -2]
            y += 0 if command == "h" else numbers[-1]
        if command == "m":
            begin_x, begin_y = x, y
        steps.append((command, (x, y)))
    return steps


def _value(pixel: Point, layout: dict[str, Any], axis: str, width: int, height: int) -> Point:
    margin, upright = layout["margin"], layout[axis.replace("y", "yaxis")]
    left, right = margin["l"], width - margin["r"]
    first, last = (number(end) for end in layout["xaxis"]["range"])
    bottom = height - margin["b"]
    tall = bottom - margin["t"]
    low_px, high_px = (bottom - share * tall for share in upright["domain"])
    low, high = upright["range"]
    return (
        first + (pixel[0] - left) / (right - left) * (last - first),
        low + (pixel[1] - low_px) / (high_px - low_px) * (high - low),
    )
