"""What the charts of weeks have in common: an axis of days, a bar for each, and the day on which care began.

A week is the smallest unit of these charts at every length of period, so nothing is lost when a year is shown. Of more
than two years a bar is a month: a week's would be narrower than two pixels on a phone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from flask_babel import gettext as _

from firststep.figures import touch, words
from firststep.figures.care import line_on
from firststep.figures.labels import Label, Place
from firststep.figures.scales import DAY_MS
from firststep.figures.view import CareStart

Trace = dict[str, Any]

SIZE_PX = (344, 216)


@dataclass(frozen=True, kw_only=True)
class Step:
    """What a bar stands for: at most so many days, drawn so many days wide, so many days after its first one."""

    most_days: int
    wide_days: float
    middle_days: int

    def middle(self, first: date) -> str:
        """Return where a week or month stands on the axis, by its first day."""
        return (first + timedelta(days=self.middle_days)).isoformat()


WEEK: Final = Step(most_days=7, wide_days=5.2, middle_days=3)
MONTH: Final = Step(most_days=31, wide_days=23, middle_days=15)


def touched_title(step: Step) -> str:
    """Say in Plotly's way of writing dates which week or month a touch is about."""
    return "%{x|%b %Y}" if step == MONTH else str(_("The week around %(day)s", day="%{x|%-d %b %Y}"))


def touched_mark(step: Step) -> str:
    """Let a mark say its own week or month: a touch finds it also from the one beside it, where both are narrow."""
    return f"{'%{x|%b %Y}' if step == MONTH else touch.DAY}: %{{hovertext}}<extra></extra>"


def bars(name: str, colour: str, rows: Iterable[tuple[date, float, str]], step: Step, *, axis: str = "y") -> Trace:
    """Draw a bar a week or month from (first day, height, words to show on a touch)."""
    shown = list(rows)
    return {
        "type": "bar",
        "yaxis": axis,
        "name": name,
        "width": round(step.wide_days * DAY_MS),
        "marker": {"color": colour},
        "hovertext": [text for _first, _height, text in shown],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "x": [step.middle(first) for first, _height, _text in shown],
        "y": [round(height, 2) for _first, height, _text in shown],
    }


def marks(name: str, marker: dict[str, Any], rows: Iterable[tuple[date, float, str]], step: Step) -> Trace:
    """Draw a mark a week or month from (first day, height, words to show on a touch)."""
    shown = list(rows)
    return {
        "type": "scatter",
        "mode": "markers",
        "yaxis": "y",
        "name": name,
        "marker": marker,
        "cliponaxis": False,
        "hovertext": [text for _first, _height, text in shown],
        "hovertemplate": touched_mark(step),
        "x": [step.middle(first) for first, _height, _text in shown],
        "y": [round(height, 2) for _first, height, _text in shown],
    }


def dot(count: int, *, hollow: bool) -> dict[str, Any]:
    """Return the marker of a week or month without a bar, smaller where many stand side by side."""
    size = 6 if count <= 26 else (3 if count <= 80 else 2)
    if hollow:
        return {"color": "@surface", "size": size, "symbol": "diamond", "line": {"color": "@quiet", "width": 1.2}}
    return {"color": "@strip", "size": size, "symbol": "square"}


@dataclass(frozen=True, kw_only=True)
class CareOn:
    """The start of care on a chart of some days, whose upright axis counts up to ``most``."""

    care: CareStart | None
    first_day: date
    last_day: date
    most: int = WEEK.most_days

    @property
    def shown(self) -> CareStart | None:
        """The start of care where it lies in sight."""
        return self.care if self.care and self.first_day <= self.care.day <= self.last_day else None

    @property
    def top(self) -> float:
        """Where the axis ends: above the most where a line for the start of care needs its name there."""
        return round(self.most * (9.4 if self.shown else 7.4) / WEEK.most_days, 1)


def care_line(on: CareOn) -> list[dict[str, Any]]:
    """Draw an upright line on the day on which care began."""
    return [line_on(on.shown.day, on.top)] if on.shown else []


def care_label(on: CareOn) -> list[Label]:
    """Name the care and its first day beside the line, above the bars."""
    care = on.shown
    if care is None:
        return []
    text = words.care_and_days(care.label, care.day, care.last_day, (on.last_day - on.first_day).days + 1)
    places = tuple(
        Place(care.day.isoformat(), on.top, side, "top", xshift=shift) for side, shift in (("left", 4), ("right", -4))
    )
    return [Label((text,), "@muted", places)]
