"""What changed: the 7-day mean before care and the latest one, against what days differ by anyway."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from firststep.figures import labels, touch, words
from firststep.figures.axes import TICK_FONT, frame_layout, value_axis

Trace = dict[str, Any]

WIDTH_PX = 344
_ROW_PX, _EDGE_PX = 52, 48
#: Where within its row of 1 the line and the label of a comparison stand.
_LINE, _HALF, _LABEL = 0.32, 0.2, 0.62


@dataclass(frozen=True, kw_only=True)
class ChangeRow:
    """One foot and measure: values in points of 10, and the levels between which days differ anyway."""

    label: str
    before: float
    after: float
    low: float
    high: float


def height_px(rows: int) -> int:
    """Return how high a chart of so many rows is drawn."""
    return _EDGE_PX + _ROW_PX * rows


def change_chart(rows: tuple[ChangeRow, ...]) -> dict[str, Any]:
    """Draw up the chart as a Plotly figure: a plain dict. Pain runs to the right, and each row is one comparison."""
    count = len(rows)
    axis = value_axis((0, count), (0.0, 1.0), [])
    layout = {
        **frame_layout(10),
        "hovermode": "closest",
        "xaxis": {
            "range": [-0.3, 10.3],
            "fixedrange": True,
            "anchor": "y",
            "showgrid": True,
            "gridcolor": "@grid",
            "zeroline": False,
            "tickvals": [0, 2, 4, 6, 8, 10],
            "ticktext": ["0", "2", "4", "6", "8", "10"],
            "tickfont": TICK_FONT,
            "tickangle": 0,
        },
        "yaxis": {**axis, "showgrid": False, "showticklabels": False},
        "shapes": [],
    }
    layout["margin"] = {**layout["margin"], "l": 10, "t": 10}
    levels = [count - 1 - at for at in range(count)]
    layout["annotations"] = [
        labels.note(row.label, "@ink", x=0, y=level + _LABEL, xref="x", yref="y", xanchor="left", yanchor="bottom")
        for row, level in zip(rows, levels, strict=True)
    ]
    pairs = list(zip(rows, levels, strict=True))
    return {"data": [*_variation(pairs), *_lines(pairs), *_ends(pairs)], "layout": layout}


def _variation(pairs: list[tuple[ChangeRow, int]]) -> list[Trace]:
    return [
        {
            "type": "scatter",
            "mode": "none",
            "name": _("Within day-to-day variation of the start"),
            "fill": "toself",
            "fillcolor": "@quiet",
            "opacity": 0.25,
            "hoverinfo": "skip",
            "x": [round(x, 2) for x in (row.low, row.high, row.high, row.low)],
            "y": [level + _LINE + side for side in (-_HALF, -_HALF, _HALF, _HALF)],
        }
        for row, level in pairs
    ]


def _lines(pairs: list[tuple[ChangeRow, int]]) -> list[Trace]:
    xs: list[float] = []
    ys: list[float | None] = []
    for row, level in pairs:
        xs += [round(row.before, 2), round(row.after, 2), round(row.after, 2)]
        ys += [level + _LINE, level + _LINE, None]
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": _("From the start to now"),
            "line": {"color": "@series", "width": 1.5, "dash": "solid"},
            "hoverinfo": "skip",
            "x": xs,
            "y": ys,
        }
    ]


def _ends(pairs: list[tuple[ChangeRow, int]]) -> list[Trace]:
    start = {"color": "@surface", "size": 9, "symbol": "diamond", "line": {"color": "@baseline", "width": 1.5}}
    ends = (
        (_("At the start"), start, [row.before for row, _level in pairs]),
        (_("Now"), {"color": "@series", "size": 9, "symbol": "circle"}, [row.after for row, _level in pairs]),
    )
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": name,
            "marker": marker,
            "cliponaxis": False,
            "hovertext": [
                touch.in_lines(f"{row.label}: {name} {words.points(x)}")
                for (row, _), x in zip(pairs, values, strict=True)
            ],
            "hovertemplate": "%{hovertext}<extra></extra>",
            "x": [round(x, 2) for x in values],
            "y": [level + _LINE for _row, level in pairs],
        }
        for name, marker, values in ends
    ]
