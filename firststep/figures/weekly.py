"""What the charts of weeks have in common: an axis of days, bars of a week each, and the day on which care began.

A week is the smallest unit of these charts at every length of period, so nothing is lost when a year is shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from firststep.figures import words
from firststep.figures.labels import Label, Place
from firststep.figures.scales import DAY_MS
from firststep.figures.view import CareStart

Trace = dict[str, Any]

SIZE_PX = (344, 216)
_DAYS_OF_BAR = 5.2


def middle(week_first: date) -> str:
    """Return where a week stands on the axis: on its fourth day."""
    return (week_first + timedelta(days=3)).isoformat()


def bars(name: str, colour: str, rows: Iterable[tuple[date, float, str]], *, axis: str = "y") -> Trace:
    """Draw a bar a week from (first day, height, words to show on a touch)."""
    shown = list(rows)
    return {
        "type": "bar",
        "yaxis": axis,
        "name": name,
        "width": round(_DAYS_OF_BAR * DAY_MS),
        "marker": {"color": colour},
        "hovertext": [text for _first, _height, text in shown],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "x": [middle(first) for first, _height, _text in shown],
        "y": [round(height, 2) for _first, height, _text in shown],
    }


def marks(name: str, marker: dict[str, Any], rows: Iterable[tuple[date, float, str]], *, axis: str = "y") -> Trace:
    """Draw a mark a week from (first day, height, words to show on a touch)."""
    shown = list(rows)
    return {
        "type": "scatter",
        "mode": "markers",
        "yaxis": axis,
        "name": name,
        "marker": marker,
        "cliponaxis": False,
        "hovertext": [text for _first, _height, text in shown],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "x": [middle(first) for first, _height, _text in shown],
        "y": [round(height, 2) for _first, height, _text in shown],
    }


def dot(weeks: int, *, hollow: bool) -> dict[str, Any]:
    """Return the marker of a week without a bar, smaller where many stand side by side."""
    size = 6 if weeks <= 26 else (3 if weeks <= 80 else 2)
    if hollow:
        return {"color": "@surface", "size": size, "symbol": "diamond", "line": {"color": "@quiet", "width": 1.2}}
    return {"color": "@strip", "size": size, "symbol": "square"}


def top_of_week(care: CareStart | None, first_day: date, last_day: date) -> float:
    """Return where an axis of days a week ends: above 7 where a line for the start of care needs its name there."""
    return 9.4 if _in_sight(care, first_day, last_day) else 7.4


def _in_sight(care: CareStart | None, first_day: date, last_day: date) -> bool:
    return care is not None and first_day <= care.day <= last_day


def care_line(care: CareStart | None, first_day: date, last_day: date) -> list[dict[str, Any]]:
    """Draw an upright line on the day on which care began."""
    if care is None or not _in_sight(care, first_day, last_day):
        return []
    day = care.day.isoformat()
    return [
        {
            "type": "line",
            "layer": "between",
            "xref": "x",
            "yref": "y",
            "x0": day,
            "x1": day,
            "y0": 0,
            "y1": top_of_week(care, first_day, last_day),
            "line": {"color": "@axis", "width": 1},
        }
    ]


def care_label(care: CareStart | None, first_day: date, last_day: date) -> list[Label]:
    """Name the care and its first day beside the line, above the bars."""
    if care is None or not _in_sight(care, first_day, last_day):
        return []
    level = top_of_week(care, first_day, last_day)
    text = words.care_and_days(care.label, care.day, care.last_day, (last_day - first_day).days + 1)
    places = tuple(
        Place(care.day.isoformat(), level, side, "top", xshift=shift) for side, shift in (("left", 4), ("right", -4))
    )
    return [Label((text,), "@muted", places)]
