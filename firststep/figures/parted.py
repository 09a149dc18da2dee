"""Shapes beside each other in one trace, parted by None: ten years have dozens of a kind."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from firststep.figures.axes import PAIN_TOP


def parted(places: Iterable[tuple[date, float | None]]) -> dict[str, Any]:
    """Write shapes one after another, each with a None behind it; none stands behind the last."""
    written = list(places)[:-1]
    return {"x": [day.isoformat() for day, _level in written], "y": [level for _day, level in written]}


def uprights(days: Iterable[date]) -> dict[str, Any]:
    """Write an upright line over the whole height of the pain axis on each of some days."""
    return parted((day, level) for day in days for level in (0, PAIN_TOP, None))
