"""The day until which a diary can be followed without a long gap (outcomes daily-1, 10)."""

from __future__ import annotations

from datetime import date
from typing import Final

from firststep.clinical.means import SevenDayMeans

#: A run of more days than this without a valid mean is a gap.
LONGEST_RUN_WITHOUT: Final = 14


def censoring_day(means: SevenDayMeans, starts_on: date | None) -> date | None:
    """Return the last day with a valid mean, or the last before the first gap that begins after the start.

    A gap lies between two valid days and begins on its first day without a valid mean. None: no mean is
    valid at all. Without a start gaps are not looked for.

    Rule: outcomes daily-1, 10.
    """
    last: int | None = None
    start = None if starts_on is None else means.index(starts_on)
    for index, units in enumerate(means.units):
        if units is None:
            continue
        if last is not None and start is not None and index - last - 1 > LONGEST_RUN_WITHOUT and last + 1 > start:
            break
        last = index
    return None if last is None else means.day(last)
