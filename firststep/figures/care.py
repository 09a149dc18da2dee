"""The days on which care began, as upright lines with its name: the one that counts, and those before it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from flask_babel import gettext as _

from firststep.figures import words
from firststep.figures.axes import PAIN_TOP
from firststep.figures.labels import Label, Place
from firststep.figures.parted import uprights
from firststep.figures.view import CareStart, TrajectoryView


def first_days(view: TrajectoryView) -> list[tuple[date, str]]:
    """List the first days of care that the period shows, in order, each with what the chart calls it."""
    found = [(care.day, _name(care, view)) for care in (*_earlier(view), *_counting(view))]
    return sorted(found, key=lambda one: one[0])


def line(view: TrajectoryView) -> list[dict[str, Any]]:
    """Draw the line of the care that counts, as a shape."""
    return [line_on(care.day, PAIN_TOP) for care in _counting(view)]


def line_on(day: date, top: float) -> dict[str, Any]:
    """Draw the line of a day from the ground up, as a shape."""
    return {
        "type": "line",
        "layer": "between",
        "xref": "x",
        "yref": "y",
        "x0": day.isoformat(),
        "x1": day.isoformat(),
        "y0": 0,
        "y1": top,
        "line": {"color": "@axis", "width": 1},
    }


def earlier_lines(view: TrajectoryView) -> list[dict[str, Any]]:
    """Draw the lines of the care before it, as a trace that the legend names."""
    days = [care.day for care in _earlier(view)]
    if not days:
        return []
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": _("First day of earlier care"),
            "line": {"color": "@axis", "width": 1, "dash": "dashdot"},
            "hoverinfo": "skip",
            "connectgaps": False,
            **uprights(days),
        }
    ]


def labels(view: TrajectoryView) -> list[Label]:
    """Name the care beside its lines; that which does not count only where there is room."""
    found = [_label(care, view) for care in _counting(view)]
    return [*found, *(_label(care, view, dropped=True) for care in _earlier(view))]


def _counting(view: TrajectoryView) -> list[CareStart]:
    return [view.care] if view.care is not None and view.shows(view.care.day) else []


def _earlier(view: TrajectoryView) -> list[CareStart]:
    # Without last days, for which a phone has no room: the lines are of first days.
    return [replace(care, last_day=None) for care in view.earlier_care if view.shows(care.day)]


def _name(care: CareStart, view: TrajectoryView) -> str:
    return words.care_and_days(care.label, care.day, care.last_day, len(view.values))


def _label(care: CareStart, view: TrajectoryView, *, dropped: bool = False) -> Label:
    # Several courses have their names above each other.
    levels = (PAIN_TOP, 9.4, 8.5, 0.8) if dropped else (PAIN_TOP, 0.8)
    places = tuple(
        Place(care.day.isoformat(), level, side, "top", xshift=shift)
        for level in levels
        for side, shift in (("left", 4), ("right", -4))
    )
    return Label((_name(care, view),), "@muted", places, dropped=dropped)
