"""Made-up packed rows of a large practice: courses that fall, stay or come back, missing days, people who stop."""

from __future__ import annotations

from typing import Final

import numpy as np

from firststep.clinical.diary import ARMS
from firststep.packed.rows import FIRST_NSAID_DAY, FIRST_PAIN_DAY, NOTHING, PackedCourses

PEOPLE: Final = 10_000
DAYS: Final = 180
#: A week of diary before care begins, as for a baseline.
_BEFORE: Final = 7
_MISSING: Final = 0.15


def practice(people: int = PEOPLE, days: int = DAYS, *, seed: int = 1, two_feet: float = 0.0) -> PackedCourses:
    """Return that many courses, one foot each, of ``days`` days of which the first 7 lie before the start.

    Of the share ``two_feet`` the other foot is recorded, too, a little better.
    """
    chance = np.random.default_rng(seed)
    stops = np.where(chance.random(people) < 0.3, chance.integers(20, days, people), days)
    worse = _pain(people, days, stops, chance)
    other = np.flatnonzero(chance.random(people) < two_feet)
    better = np.where(worse[other] >= 0, np.maximum(worse[other] - 10, 0), NOTHING).astype(np.int8)
    course = np.concatenate([np.arange(people), other])
    left = np.concatenate([np.zeros(people, bool), np.ones(len(other), bool)])
    order = np.lexsort((left, course))
    return PackedCourses(
        arms=(np.arange(people) % len(ARMS)).astype(np.int8),
        last_answered=(stops - 1 - _BEFORE).astype(np.int32),
        nsaid=_nsaid(people, days, stops, chance),
        course=course[order].astype(np.int32),
        left=left[order],
        pain=np.concatenate([worse, better])[order],
    )


def _pain(people: int, days: int, stops: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """Return tenths in whole points around a level that falls to another one, and for some comes back."""
    begins, ends = chance.uniform(2.5, 9, people), chance.uniform(0, 8, people)
    falls, back = chance.uniform(14, 90, people), np.where(chance.random(people) < 0.3, chance.uniform(90, 150), days)
    day = np.arange(days) - _BEFORE
    share = np.clip(day / falls[:, None], 0, 1)
    share = np.where(day > back[:, None], 0, share)
    level = begins[:, None] + (np.minimum(ends, begins) - begins)[:, None] * share
    points = np.clip(np.rint(level + chance.normal(0, 1.2, level.shape)), 0, 10)
    tenths = np.where(_recorded(people, days, stops, chance), 10 * points, NOTHING).astype(np.int8)
    return np.pad(tenths, ((0, 0), (-FIRST_PAIN_DAY - _BEFORE, 0)), constant_values=NOTHING)


def _nsaid(people: int, days: int, stops: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """Return answers from the first day on: often at first, and less or not later."""
    often = np.where(
        np.arange(days) < 60, chance.random(people)[:, None], chance.choice([0, 0.1, 0.6], people)[:, None]
    )
    taken = chance.random((people, days)) < often
    answers = np.where(_recorded(people, days, stops, chance), taken, NOTHING).astype(np.int8)
    return np.pad(answers, ((0, 0), (-FIRST_NSAID_DAY - _BEFORE, 0)), constant_values=NOTHING)


def _recorded(people: int, days: int, stops: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    return (chance.random((people, days)) >= _MISSING) & (np.arange(days) < stops[:, None])
