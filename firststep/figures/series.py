"""Series of days as a figure carries them: dates once, values short, and beyond 400 days a point a week.

Up to 400 days every day has its place of at least two thirds of a pixel on a phone. Beyond that neighbouring days
share one: entries then show each value of a week once, and a 7-day mean is drawn for every seventh day, so that each
entry still counts in exactly one of the means that are drawn. Beyond six years a week itself is narrower than a pixel
of a phone, and its dots would lie on those of the next: entries then show the lowest and the highest of two weeks.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, cast

from firststep.figures import touch
from firststep.figures.scales import DAY_MS
from firststep.figures.view import Values

DAILY_UP_TO = 400
WEEK = 7
WEEKLY_UP_TO = 2_200


def step_days(length_days: int) -> int:
    """Return how many days share a place on a chart of so many."""
    if length_days <= DAILY_UP_TO:
        return 1
    return WEEK if length_days <= WEEKLY_UP_TO else 2 * WEEK


def series(first_day: date, values: list[float | None] | Values, step_days: int = 1) -> dict[str, Any]:
    """Write a series with its dates sent once, from its first value to its last."""
    kept = [index for index, value in enumerate(values) if value is not None]
    if not kept:
        return {"x": [], "y": []}
    begin, end = kept[0], kept[-1]
    start = first_day + timedelta(days=begin * step_days)
    return {
        "x0": start.isoformat(),
        "dx": step_days * DAY_MS,
        "y": [short(value) for value in values[begin : end + 1]],
    }


def recorded(values: Values) -> list[float]:
    """List the different values of some days, from the lowest to the highest."""
    different = set(values)
    different.discard(None)
    return sorted(cast(set[float], different))


@lru_cache(maxsize=4096)
def short(value: float | None) -> float | int | None:
    """Round to hundredths, a fifth of a pixel, and write whole numbers without a point."""
    if value is None:
        return None
    rounded = round(value, 2)
    if rounded == int(rounded):
        return int(rounded)
    # On a touch plotly.js rounds what the number is in binary: 6.35, which lies below, would be 6.3 there and 6.4 in
    # words. A thousandth more is not seen.
    below = Decimal(rounded) < Decimal(str(rounded)) and round(rounded * 100) % 10 == 5
    return round(rounded + 0.001, 3) if below else rounded


def drawn_means(means: Values) -> tuple[int, Values]:
    """Return every how many days a 7-day mean is drawn, and those that are."""
    step_days = 1 if len(means) <= DAILY_UP_TO else WEEK
    return step_days, means[::step_days]


def mean_line(name: str, first_day: date, means: Values, line: dict[str, Any]) -> list[dict[str, Any]]:
    """Draw 7-day means as a line that stops where they are not valid; nothing where none of those drawn is."""
    step_days, drawn = drawn_means(means)
    if all(mean is None for mean in drawn):
        return []
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "line": line,
            "connectgaps": False,
            "hovertemplate": touch.named(name, "%{y:.1f}"),
            **series(first_day, drawn, step_days),
        }
    ]
