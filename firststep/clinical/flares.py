"""Flare-ups: when the question is asked, and how long one lasted. What a person answered is stored, nothing else."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from firststep.clinical.change import asks_about_flare_up
from firststep.clinical.diary import Diary
from firststep.clinical.measures import FEET, MEASURES, Foot, Measure

#: The days that the rule looks at: the last 3, and the 14 before them. An answer within them is about the same spell.
SPELL_DAYS: Final = 17
_LAST_DAYS: Final = 3


@dataclass(frozen=True, slots=True)
class FlareAnswer:
    """What the person said: a flare-up began on ``day`` (or none did), of a foot (None: of both or not said)."""

    day: date
    confirmed: bool
    foot: Foot | None = None
    settled_on: date | None = None


@dataclass(frozen=True, slots=True)
class FlareAsked:
    """The question that is open: of which foot and measure, and the first day of the rise."""

    foot: Foot
    measure: Measure
    since: date


def flare_asked(diary: Diary, answers: Collection[FlareAnswer], today: date) -> FlareAsked | None:
    """Return whether to ask "is this a flare-up?", None when there is nothing to ask.

    It is asked once per spell: an answer about the same foot within the days that the rule looks at, yes or no,
    silences it, and so does a flare-up that has not settled. The right foot comes before the left, first-step pain
    before pain over the day.

    Rule: outcomes daily-1, 14, for when it is asked; our definition for "once".
    """
    for foot in FEET:
        if any(silences(answer, foot, today) for answer in answers):
            continue
        for measure in MEASURES:
            tenths = diary.tenths(foot, measure)
            if asks_about_flare_up(tenths, today):
                days = (today - timedelta(days=back) for back in reversed(range(_LAST_DAYS)))
                return FlareAsked(foot, measure, next(day for day in days if day in tenths))
    return None


def silences(answer: FlareAnswer, foot: Foot, today: date) -> bool:
    """Tell whether an answer is about the spell that lies before ``today``, so that nothing is asked."""
    if answer.foot not in (None, foot) or answer.day > today:
        return False
    if answer.confirmed and answer.settled_on is None:
        return True
    # One that settles on a day to come is within the days, too.
    last_day = answer.settled_on or answer.day
    return (today - last_day).days < SPELL_DAYS


def is_open(answer: FlareAnswer, today: date) -> bool:
    """Tell whether a flare-up goes on today: it began, and has not settled by now."""
    begun = answer.confirmed and answer.day <= today
    return begun and (answer.settled_on is None or answer.settled_on > today)


def days_to_settle(first: date, settled_on: date) -> int:
    """Return the days from the first day of a flare-up to the day on which it had settled; 0 on the same day.

    Raises ValueError when it settled before it began.

    >>> days_to_settle(date(2026, 11, 2), date(2026, 11, 11))
    9
    """
    days = (settled_on - first).days
    if days < 0:
        raise ValueError(f"a flare-up from {first} cannot settle on {settled_on}")
    return days
