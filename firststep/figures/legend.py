"""The legend of a figure: its names as text for the page, each with a small drawn key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup

from firststep.figures.ink import Ink
from firststep.figures.markup import markup
from firststep.figures.scales import DAY_MS, Frame
from firststep.figures.theme import Palette
from firststep.figures.traces import draw_trace

_WIDTH, _HEIGHT = 24, 14
_LAYOUT = {
    "margin": {"l": 1, "r": 1, "t": 1, "b": 1},
    "xaxis": {"range": [0, 2]},
    "yaxis": {"range": [0, 2]},
    "yaxis2": {"range": [0, 7]},
    "yaxis3": {"range": [0, 7]},
}


#: What the ``meta`` of a trace says where its kind does not tell what its key looks like: lines around an area, upright
#: strokes instead of one line through all points, columns of days a week.
OUTLINE, STROKES, COLUMN = "outline", "strokes", "column"
_AREA = ([0.2, 1.8, 1.8, 0.2, 0.2], [1.9, 1.9, 0.1, 0.1, 1.9])
_SHAPES = {
    "toself": _AREA,
    OUTLINE: _AREA,
    STROKES: ([1, 1], [0.2, 1.8]),
    "lines": ([0, 2], [1, 1]),
    "lines+markers": ([1], [1]),
    "markers": ([1], [1]),
}
_FULL_WEEK = 7
_FRAME = Frame(_LAYOUT, _WIDTH, _HEIGHT)


@dataclass(frozen=True)
class LegendItem:
    """One name on the chart and the picture of how it is drawn."""

    label: str
    key: Markup


def legend(figure: dict[str, Any], palette: Palette | None = None) -> list[LegendItem]:
    """List what a figure shows, in its order; traces of one name share one key.

    The last line says what an empty place means: it is never a zero or a no.
    """
    groups: dict[str, list[dict[str, Any]]] = {}
    for trace in figure["data"]:
        groups.setdefault(trace["name"], []).append(trace)
    items = [LegendItem(name, _key(traces, palette)) for name, traces in groups.items()]
    return [*items, LegendItem(_("Nothing drawn: not recorded"), _key([], palette))]


def _key(traces: list[dict[str, Any]], palette: Palette | None) -> Markup:
    ink = Ink(palette)
    body = "".join(part for trace in traces[:2] for part in draw_trace(_sample(trace), _FRAME, ink))
    return markup(
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}" fill="none" '
        f'aria-hidden="true">{body}</svg>'
    )


def _sample(trace: dict[str, Any]) -> dict[str, Any]:
    """Keep a trace's look and give it a place in the key."""
    look = {key: value for key, value in trace.items() if key not in ("x0", "dx", "error_y")}
    if trace["type"] == "bar":
        axis = trace.get("yaxis", "y")
        # Of a strip by day the height is the answer; by week it is a number of days, and a week with one is no key.
        height = _FULL_WEEK if trace.get("meta") == COLUMN else 1.7 if axis == "y" else max(trace["y"])
        return {**look, "yaxis": axis, "x": [1], "y": [height], "width": 0.5 * DAY_MS}
    xs, ys = _SHAPES[trace.get("meta") or trace.get("fill") or trace["mode"]]
    return {**look, "yaxis": "y", "x": xs, "y": ys}
