"""Path data for lines, markers, bars and error bars: short, and the same on every run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from math import sqrt

Point = tuple[float, float]

#: A stroke without length: with round caps it is a dot.
_DOT = "h0"


def num(value: float) -> str:
    """Write a number with at most one decimal, as short as SVG allows."""
    return _tenths(round(value * 10))


@cache
def _tenths(tenths: int) -> str:
    whole, tenth = divmod(abs(tenths), 10)
    sign = "-" if tenths < 0 else ""
    return f"{sign}{whole or ''}.{tenth}" if tenth else f"{sign}{whole}"


def _second(tenths: int) -> str:
    """Write a coordinate that follows another: a minus sign separates by itself."""
    return _tenths(tenths) if tenths < 0 else f" {_tenths(tenths)}"


class Path:
    """Path data with relative moves that never add up a rounding error."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._x = self._y = 0  # tenths of a pixel
        self._begin = (0, 0)

    def move(self, x: float, y: float) -> None:
        """Begin a new stroke at a point."""
        self._to(x, y, "m")
        self._begin = (self._x, self._y)

    def line(self, x: float, y: float) -> None:
        """Draw a straight line to a point."""
        self._to(x, y, "l")

    def close(self) -> None:
        """Close the shape, which takes the pen back to where it began."""
        self._parts.append("z")
        self._x, self._y = self._begin

    def __str__(self) -> str:
        return "".join(self._parts)

    def _to(self, x: float, y: float, command: str) -> None:
        to_x, to_y = round(x * 10), round(y * 10)
        self._parts.append(_step(command, to_x - self._x, to_y - self._y))
        self._x, self._y = to_x, to_y


@lru_cache(maxsize=4096)
def _step(command: str, across: int, down: int) -> str:
    """Write one move in tenths of a pixel; kept, because the steps of a chart are much alike."""
    if command == "l" and down == 0:
        return f"h{_tenths(across)}"
    if command == "l" and across == 0:
        return f"v{_tenths(down)}"
    return f"{command}{_tenths(across)}{_second(down)}"


def line(points: Iterable[Point | None]) -> str:
    """Draw a line through the points; None breaks it, and a lone point becomes a dot."""
    # As Path does it, with its numbers at hand: lines of a year are what a page draws most of.
    parts: list[str] = []
    at_x = at_y = 0
    command, alone = "m", False
    for point in points:
        if point is None:
            parts += [_DOT] if alone else []
            command, alone = "m", False
            continue
        x, y = round(point[0] * 10), round(point[1] * 10)
        parts.append(_step(command, x - at_x, y - at_y))
        at_x, at_y = x, y
        command, alone = "l", command == "m"
    return "".join([*parts, _DOT] if alone else parts)


def polygons(points: Iterable[Point | None]) -> str:
    """Draw closed shapes; None parts them."""
    path, is_open = Path(), False
    for point in points:
        if point is None:
            path.close()
        elif is_open:
            path.line(*point)
        else:
            path.move(*point)
        is_open = point is not None
    path.close()
    return str(path)


def dots(points: Iterable[Point]) -> str:
    """Draw dots as strokes without length: with round caps the stroke's width is their size."""
    return _everywhere(_DOT, points)


def bars(corners: Iterable[Point], width: float, ground: float) -> str:
    """Draw upright bars of one width on one ground, from their upper left corners."""
    parts: list[str] = []
    across, floor = round(width * 10), round(ground * 10)
    at_x = at_y = 0
    for left, top in corners:
        x = round(left * 10)
        parts += (_step("m", x - at_x, floor - at_y), _bar(across, round(top * 10) - floor))
        at_x, at_y = x, floor
    return "".join(parts)


@lru_cache(maxsize=4096)
def _bar(across: int, up: int) -> str:
    """Write a bar in tenths of a pixel; kept, because of seven days there are eight heights."""
    return f"v{_tenths(up)}h{_tenths(across)}v{_tenths(-up)}z"


def whiskers(spans: Iterable[tuple[float, float, float]], cap: float) -> str:
    """Draw error bars with caps from (across, low, high)."""
    path = Path()
    for across, low, high in spans:
        for end in (low, high):
            path.move(across - cap, end)
            path.line(across + cap, end)
        path.move(across, low)
        path.line(across, high)
    return str(path)


def _circle(r: float) -> str:
    arc = f"a{num(r)} {num(r)} 0 1 0"
    out, over, back = -round(r * 10), 2 * round(r * 10), round(r * 10)
    return f"m{_tenths(out)} 0{arc} {_tenths(over)} 0{arc} {_tenths(-over)} 0zm{_tenths(back)} 0"


def _corners(corners: list[Point]) -> str:
    path = Path()
    path.move(*corners[0])
    for corner in corners[1:]:
        path.line(*corner)
    path.close()
    path.move(0, 0)
    return str(path)


def _square(r: float) -> str:
    return _corners([(-r, -r), (r, -r), (r, r), (-r, r)])


def _diamond(r: float) -> str:
    return _corners([(0, -1.3 * r), (1.3 * r, 0), (0, 1.3 * r), (-1.3 * r, 0)])


def _triangle_up(r: float) -> str:
    half = 2 * r / sqrt(3)
    return _corners([(-half, r / 2), (half, r / 2), (0, -r)])


def _triangle_down(r: float) -> str:
    half = 2 * r / sqrt(3)
    return _corners([(-half, -r / 2), (half, -r / 2), (0, r)])


def _upright(r: float) -> str:
    half = round(r * 10)
    return f"m0{_second(-half)}v{_tenths(2 * half)}m0{_second(-half)}"


#: The marker symbols that both pens know, in plotly.js's own proportions for a radius in pixels.
SYMBOLS: dict[str, Callable[[float], str]] = {
    "circle": _circle,
    "square": _square,
    "diamond": _diamond,
    "triangle-up": _triangle_up,
    "triangle-down": _triangle_down,
    "line-ns": _upright,
}


def markers(points: Iterable[Point], symbol: str, size: float) -> str:
    """Draw one symbol at every point."""
    return _everywhere(SYMBOLS[symbol](size / 2), points)


def _everywhere(glyph: str, points: Iterable[Point]) -> str:
    parts: list[str] = []
    at_x = at_y = 0
    for across, down in points:
        x, y = round(across * 10), round(down * 10)
        parts += (_step("m", x - at_x, y - at_y), glyph)
        at_x, at_y = x, y
    return "".join(parts)
