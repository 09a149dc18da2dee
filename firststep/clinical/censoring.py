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
    if starts_on is not None:
        start = means.index(starts_on)
        for first, _last in means.gaps(LONGEST_RUN_WITHOUT):
            if first > start:
                return means.day(first - 1)
    last = means.last_valid()
    return None if last is None else last.day
