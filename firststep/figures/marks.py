"""Path data for lines, markers, bars and error bars: short, and the same on every run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from math import sqrt

Point = tuple[float, float]


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

    def move(self, x: float, y: float) -> None:
        """Begin a new stroke at a point."""
        self._go("m", x, y)

    def line(self, x: float, y: float) -> None:
        """Draw a straight line to a point."""
        self._go("l", x, y)

    def back_to(self, x: float, y: float) -> None:
        """Return to the origin after a shape that was closed at its first corner."""
        self._x, self._y = round(x * 10), round(y * 10)
        self.move(0, 0)

    def glyph(self, data: str) -> None:
        """Add a shape that is written relative to where the pen stands and comes back there."""
        self._parts.append(data)

    def __str__(self) -> str:
        return "".join(self._parts)

    def _go(self, command: str, x: float, y: float) -> None:
        to_x, to_y = round(x * 10), round(y * 10)
        across, down = to_x - self._x, to_y - self._y
        self._x, self._y = to_x, to_y
        if command == "l" and down == 0:
            self._parts.append(f"h{_tenths(across)}")
        elif command == "l" and across == 0:
            self._parts.append(f"v{_tenths(down)}")
        else:
            self._parts.append(f"{command}{_tenths(across)}{_second(down)}")


def line(points: Iterable[Point | None]) -> str:
    """Draw a line through the points; None breaks it, and a lone point becomes a dot."""
    path, pen_down, alone = Path(), False, False
    for point in points:
        if point is None:
            if alone:
                path.glyph("h0")
            pen_down = alone = False
        elif pen_down:
            path.line(*point)
            alone = False
        else:
            path.move(*point)
            pen_down = alone = True
    if alone:
        path.glyph("h0")
    return str(path)


def polygon(points: Iterable[Point]) -> str:
    """Draw a closed shape."""
    return f"{line(points)}z"


def dots(points: Iterable[Point]) -> str:
    """Draw dots as strokes without length: with round caps the stroke's width is their size."""
    path = Path()
    for point in points:
        path.move(*point)
        path.glyph("h0")
    return str(path)


def bars(spans: Iterable[tuple[float, float, float, float]]) -> str:
    """Draw upright bars from (left, right, bottom, top)."""
    path = Path()
    for left, right, bottom, top in spans:
        path.move(left, bottom)
        across, up = num(right - left), num(top - bottom)
        path.glyph(f"v{up}h{across}v{num(bottom - top)}z")
    return str(path)


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
    path.glyph("z")
    path.back_to(*corners[0])
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
    glyph, path = SYMBOLS[symbol](size / 2), Path()
    for point in points:
        path.move(*point)
        path.glyph(glyph)
    return str(path)
