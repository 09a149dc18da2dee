"""Made-up diaries whose true course is known, so that what a rule says about them is right or wrong.

The noise is an assumption and was not taken from people with heel pain: whole numbers from 0 to 10 around the
true level, each day's deviation with a correlation of 0.4 to the day before, and days missing at random.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from random import Random

#: How much of one day's deviation is left on the next.
CARRIED_OVER = 0.4
FIRST_DAY = date(2026, 1, 5)
#: Care begins after a week of diary, so that the baseline is the mean of the first seven days.
START = FIRST_DAY + timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Noise:
    """How far days deviate from the true level (points), and which share of them is missing."""

    sd: float = 1.5
    missing: float = 0.3


def stable(level: float, days: int = 84) -> list[float]:
    """Return a true level that never changes, one item a day."""
    return [level] * days


def course(*parts: tuple[int, float], begins: float) -> list[float]:
    """Return a true level that goes in straight lines: a week at the beginning, then each part's days to its level."""
    levels = [begins] * 7
    for days, level in parts:
        last = levels[-1]
        levels += [last + (level - last) * (day + 1) / days for day in range(days)]
    return levels


def diary(levels: Sequence[float], noise: Noise, chance: Random) -> dict[date, int]:
    """Return one person's entries in tenths, by day."""
    fresh = noise.sd * sqrt(1 - CARRIED_OVER**2)
    gauss, uniform = chance.gauss, chance.random
    deviation = gauss(0.0, noise.sd)
    entries: dict[date, int] = {}
    for offset, level in enumerate(levels):
        if uniform() >= noise.missing:
            points = min(max(round(level + deviation), 0), 10)
            entries[FIRST_DAY + timedelta(days=offset)] = 10 * points
        deviation = CARRIED_OVER * deviation + gauss(0.0, fresh)
    return entries


def people(count: int, levels: Sequence[float], noise: Noise, seed: str) -> Iterator[dict[date, int]]:
    """Go through that many people's entries, the same ones for the same seed."""
    chance = Random(seed)
    for _ in range(count):
        yield diary(levels, noise, chance)
