"""The axes of the charts, which nothing moves, and where their ticks stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from firststep.figures import words

#: The panels from top to bottom, as shares of the plot's height: pain, stretching, NSAID.
PAIN, STRETCH, NSAID = (0.27, 1.0), (0.135, 0.185), (0.0, 0.05)
#: Where the pain axis ends, above a pain of 10: up to there lines for a day go.
PAIN_TOP = 10.3
MARGIN = {"l": 26, "r": 10, "t": 26, "b": 22}
FONT = "system-ui, sans-serif"
TICK_FONT = {"size": 11, "color": "@muted"}


def fixed_layout(first_day: date, last_day: date, *, lowest: float = 0) -> dict[str, Any]:
    """Write the trajectory's layout for a period: nothing moves under a finger, so the page can scroll.

    ``lowest`` is where the pain axis begins: below 0 where something stands under it.
    """
    return {
        **frame_layout((last_day - first_day).days),
        "xaxis": time_axis(first_day, last_day, anchor="y3"),
        "yaxis": value_axis((lowest, PAIN_TOP), PAIN, [0, 2, 4, 6, 8, 10]),
        "yaxis2": strip_axis(STRETCH),
        "yaxis3": strip_axis(NSAID),
    }


def frame_layout(days: int) -> dict[str, Any]:
    """Write what every chart's layout has, for a period of so many days."""
    return {
        "dragmode": False,
        "hovermode": "x unified",
        "hoversubplots": "axis",
        # Beyond a mark a touch finds no more than half a day, or on a long chart a pixel.
        "hoverdistance": max(1, 480 // (days + 1)),
        "showlegend": False,
        "bargap": 0,
        "barmode": "overlay",
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 12, "color": "@ink"},
        "hoverlabel": {
            "bgcolor": "@surface",
            "bordercolor": "@axis",
            "font": {"family": FONT, "color": "@ink"},
        },
        "margin": {**MARGIN, "pad": 0},
    }


def time_axis(first_day: date, last_day: date, *, anchor: str, touched: str = "%{x|%a %-d %b %Y}") -> dict[str, Any]:
    """Write an axis of days with at most seven ticks; it stands under the panel of ``anchor``.

    ``touched`` is what a touch says of where it is, in Plotly's way of writing dates.
    """
    spare = max(0.6, (last_day - first_day).days * 0.012)
    ticks = list(_ticks(first_day, last_day))
    return {
        "type": "date",
        "range": [_moment(first_day, -spare), _moment(last_day, spare)],
        "fixedrange": True,
        "anchor": anchor,
        "showgrid": True,
        "gridcolor": "@grid",
        "zeroline": False,
        "tickvals": [day.isoformat() for day, _ in ticks],
        "ticktext": [text for _, text in ticks],
        "tickfont": TICK_FONT,
        "tickangle": 0,
        "unifiedhovertitle": {"text": touched},
    }


def value_axis(
    ends: tuple[float, float], domain: tuple[float, float], ticks: list[int], *, unit: str = ""
) -> dict[str, Any]:
    """Write an upright axis with numbers."""
    return {
        "range": list(ends),
        "domain": list(domain),
        "fixedrange": True,
        "showgrid": True,
        "gridcolor": "@grid",
        "zeroline": False,
        "showticklabels": True,
        "tickvals": ticks,
        "ticktext": [f"{tick}{unit}" for tick in ticks],
        "tickfont": TICK_FONT,
        "anchor": "x",
    }


def strip_axis(domain: tuple[float, float], *, highest: int = 7) -> dict[str, Any]:
    """Write the upright axis of a strip: a week high unless said otherwise, without numbers."""
    return {
        "range": [0, highest],
        "fixedrange": True,
        "showgrid": False,
        "zeroline": False,
        "showticklabels": False,
        "tickvals": [],
        "ticktext": [],
        "anchor": "x",
        "domain": list(domain),
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
