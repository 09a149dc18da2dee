"""The axes and the fixed layout of the trajectory chart, and where its ticks stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from firststep.figures import words

#: The panels from top to bottom, as shares of the plot's height: pain, stretching, NSAID.
PAIN, STRETCH, NSAID = (0.27, 1.0), (0.135, 0.185), (0.0, 0.05)
MARGIN = {"l": 26, "r": 10, "t": 26, "b": 22}
_TICK_FONT = {"size": 11, "color": "@muted"}


def fixed_layout(first_day: date, last_day: date) -> dict[str, Any]:
    """Write the layout for a period: nothing on it moves under a finger, so the page can scroll."""
    days = (last_day - first_day).days
    spare = max(0.6, days * 0.012)
    ticks = list(_ticks(first_day, last_day))
    strip = {
        "range": [0, 7],
        "fixedrange": True,
        "showgrid": False,
        "zeroline": False,
        "showticklabels": False,
        "tickvals": [],
        "ticktext": [],
        "anchor": "x",
    }
    return {
        "dragmode": False,
        "hovermode": "x unified",
        "hoversubplots": "axis",
        "hoverdistance": max(3, 480 // (days + 1)),
        "showlegend": False,
        "bargap": 0,
        "barmode": "overlay",
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "system-ui, sans-serif", "size": 12, "color": "@ink"},
        "hoverlabel": {"bgcolor": "@surface", "bordercolor": "@axis", "font": {"color": "@ink"}},
        "margin": {**MARGIN, "pad": 0},
        "xaxis": {
            "type": "date",
            "range": [_moment(first_day, -spare), _moment(last_day, spare)],
            "fixedrange": True,
            "anchor": "y3",
            "showgrid": True,
            "gridcolor": "@grid",
            "zeroline": False,
            "tickvals": [day.isoformat() for day, _ in ticks],
            "ticktext": [text for _, text in ticks],
            "tickfont": _TICK_FONT,
            "tickangle": 0,
            "unifiedhovertitle": {"text": "%{x|%a %-d %b %Y}"},
        },
        "yaxis": {
            "range": [0, 10.3],
            "domain": list(PAIN),
            "fixedrange": True,
            "showgrid": True,
            "gridcolor": "@grid",
            "zeroline": False,
            "showticklabels": True,
            "tickvals": [0, 2, 4, 6, 8, 10],
            "ticktext": ["0", "2", "4", "6", "8", "10"],
            "tickfont": _TICK_FONT,
            "anchor": "x",
        },
        "yaxis2": {**strip, "domain": list(STRETCH)},
        "yaxis3": {**strip, "domain": list(NSAID)},
    }


def _moment(day: date, shift_days: float) -> str:
    """Write a day moved by a part of a day or more, to the minute."""
    whole, part = divmod(shift_days, 1)
    minutes = round(part * 1440)
    moved = day + timedelta(days=whole + minutes // 1440)
    hours, minutes = divmod(minutes % 1440, 60)
    return f"{moved.isoformat()} {hours:02}:{minutes:02}"


def _ticks(first_day: date, last_day: date) -> Iterator[tuple[date, str]]:
    """Choose at most seven ticks, none so near an edge that its label would be cut."""
    length = (last_day - first_day).days + 1
    chosen, write = _candidates(first_day, last_day, length)
    for day in chosen:
        share = (day - first_day).days / max(1, length - 1)
        if 0.04 <= share <= 0.95:
            yield day, write(day)


def _candidates(first_day: date, last_day: date, length: int) -> tuple[list[date], Callable[[date], str]]:
    if length <= 120:
        step = 7 * max(1, round(length / 38))
        offset = (-first_day.weekday()) % 7
        days = range(offset, length, step)
        return [first_day + timedelta(days=index) for index in days], words.day_and_month
    months = [
        date(number // 12, number % 12 + 1, 1)
        for number in range(first_day.year * 12 + first_day.month, last_day.year * 12 + last_day.month)
    ]
    if length <= 1300:
        step = next(step for step in (2, 3, 4, 6) if length / 30 / step <= 7)
        return [day for day in months if (day.month - 1) % step == 0], words.month
    years = max(1, round(length / 365 / 6))
    return [day for day in months if day.month == 1 and day.year % years == 0], words.year
