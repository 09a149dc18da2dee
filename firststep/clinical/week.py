"""One week of a person: stretching as planned, and the figures of the letter (outcomes daily-1, 15 and 16)."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

from firststep.clinical.by_day import values_between
from firststep.clinical.diary import Diary
from firststep.clinical.outcomes import Outcomes, means_of

DAYS_IN_WEEK: Final = 7
#: As ``date.weekday`` counts.
MONDAY: Final = 0
SUNDAY: Final = 6


@dataclass(frozen=True, kw_only=True)
class Span:
    """A run of local days, of which the first and the last belong to it."""

    first: date
    last: date

    @cached_property
    def days(self) -> tuple[date, ...]:
        """The days in order."""
        return tuple(map(date.fromordinal, range(self.first.toordinal(), self.last.toordinal() + 1)))


@dataclass(frozen=True, kw_only=True)
class Week(Span):
    """Seven local days."""

    @property
    def previous(self) -> Week:
        """Return the week before."""
        return week_of(self.first - timedelta(days=DAYS_IN_WEEK))


@dataclass(frozen=True, kw_only=True)
class Month(Span):
    """A calendar month."""

    @property
    def previous(self) -> Month:
        """Return the month before."""
        return month_with(self.first - timedelta(days=1))

    @property
    def next(self) -> Month:
        """Return the month after."""
        return month_with(self.last + timedelta(days=1))


def month_with(day: date) -> Month:
    """Return the month that a day lies in.

    >>> month_with(date(2028, 2, 10)).last
    datetime.date(2028, 2, 29)
    """
    return Month(first=day.replace(day=1), last=day.replace(day=monthrange(day.year, day.month)[1]))


def months_between(first: date, last: date) -> Iterator[Month]:
    """Go through every month that has a day in the range, in order; the outer ones may reach beyond it."""
    month = month_with(first)
    while month.first <= last:
        yield month
        month = month.next


def week_of(first: date) -> Week:
    """Return the week that begins on a day."""
    return Week(first=first, last=first + timedelta(days=DAYS_IN_WEEK - 1))


def week_with(day: date, starts_on_weekday: int = MONDAY) -> Week:
    """Return the week that a day lies in; ``starts_on_weekday`` is 0 for Monday and 6 for Sunday.

    >>> week_with(date(2026, 11, 23)).last, week_with(date(2026, 11, 23), SUNDAY).first
    (datetime.date(2026, 11, 29), datetime.date(2026, 11, 22))
    """
    return week_of(day - timedelta(days=(day.weekday() - starts_on_weekday) % DAYS_IN_WEEK))


class PlannedDay(NamedTuple):
    """The sets that a plan asks for on one of its days, and those that were done; None is "no answer".

    A named tuple, because two years have hundreds of them.
    """

    day: date
    sets_planned: int
    sets_done: int | None


def adherence(stretch_answers: Mapping[date, bool], week: Span) -> Fraction | None:
    """Return the share of the week's answered days on which stretching was done; None with no answer.

    Rule: outcomes daily-1, 15, without a plan.
    """
    given = [answer for answer in values_between(stretch_answers, week.first, week.last) if answer is not None]
    return Fraction(sum(given), len(given)) if given else None


def adherence_to_plan(planned: Iterable[PlannedDay], week: Span) -> Fraction | None:
    """Return sets done over sets planned on the plan's days of the week, at most 1; None with no answer.

    A day that the plan leaves free is no missed day: it is not among ``planned``.

    Rule: outcomes daily-1, 15.
    """
    days = [day for day in planned if week.first <= day.day <= week.last and day.sets_planned > 0]
    done = [day.sets_done for day in days if day.sets_done is not None]
    if not done:
        return None
    asked = sum([day.sets_planned for day in days])
    return _share(min(sum(done), asked), asked)


@lru_cache(maxsize=1024)
def _share(part: int, whole: int) -> Fraction:
    # Kept: weeks are much alike, and a fraction takes longer to make than all else of a week.
    return Fraction(part, whole)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekFigures:
    """One week or month in figures; pain in points of 10, negative differences are less pain, None cannot be said."""

    week: Week | Month
    days_logged: int
    mean: Fraction | None
    against_last_week: Fraction | None
    against_start: Fraction | None
    adherence: Fraction | None


def week_figures(diary: Diary, outcomes: Outcomes, week: Week | Month) -> WeekFigures:
    """Return the figures of the weekly letter for the foot and measure of ``outcomes``.

    The mean of the week is the 7-day mean on its last day, and so is that of a month. ``days_logged`` counts days
    with any answer.

    Rule: outcomes daily-1, 16.
    """
    means = means_of(diary, outcomes)
    mean, before = means.on(week.last), means.on(week.previous.last)
    base = None if outcomes.baseline is None else outcomes.baseline.value
    return WeekFigures(
        week=week,
        days_logged=len(diary.answered_days & set(week.days)),
        mean=mean,
        against_last_week=None if mean is None or before is None else mean - before,
        against_start=None if mean is None or base is None else mean - base,
        adherence=adherence(diary.stretch_answers, week),
    )
