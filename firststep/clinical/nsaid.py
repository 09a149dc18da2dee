"""How often oral NSAIDs are taken, at the start and now (outcomes daily-1, 12)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from typing import Final

from firststep.clinical.by_day import values_between

WINDOW_DAYS: Final = 28
FEWEST_ANSWERS: Final = 14
FEWEST_ANSWERS_TO_STOP: Final = 20
FIRST_DAYS: Final = 7
FEWEST_ANSWERS_OF_FIRST_DAYS: Final = 4
_HALF: Final = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class NsaidUse:
    """NSAID-days per week at baseline and in the last four weeks, and what became of them; None is "cannot be said"."""

    baseline: Fraction | None = None
    last: Fraction | None = None
    reduced: bool | None = None
    stopped: bool | None = None


def nsaid_days_per_week(
    answers: Mapping[date, bool], last_day: date, *, window_days: int = WINDOW_DAYS, fewest: int = FEWEST_ANSWERS
) -> Fraction | None:
    """Return the days per week with an oral NSAID over the days that end with ``last_day``.

    ``answers`` says for each day with an answer whether one was taken; a day without an answer is missing,
    not zero. None with fewer than ``fewest`` answers.

    Rule: outcomes daily-1, 12.
    """
    counted = _window(answers, last_day, window_days, fewest)
    return None if counted is None else counted.days_per_week


def nsaid_use(answers: Mapping[date, bool], starts_on: date | None, last_answered: date | None) -> NsaidUse:
    """Return NSAID-days per week before the start and in the 28 days that end with the last answer of any kind.

    Reduced: at least half fewer. Stopped: none in a last window with at least 20 answers. Both are None
    where the person took none at baseline, or where one of the windows has too few answers.

    Rule: outcomes daily-1, 12. Source: our definition. It says nothing about dose, gels or paracetamol.
    """
    at_start = None if starts_on is None else baseline_window(answers, starts_on)
    now = None if last_answered is None else last_window(answers, last_answered)
    before = None if at_start is None else at_start.days_per_week
    after = None if now is None else now.days_per_week
    if not before or after is None or now is None:
        return NsaidUse(before, after)
    stopped = after == 0 and now.answered >= FEWEST_ANSWERS_TO_STOP
    return NsaidUse(before, after, reduced=after <= _HALF * before, stopped=stopped)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The days that a figure about NSAIDs is of, how many of them have an answer, and on how many one was taken."""

    first: date
    last: date
    answered: int
    taken: int

    @property
    def days_per_week(self) -> Fraction:
        """Return the NSAID-days per week."""
        return _per_week(self.taken, self.answered)


@cache
def _per_week(taken: int, answered: int) -> Fraction:
    # Kept: a window has at most 31 days, and a fraction takes longer to make than all else of a week.
    return Fraction(7 * taken, answered)


def baseline_window(answers: Mapping[date, bool], starts_on: date) -> Window | None:
    """Return the 28 days before the start, or with too few answers there its first 7 days; None with too few in both.

    Rule: outcomes daily-1, 12.
    """
    before = _window(answers, starts_on - timedelta(days=1), WINDOW_DAYS, FEWEST_ANSWERS)
    if before is not None:
        return before
    return _window(answers, starts_on + timedelta(days=FIRST_DAYS - 1), FIRST_DAYS, FEWEST_ANSWERS_OF_FIRST_DAYS)


def last_window(answers: Mapping[date, bool], last_answered: date) -> Window | None:
    """Return the 28 days that end with the last day with any answer; None with too few about NSAIDs.

    Rule: outcomes daily-1, 12.
    """
    return _window(answers, last_answered, WINDOW_DAYS, FEWEST_ANSWERS)


def week_until(answers: Mapping[date, bool], last_day: date) -> Window | None:
    """Return the seven days that end with a day, None with fewer than 4 answers: so few say nothing about seven.

    Rule: outcomes daily-1, 12, with the number of answers that it asks of the first seven days.
    """
    return _window(answers, last_day, FIRST_DAYS, FEWEST_ANSWERS_OF_FIRST_DAYS)


def month_until(answers: Mapping[date, bool], last_day: date) -> Window | None:
    """Return the calendar month that ends with a day, None with answers on fewer than half of its days.

    Rule: outcomes daily-1, 12, which asks for half of 28 days.
    """
    return _window(answers, last_day, last_day.day, (last_day.day + 1) // 2)


def _window(answers: Mapping[date, bool], last_day: date, window_days: int, fewest: int) -> Window | None:
    first_day = last_day - timedelta(days=window_days - 1)
    given = [answer for answer in values_between(answers, first_day, last_day) if answer is not None]
    if len(given) < fewest:
        return None
    return Window(first=first_day, last=last_day, answered=len(given), taken=sum(given))
