"""How the SVG pen draws one trace: lines, filled shapes, markers, error bars and bars."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from firststep.figures import marks
from firststep.figures.ink import Ink
from firststep.figures.marks import Point, num
from firststep.figures.scales import DAY_MS, Frame, xs_of

Trace = dict[str, Any]

_ROUNDING = 1e-6

DASHES = {
    "solid": "",
    "dot": ' stroke-dasharray="1.5 3"',
    "dash": ' stroke-dasharray="6 4"',
    "dashdot": ' stroke-dasharray="6 3 1.5 3"',
}


def draw_trace(trace: Trace, frame: Frame, ink: Ink, clip: str = "") -> Iterator[str]:
    """Draw a scatter or bar trace; any other type is refused. ``clip`` is an attribute for what reaches beyond."""
    if trace["type"] == "bar":
        yield _bars(trace, frame, ink, clip)
    elif trace["type"] == "scatter":
        yield from _scatter(trace, frame, ink, clip)
    else:
        raise ValueError(f"no such trace: {trace['type']!r}")


def _opacity(trace: Trace) -> str:
    return f' opacity="{share(trace["opacity"])}"' if "opacity" in trace else ""


def share(value: float) -> str:
    """Write an opacity with two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".").removeprefix("0") or "0"


def _scatter(trace: Trace, frame: Frame, ink: Ink, clip: str) -> Iterator[str]:
    reference = trace.get("yaxis", "y")
    xs, ys = xs_of(trace), trace["y"]
    mode, filled = trace["mode"], trace.get("fill") == "toself"
    points, ends = frame.points(reference, xs, ys), _ends(frame, reference, xs, ys)
    cut = clip if (filled or "lines" in mode) and reaches_beyond(frame, ends) else ""
    if filled:
        path = marks.polygons(points)
        yield f'<path d="{path}"{_opacity(trace)}{ink(fill=trace["fillcolor"])}{cut}/>'
    if "lines" in mode:
        line = trace["line"]
        yield (
            f'<path d="{marks.line(points)}" stroke-width="{num(line["width"])}" '
            f'stroke-linecap="round"{DASHES[line.get("dash", "solid")]}'
            f"{ink(stroke=line['color'])}{cut}/>"
        )
    if "error_y" in trace:
        yield _whiskers(trace, xs, frame, ink, clip)
    if "markers" in mode:
        all_within = len(_within(frame, reference, ends)) == len(ends)
        shown = [point for point in points if point] if all_within else _within(frame, reference, points)
        yield _markers(trace, shown, ink)


def _ends(frame: Frame, reference: str, xs: list[float], ys: list[float | None]) -> list[Point]:
    """Return two corners between which all points lie: they tell of thousands what each of them would."""
    known = [y for y in ys if y is not None]
    if not known:
        return []
    across, down = frame.scales["x"], frame.scales[reference]
    return [(across(min(xs)), down(min(known))), (across(max(xs)), down(max(known)))]


def _within(frame: Frame, reference: str, points: Iterable[Point | None]) -> list[Point]:
    """List the points that lie within the ranges of both axes; what lies on an edge is within."""
    scale = frame.scales[reference]
    # As wide as a rounding: a day on the edge of the axis is drawn.
    left, right = frame.left - _ROUNDING, frame.right + _ROUNDING
    top, bottom = min(scale.start_px, scale.end_px) - _ROUNDING, max(scale.start_px, scale.end_px) + _ROUNDING
    return [point for point in points if point and left <= point[0] <= right and top <= point[1] <= bottom]


def _markers(trace: Trace, shown: list[Point], ink: Ink) -> str:
    marker = trace["marker"]
    symbol, size = marker.get("symbol", "circle"), marker["size"]
    if not shown:
        return ""
    if symbol == "circle" and "line" not in marker:
        return (
            f'<path d="{marks.dots(shown)}" stroke-width="{num(size)}" stroke-linecap="round"'
            f"{_opacity(trace)}{ink(stroke=marker['color'])}/>"
        )
    edge = marker.get("line", {})
    width = f' stroke-width="{num(edge["width"])}"' if edge else ""
    colours = ink(fill=marker["color"], stroke=edge.get("color"))
    return f'<path d="{marks.markers(shown, symbol, size)}"{width}{_opacity(trace)}{colours}/>'


def _whiskers(trace: Trace, xs: list[float], frame: Frame, ink: Ink, clip: str) -> str:
    bars = trace["error_y"]
    across, down = frame.scales["x"], frame.scales[trace.get("yaxis", "y")]
    spans = [
        (across(x), down(y - below), down(y + above))
        for x, y, above, below in zip(xs, trace["y"], bars["array"], bars["arrayminus"], strict=True)
        if across.holds(x) and above + below > 0
    ]
    path = marks.whiskers(spans, bars["width"])
    cut = clip if reaches_beyond(frame, [(x, y) for x, *ends in spans for y in ends]) else ""
    return f'<path d="{path}" stroke-width="{num(bars["thickness"])}"{ink(stroke=bars["color"])}{cut}/>'


def _bars(trace: Trace, frame: Frame, ink: Ink, clip: str) -> str:
    (zero, day), (ground, down) = frame.scales["x"].line, frame.scales[trace["yaxis"]].line
    width = trace["width"] / DAY_MS * day
    zero -= width / 2
    corners = [(zero + x * day, ground + y * down) for x, y in zip(xs_of(trace), trace["y"], strict=True) if y]
    if not corners:
        return ""
    lefts, tops = zip(*corners, strict=True)
    colours = ink(fill=trace["marker"]["color"])
    cut = clip if reaches_beyond(frame, [(min(lefts), min(tops)), (max(lefts) + width, ground)]) else ""
    return f'<path d="{marks.bars(corners, width, ground)}"{_opacity(trace)}{colours}{cut}/>'


def reaches_beyond(frame: Frame, points: Iterable[Point | None]) -> bool:
    """Tell whether any point lies outside the plot; only then a clip is worth what each costs whoever draws it."""
    left, right, top, bottom = frame.left, frame.right, frame.top, frame.bottom
    known = [point for point in points if point is not None]
    return len([x for x, y in known if left <= x <= right and top <= y <= bottom]) < len(known)
