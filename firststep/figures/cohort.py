"""How long until something happened, for the people of each arm: curves after Kaplan and Meier that rise from 0.

What is drawn is the share to whom it has happened (1 minus the estimate of those left), so that a curve ends at the
number that the table gives. Under it stands how many people were still followed.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from flask_babel import gettext as _

from firststep.figures import labels
from firststep.figures.axes import TICK_FONT, frame_layout, value_axis

Trace = dict[str, Any]

SIZE_PX: Final = (344, 360)
#: One look for each place of an arm: no two differ by colour alone.
_LOOKS: Final = (("@series", "solid", "circle"), ("@band", "dash", "square"), ("@ink", "dot", "diamond"))
#: Under the axis: a heading, then for each arm its name and its numbers.
_UNDER_AXIS_PX: Final = 36
_LINE_PX: Final = 14
_ARM_PX: Final = 32
#: How far the marks of two arms stand apart, as a share of the axis.
_APART: Final = 0.018


@dataclass(frozen=True, kw_only=True)
class Reached:
    """Where a curve stands at the marked week, in per cent, with the ends of its interval where there is one."""

    share: float
    low: float | None
    high: float | None


@dataclass(frozen=True, kw_only=True)
class CohortCurve:
    """One arm: corners as (week, per cent from there on), ends of follow-up in weeks, and (week, people) at risk.

    ``place`` is that of the arm among all arms. ``reached`` is None where nobody was followed up to the marked week.
    """

    place: int
    label: str
    steps: tuple[tuple[float, float], ...]
    ends: tuple[float, ...]
    at_risk: tuple[tuple[int, int], ...]
    reached: Reached | None


@dataclass(frozen=True, kw_only=True)
class CurvesView:
    """The curves of one event over some weeks; ``marked_week`` is the one that the table speaks of."""

    title: str
    weeks: int
    tick_weeks: int
    marked_week: int
    curves: tuple[CohortCurve, ...]


def cohort_curves(view: CurvesView) -> dict[str, Any]:
    """Draw up the chart as a Plotly figure: a plain dict. Weeks run to the right, per cent of people upwards."""
    ticks = list(range(0, view.weeks + 1, view.tick_weeks))
    layout = {
        **frame_layout(7 * view.weeks),
        "hovermode": "closest",
        "xaxis": {
            "range": [round(-0.02 * view.weeks, 2), round(1.02 * view.weeks, 2)],
            "fixedrange": True,
            "anchor": "y",
            "showgrid": True,
            "gridcolor": "@grid",
            "zeroline": False,
            "tickvals": ticks,
            "ticktext": [str(tick) for tick in ticks],
            "tickfont": TICK_FONT,
            "tickangle": 0,
        },
        "yaxis": value_axis((0, 103), (0.0, 1.0), [0, 25, 50, 75, 100], unit="%"),
        "shapes": [_marked_line(view)],
    }
    layout["margin"] = {**layout["margin"], "l": 38, "b": _UNDER_AXIS_PX + _ARM_PX * len(view.curves) + 4}
    layout["annotations"] = [_title(view), *_followed(view, ticks)]
    data = [*map(_line, view.curves), *map(_ends, view.curves), *(_mark(view, one) for one in view.curves)]
    return {"data": [trace for trace in data if trace], "layout": layout}


def _title(view: CurvesView) -> dict[str, Any]:
    return _note(view.title, "@ink", x=0, y=1, yanchor="bottom", xshift=-30, yshift=8)


def _followed(view: CurvesView, ticks: list[int]) -> list[dict[str, Any]]:
    """Write how many were still followed under the ticks, an arm below the other."""
    notes = [_note(_("Weeks. Still followed:"), "@muted", x=0, y=0, yanchor="top", xshift=-30, yshift=-22)]
    for row, curve in enumerate(view.curves):
        top = -_UNDER_AXIS_PX - _ARM_PX * row
        notes.append(_note(curve.label, "@muted", x=0, y=0, yanchor="top", xshift=-30, yshift=top))
        people = dict(curve.at_risk)
        notes += [
            _note(
                str(people.get(tick, 0)),
                "@ink",
                x=tick,
                xref="x",
                y=0,
                yanchor="top",
                xanchor="center",
                yshift=top - _LINE_PX,
            )
            for tick in ticks
        ]
    return notes


def _note(text: str, colour: str, **where: Any) -> dict[str, Any]:
    return labels.note(text, colour, **{"xref": "paper", "yref": "paper", "xanchor": "left", **where})


def _marked_line(view: CurvesView) -> dict[str, Any]:
    return {
        "type": "line",
        "layer": "between",
        "xref": "x",
        "yref": "y",
        "x0": view.marked_week,
        "x1": view.marked_week,
        "y0": 0,
        "y1": 103,
        "line": {"color": "@axis", "width": 1},
    }


def _line(curve: CohortCurve) -> Trace:
    colour, dash, _symbol = _LOOKS[curve.place]
    corners = [curve.steps[0]]
    for (_from, before), (week, share) in pairwise(curve.steps):
        corners += [(week, before)] if before == share else [(week, before), (week, share)]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": curve.label,
        "line": {"color": colour, "width": 2, "dash": dash},
        "hovertext": [_said(curve, week, share) for week, share in corners],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "x": [round(week, 2) for week, _share in corners],
        "y": [round(share, 1) for _week, share in corners],
    }


def _said(curve: CohortCurve, week: float, share: float) -> str:
    return _("%(arm)s, week %(week)s: %(percent)s %%", arm=curve.label, week=f"{week:.1f}", percent=round(share))


def _ends(curve: CohortCurve) -> Trace | None:
    """Mark on the curve where somebody's follow-up ended without it."""
    colour, _dash, _symbol = _LOOKS[curve.place]
    if not curve.ends:
        return None
    return {
        "type": "scatter",
        "mode": "markers",
        "name": _("Follow-up of somebody ends"),
        "marker": {"color": colour, "size": 7, "symbol": "line-ns", "line": {"color": colour, "width": 1.2}},
        "cliponaxis": False,
        "hoverinfo": "skip",
        "x": [round(week, 2) for week in curve.ends],
        "y": [round(_share_at(curve, week), 1) for week in curve.ends],
    }


def _share_at(curve: CohortCurve, week: float) -> float:
    return [share for begins, share in curve.steps if begins <= week][-1]


def _mark(view: CurvesView, curve: CohortCurve) -> Trace | None:
    """Mark where the curve stands at the week of the table, with its interval; the arms stand beside each other."""
    if curve.reached is None:
        return None
    colour, _dash, symbol = _LOOKS[curve.place]
    found = curve.reached
    trace: Trace = {
        "type": "scatter",
        "mode": "markers",
        "name": _("%(arm)s at week %(week)s, 95 %% interval", arm=curve.label, week=view.marked_week),
        "marker": {"color": colour, "size": 8, "symbol": symbol},
        "cliponaxis": False,
        "hovertext": [_said(curve, view.marked_week, found.share)],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "x": [round(view.marked_week + (curve.place - 1) * _APART * view.weeks, 2)],
        "y": [round(found.share, 1)],
    }
    if found.low is not None and found.high is not None:
        trace["error_y"] = {
            "type": "data",
            "symmetric": False,
            "array": [round(found.high - found.share, 1)],
            "arrayminus": [round(found.share - found.low, 1)],
            "color": colour,
            "thickness": 1.5,
            "width": 4,
        }
    return trace
