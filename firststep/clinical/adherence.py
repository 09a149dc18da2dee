"""Stretching against a plan, day by day and week by week: which days a plan asks for, and what was done on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Final, TypeVar

from firststep.clinical.by_day import values_between
from firststep.clinical.week import MONDAY, PlannedDay, Span, Week, adherence_to_plan, week_of, week_with

_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDays:
    """The days of a plan: every ``interval_days`` from ``first`` on, up to ``last`` where it has an end."""

    first: date
    last: date | None = None
    sets_per_day: int = 1
    interval_days: int = 1

    def __post_init__(self) -> None:
        """Refuse a plan that asks for nothing."""
        if self.sets_per_day < 1 or self.interval_days < 1:
            raise ValueError("a plan asks for at least one set, and for a day at the earliest after the day before")

    def holds(self, day: date) -> bool:
        """Tell whether a day lies within the plan, as one of its days or as a rest day."""
        return self.first <= day and (self.last is None or day <= self.last)

    def asks_for(self, day: date) -> bool:
        """Tell whether a day is one of the plan's days and no rest day."""
        return self.holds(day) and (day - self.first).days % self.interval_days == 0

    def sets_on(self, day: date) -> int:
        """Return how many sets the plan asks for on a day, 0 where it asks for none."""
        return self.sets_per_day if self.asks_for(day) else 0


#: Plans with or without more to them than their days.
AnyPlan = TypeVar("AnyPlan", bound=PlanDays)


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseDays:
    """Days on which no plan counts; without a last day the pause goes on."""

    first: date
    last: date | None = None

    def holds(self, day: date) -> bool:
        """Tell whether a day lies within the pause."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True, kw_only=True)
class StretchWeek:
    """One week or month of stretching: days done among days with an answer, and sets against a plan, where one is.

    ``sets_planned`` is 0 in a week without a day of a plan. ``of_plan`` is None there and without an answer.
    """

    week: Span
    answered: int
    done: int
    sets_planned: int
    sets_done: int
    of_plan: Fraction | None


def plan_on(plans: Iterable[AnyPlan], day: date) -> AnyPlan | None:
    """Return the plan that counts on a day: of those that hold it the one that began last (of equals the last named).

    Rule: outcomes daily-1, 15.
    """
    return next((plan for plan in _newest_first(plans) if plan.holds(day)), None)


def _newest_first(plans: Iterable[AnyPlan]) -> list[AnyPlan]:
    return sorted(plans, key=lambda plan: plan.first)[::-1]


def planned_days(
    plans: Iterable[PlanDays],
    pauses: Iterable[PauseDays],
    done: Mapping[date, bool],
    sets: Mapping[date, int],
    *,
    first: date,
    last: date,
) -> tuple[PlannedDay, ...]:
    """Return the days of the range on which a plan asked for sets, with the sets that were done.

    ``done`` is the day's answer, ``sets`` the number where one was given. Rest days of a plan and days of a pause
    are not among them, so they are no missed days. A yes without a number stands for the sets that were planned,
    a no for none, and a day without an answer has None.

    Rule: outcomes daily-1, 15.
    """
    newest, paused = _newest_first(plans), list(pauses)
    found = []
    for alike in _alike([*newest, *paused], first, last):
        plan = next((plan for plan in newest if plan.holds(alike.first)), None)
        if plan is None or any(pause.holds(alike.first) for pause in paused):
            continue
        for day in alike.days:
            if planned := plan.sets_on(day):
                found.append(PlannedDay(day, planned, _sets_done(done.get(day), sets.get(day), planned)))
    return tuple(found)


def _alike(spans: Iterable[PlanDays | PauseDays], first: date, last: date) -> Iterator[Span]:
    """Go through the range in runs of days, on all days of which the same spans hold."""
    if first > last:
        return
    beyond = last + _ONE_DAY
    begins = {first, beyond}
    for span in spans:
        after = last if span.last is None else min(span.last, last)
        begins |= {min(max(day, first), beyond) for day in (span.first, after + _ONE_DAY)}
    for begin, following in pairwise(sorted(begins)):
        yield Span(first=begin, last=following - _ONE_DAY)


def _sets_done(done: bool | None, sets: int | None, planned: int) -> int | None:
    if sets is not None:
        return sets
    if done is None:
        return None
    return planned if done else 0


def weeks_between(first: date, last: date, starts_on_weekday: int = MONDAY) -> tuple[Week, ...]:
    """Return every week that has a day in the range, in order; the outer ones may reach beyond it."""
    weeks = [week_with(first, starts_on_weekday)]
    while weeks[-1].last < last:
        weeks.append(week_of(weeks[-1].last + timedelta(days=1)))
    return tuple(weeks)


def stretch_weeks(
    done: Mapping[date, bool], planned: Iterable[PlannedDay], weeks: Iterable[Span]
) -> tuple[StretchWeek, ...]:
    """Return the figures of each week; a week without an answer says nothing, which is not "nothing done".

    Rule: outcomes daily-1, 15.
    """
    asked = {day.day: day for day in planned}
    return tuple(_stretch_week(done, [asked[day] for day in week.days if day in asked], week) for week in weeks)


def _stretch_week(done: Mapping[date, bool], planned: list[PlannedDay], week: Span) -> StretchWeek:
    given = [answer for answer in values_between(done, week.first, week.last) if answer is not None]
    return StretchWeek(
        week=week,
        answered=len(given),
        done=sum(given),
        sets_planned=sum([day.sets_planned for day in planned]),
        sets_done=sum([day.sets_done or 0 for day in planned]),
        of_plan=adherence_to_plan(planned, week),
    )
