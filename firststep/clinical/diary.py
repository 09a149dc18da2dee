"""A person's diary as the outcome rules read it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, TypeAlias

from firststep.clinical.measures import FEET, MOST_PAIN_TENTHS, MOST_STRETCH_MINUTES, Foot, Measure

Arm: TypeAlias = Literal["standard", "acupuncture", "combined"]
ARMS: Final[tuple[Arm, ...]] = ("standard", "acupuncture", "combined")

#: The calendar that diaries live in: far enough from the ends of time for every window of the rules.
FIRST_DAY: Final = date(1900, 1, 1)
LAST_DAY: Final = date(2200, 12, 31)


def _check_day(day: date) -> None:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"{day} is not between {FIRST_DAY} and {LAST_DAY}")


@dataclass(frozen=True, slots=True)
class FootDay:
    """The pain of one foot on one local calendar day, in tenths (0 to 100); None is "not recorded"."""

    day: date
    foot: Foot
    first_step_tenths: int | None = None
    average_tenths: int | None = None

    def __post_init__(self) -> None:
        """Refuse a foot that is none, and pain that is off the scale."""
        _check_day(self.day)
        if self.foot not in FEET:
            raise ValueError(f"{self.foot!r} is no foot")
        for tenths in (self.first_step_tenths, self.average_tenths):
            if tenths is not None and not 0 <= tenths <= MOST_PAIN_TENTHS:
                raise ValueError(f"pain of {tenths} tenths on {self.day} is not between 0 and {MOST_PAIN_TENTHS}")

    def tenths(self, measure: Measure) -> int | None:
        """Return the pain of a measure in tenths."""
        return self.first_step_tenths if measure == "first_step" else self.average_tenths

    @property
    def is_answered(self) -> bool:
        """Tell whether any pain is recorded."""
        return self.first_step_tenths is not None or self.average_tenths is not None


@dataclass(frozen=True, slots=True)
class DayAnswers:
    """What belongs to the person and the local calendar day; None is "no answer" and never "no".

    ``nsaid_taken`` is about oral NSAIDs only: gels and paracetamol are not meant.
    """

    day: date
    stretch_done: bool | None = None
    stretch_minutes: int | None = None
    nsaid_taken: bool | None = None

    def __post_init__(self) -> None:
        """Refuse minutes that no day has."""
        _check_day(self.day)
        if self.stretch_minutes is not None and not 0 <= self.stretch_minutes <= MOST_STRETCH_MINUTES:
            raise ValueError(f"{self.stretch_minutes} minutes on {self.day} are not 0 to {MOST_STRETCH_MINUTES}")

    @property
    def is_answered(self) -> bool:
        """Tell whether there is any answer about stretching or NSAIDs."""
        return not (self.stretch_done is None and self.stretch_minutes is None and self.nsaid_taken is None)


@dataclass(frozen=True, slots=True)
class Episode:
    """One course of care; its end is shown and changes no figure."""

    arm: Arm
    starts_on: date
    ends_on: date | None = None

    def __post_init__(self) -> None:
        """Refuse an arm that is none."""
        _check_day(self.starts_on)
        if self.arm not in ARMS:
            raise ValueError(f"{self.arm!r} is no arm of care")


@dataclass(frozen=True, slots=True)
class Diary:
    """All that a person recorded, in any order: at most one row per day and foot, and one per day."""

    foot_days: tuple[FootDay, ...] = ()
    day_answers: tuple[DayAnswers, ...] = ()
    episodes: tuple[Episode, ...] = ()

    def __post_init__(self) -> None:
        """Refuse two rows for one day and foot, or for one day: which of them counts is not ours to choose."""
        if len({(row.day, row.foot) for row in self.foot_days}) != len(self.foot_days):
            raise ValueError("a diary has at most one row per day and foot")
        if len({row.day for row in self.day_answers}) != len(self.day_answers):
            raise ValueError("a diary has at most one row of answers per day")

    @property
    def episode(self) -> Episode | None:
        """The episode that counts: of several, the one that started last (of equals, the one named last)."""
        return max(reversed(self.episodes), key=lambda episode: episode.starts_on, default=None)

    def tenths(self, foot: Foot, measure: Measure) -> dict[date, int]:
        """Return the recorded pain of one foot and measure in tenths, by day; days without are absent."""
        recorded = ((row.day, row.tenths(measure)) for row in self.foot_days if row.foot == foot)
        return {day: tenths for day, tenths in recorded if tenths is not None}

    def nsaid_answers(self) -> dict[date, bool]:
        """Return whether an oral NSAID was taken, for the days with an answer."""
        return {row.day: row.nsaid_taken for row in self.day_answers if row.nsaid_taken is not None}

    def stretch_answers(self) -> dict[date, bool]:
        """Return whether stretching was done, for the days with an answer."""
        return {row.day: row.stretch_done for row in self.day_answers if row.stretch_done is not None}

    def answered_days(self) -> frozenset[date]:
        """Return the days with any pain, stretch or NSAID answer, on either foot."""
        return frozenset(
            [row.day for row in self.foot_days if row.is_answered]
            + [row.day for row in self.day_answers if row.is_answered]
        )


def one_answer(answers: Iterable[bool | None]) -> bool | None:
    """Read several rows of one day together, as imports hold them per foot: one yes makes the day yes.

    >>> one_answer([False, True]), one_answer([None, False]), one_answer([None])
    (True, False, None)

    Rule: outcomes daily-1, 12.
    """
    given = [answer for answer in answers if answer is not None]
    return any(given) if given else None
