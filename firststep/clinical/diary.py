"""A person's diary as the outcome rules read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import compress
from typing import Any, Final, Literal, NamedTuple, Self, TypeAlias, TypeVar

from firststep.clinical.by_day import NOTHING, ByDay, by_day
from firststep.clinical.means import SevenDayMeans, seven_day_means
from firststep.clinical.measures import FEET, MOST_PAIN_TENTHS, MOST_STRETCH_MINUTES, Foot, Measure
from firststep.clinical.rows import columns_of

Value = TypeVar("Value")
Arm: TypeAlias = Literal["standard", "acupuncture", "combined"]
ARMS: Final[tuple[Arm, ...]] = ("standard", "acupuncture", "combined")

#: The calendar that diaries live in: far enough from the ends of time for every window of the rules.
FIRST_DAY: Final = date(1900, 1, 1)
LAST_DAY: Final = date(2200, 12, 31)


def _check_day(day: date) -> None:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"{day} is not between {FIRST_DAY} and {LAST_DAY}")


class _FootDayFields(NamedTuple):
    day: date
    foot: Foot
    first_step_tenths: int | None = None
    average_tenths: int | None = None


class FootDay(_FootDayFields):
    """The pain of one foot on one local calendar day, in tenths (0 to 100); None is "not recorded".

    ``_make`` takes a row as it is, for rows of the database, whose tables hold the same checks.
    """

    __slots__ = ()

    def __new__(
        cls, day: date, foot: Foot, first_step_tenths: int | None = None, average_tenths: int | None = None
    ) -> Self:
        """Refuse a foot that is none, and pain that is off the scale."""
        _check_day(day)
        if foot not in FEET:
            raise ValueError(f"{foot!r} is no foot")
        for tenths in (first_step_tenths, average_tenths):
            if tenths is not None and not 0 <= tenths <= MOST_PAIN_TENTHS:
                raise ValueError(f"pain of {tenths} tenths on {day} is not between 0 and {MOST_PAIN_TENTHS}")
        return super().__new__(cls, day, foot, first_step_tenths, average_tenths)

    @property
    def is_answered(self) -> bool:
        """Tell whether any pain is recorded."""
        return self.first_step_tenths is not None or self.average_tenths is not None


#: The place of a measure's pain, in tenths, among the values of a row.
_PAIN_AT: Final[Mapping[Measure, int]] = {
    "first_step": FootDay._fields.index("first_step_tenths"),
    "average": FootDay._fields.index("average_tenths"),
}


class _DayAnswersFields(NamedTuple):
    day: date
    stretch_done: bool | None = None
    stretch_minutes: int | None = None
    nsaid_taken: bool | None = None


class DayAnswers(_DayAnswersFields):
    """What belongs to the person and the local calendar day; None is "no answer" and never "no".

    ``nsaid_taken`` is about oral NSAIDs only: gels and paracetamol are not meant. ``_make`` is as in ``FootDay``.
    """

    __slots__ = ()

    def __new__(
        cls,
        day: date,
        stretch_done: bool | None = None,
        stretch_minutes: int | None = None,
        nsaid_taken: bool | None = None,
    ) -> Self:
        """Refuse minutes that no day has."""
        _check_day(day)
        if stretch_minutes is not None and not 0 <= stretch_minutes <= MOST_STRETCH_MINUTES:
            raise ValueError(f"{stretch_minutes} minutes on {day} are not 0 to {MOST_STRETCH_MINUTES}")
        return super().__new__(cls, day, stretch_done, stretch_minutes, nsaid_taken)

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


@dataclass(frozen=True)
class Diary:
    """All that a person recorded, in any order: at most one row per day and foot, and one per day.

    The rows may be ``Rows``, which are kept as columns: the rules read columns. What is read off them is computed
    once: the mappings that the methods return belong to the diary and are not to be changed.
    """

    foot_days: Sequence[FootDay] = ()
    day_answers: Sequence[DayAnswers] = ()
    episodes: tuple[Episode, ...] = ()

    def __post_init__(self) -> None:
        """Refuse two rows for one day and foot, or for one day: which of them counts is not ours to choose."""
        if any(_repeats(days) for days, *_others in self._of_each_foot.values()):
            raise ValueError("a diary has at most one row per day and foot")
        days, *_answers = self._of_days
        if _repeats(days):
            raise ValueError("a diary has at most one row of answers per day")

    @cached_property
    def episode(self) -> Episode | None:
        """The episode that counts: of several, the one that started last (of equals, the one named last)."""
        return max(reversed(self.episodes), key=lambda episode: episode.starts_on, default=None)

    @cached_property
    def feet(self) -> frozenset[Foot]:
        """The feet with a row."""
        _days, feet, *_pain = self._of_feet
        return frozenset(feet)

    def tenths(self, foot: Foot, measure: Measure) -> Mapping[date, int]:
        """Return the recorded pain of one foot and measure in tenths, by day; days without are absent."""
        if (foot, measure) not in self._tenths:
            self._tenths[foot, measure] = self._recorded(foot, measure)
        return self._tenths[foot, measure]

    def means(self, foot: Foot, measure: Measure) -> SevenDayMeans:
        """Return the 7-day means of one foot and measure."""
        if (foot, measure) not in self._means:
            self._means[foot, measure] = seven_day_means(self.tenths(foot, measure))
        return self._means[foot, measure]

    @cached_property
    def nsaid_answers(self) -> Mapping[date, bool]:
        """Whether an oral NSAID was taken, for the days with an answer."""
        days, _done, _minutes, taken = self._of_days
        return by_day(days, taken)

    @cached_property
    def stretch_answers(self) -> Mapping[date, bool]:
        """Whether stretching was done, for the days with an answer."""
        days, done, *_others = self._of_days
        return by_day(days, done)

    @cached_property
    def answered_days(self) -> frozenset[date]:
        """The days with any pain, stretch or NSAID answer, on either foot."""
        # As is_answered of the rows.
        of_feet, _feet, *pains = self._of_feet
        of_days, *answers = self._of_days
        return frozenset([*_with_any(of_feet, pains), *_with_any(of_days, answers)])

    @cached_property
    def first_answered_day(self) -> date | None:
        """The first day with any answer."""
        return min(self.answered_days, default=None)

    @cached_property
    def last_answered_day(self) -> date | None:
        """The last day with any answer."""
        return max(self.answered_days, default=None)

    @cached_property
    def _tenths(self) -> dict[tuple[Foot, Measure], ByDay[int]]:
        return {}

    @cached_property
    def _of_feet(self) -> Sequence[Sequence[Any]]:
        return columns_of(self.foot_days, len(FootDay._fields))

    @cached_property
    def _of_days(self) -> Sequence[Sequence[Any]]:
        return columns_of(self.day_answers, len(DayAnswers._fields))

    @cached_property
    def _of_each_foot(self) -> Mapping[Foot, Sequence[Sequence[Any]]]:
        """The columns of the rows of each foot."""
        return {foot: _of_foot(self._of_feet, foot) for foot in self.feet}

    def _recorded(self, foot: Foot, measure: Measure) -> ByDay[int]:
        if foot not in self.feet:
            return NOTHING
        columns = self._of_each_foot[foot]
        return by_day(columns[0], columns[_PAIN_AT[measure]])

    @cached_property
    def _means(self) -> dict[tuple[Foot, Measure], SevenDayMeans]:
        return {}


def _of_foot(columns: Sequence[Sequence[Any]], foot: Foot) -> Sequence[Sequence[Any]]:
    """Return the columns of the rows of one foot that has any."""
    feet = columns[1]
    first, count = feet.index(foot), feet.count(foot)
    in_a_row = slice(first, first + count)
    # As the database gives them: one foot after the other.
    if feet[in_a_row].count(foot) == count:
        return [column[in_a_row] for column in columns]
    kept = [of_row == foot for of_row in feet]
    return [list(compress(column, kept)) for column in columns]


def _repeats(days: Sequence[date]) -> bool:
    return len(set(days)) != len(days)


def _with_any(days: Sequence[date], columns: Sequence[Sequence[Any]]) -> Iterable[date]:
    """Go through the days on which at least one of the columns has a value."""
    # One that has a value on each of thousands of days tells without a look at the others.
    if any(None not in column for column in columns):
        return days
    return (day for day, *values in zip(days, *columns, strict=True) if values.count(None) < len(values))


def one_answer(answers: Iterable[bool | None]) -> bool | None:
    """Read several rows of one day together, as imports hold them per foot: one yes makes the day yes.

    >>> one_answer([False, True]), one_answer([None, False]), one_answer([None])
    (True, False, None)

    Rule: outcomes daily-1, 12.
    """
    given = [answer for answer in answers if answer is not None]
    return any(given) if given else None
