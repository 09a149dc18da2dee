"""What a weekly letter says, worked out from the diary when it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Literal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from firststep.clinical.change import Change, noticeable_change
from firststep.clinical.comparison import ReliefWindow, compare
from firststep.clinical.measures import Foot, Measure
from firststep.clinical.outcomes import outcomes, recorded_measure
from firststep.clinical.week import DAYS_IN_WEEK, Month, Week, WeekFigures, week_figures
from firststep.models import AccessEvent, Patient
from firststep.services.audit import VIEWED, Head, trail_head
from firststep.services.diary_reading import read_diary
from firststep.services.missed_days import open_days
from firststep.services.stretching_plans import pause_of, stretching_figures
from firststep.services.trajectories import Course, read_course
from firststep.services.zones import zone


@dataclass(frozen=True, kw_only=True)
class Answers:
    """On how many of the answered days something was so; no answered day is not "never"."""

    days: int
    answered: int


@dataclass(frozen=True, kw_only=True)
class Sets:
    """The sets of stretching that the plan asked for, and those that were done."""

    done: int
    planned: int


@dataclass(frozen=True, kw_only=True)
class Beside:
    """What a clinic reported for the person's kind of care, at the end of what the letter is about."""

    window: ReliefWindow
    whole_weeks: int
    phase: Literal["before", "within", "after"]


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """Who looked how often; without an account the name is what somebody said at a visit."""

    name: str
    has_account: bool
    times: int


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What the detailed letter adds; ``foot`` is named only to a person who logs both.

    ``measure`` is first-step pain, or pain over the day for somebody who logs nothing else. ``entries`` counts those
    of the last seven days with it; ``open_days`` are those
    without an entry that may be asked about; ``course`` is what its chart is drawn from.
    """

    course: Course
    measure: Measure
    foot: Foot | None
    week: WeekFigures
    entries: int
    change: Change | None
    change_since_start: Change | None
    stretching: Answers
    sets: Sets | None
    nsaid: Answers
    nsaid_before: Answers
    beside: Beside | None
    open_days: tuple[date, ...]
    viewers: tuple[Viewer, ...]


@dataclass(frozen=True, kw_only=True)
class Digest:
    """One person's week or month: without figures it tells only how many days were logged."""

    told: Week | Month
    days_logged: int
    trail: Head
    figures: Figures | None


def make_digest(session: Session, patient_id: UUID, told: Week | Month, *, zone_name: str, detailed: bool) -> Digest:
    """Return what the letter about this week or month says."""
    # What goes on a plan and a pause tell comes with the courses of care; doses and sessions are in no letter.
    # The figures read the days after it too: a 7-day mean and a plan reach as far as the last entry, whenever that is,
    # and the letter says what the chart says.
    first, last = (None, None) if detailed else (told.first, told.last)
    course = read_course(session, patient_id, first=first, last=last, kinds=("pause", "plan"))
    diary = course.diary
    return Digest(
        told=told,
        days_logged=len(diary.answered_days.intersection(told.days)),
        trail=trail_head(session, patient_id),
        figures=_figures(session, patient_id, course, told, zone_name) if detailed else None,
    )


def count_logged_days(session: Session, patient_id: UUID, told: Week | Month) -> int:
    """Return on how many of the days there is any answer."""
    return len(read_diary(session, patient_id, first=told.first, last=told.last).answered_days)


def _figures(session: Session, patient_id: UUID, course: Course, told: Week | Month, zone_name: str) -> Figures:
    diary = course.diary
    found = outcomes(diary, measure=recorded_measure(diary))
    figures = week_figures(diary, found, told)
    if found.baseline is not None and found.baseline.day >= told.last:
        # What the week is measured against lies not before it, but at its end or later: there is no "since the start".
        figures = replace(figures, against_start=None)
    both = len(diary.feet) > 1
    episode = diary.episode
    window = compare(found, episode.arm).own if episode else None
    nsaid = diary.nsaid_answers
    last_days = set(told.days[-DAYS_IN_WEEK:])
    return Figures(
        course=course,
        measure=found.measure,
        foot=found.foot if both else None,
        week=figures,
        entries=len(last_days & diary.tenths(found.foot, found.measure).keys()) if found.foot else 0,
        change=_change(figures.mean, figures.against_last_week, found.measure),
        change_since_start=_change(figures.mean, figures.against_start, found.measure),
        stretching=_answers(diary.stretch_answers, told),
        sets=_sets(course, told),
        nsaid=_answers(nsaid, told),
        nsaid_before=_answers(nsaid, told.previous),
        beside=_beside(window, told.last) if window else None,
        open_days=_open_days(session, patient_id, course, told),
        viewers=_viewers(session, patient_id, told, zone_name),
    )


def _open_days(session: Session, patient_id: UUID, course: Course, told: Week | Month) -> tuple[date, ...]:
    """Return the days that the person may want to fill in; the log asks about no others either."""
    left_until = session.get_one(Patient, patient_id).left_empty_until
    pauses = map(pause_of, course.events_of("pause"))
    return tuple(open_days(told.days, logged=course.diary.answered_days, left_until=left_until, pauses=pauses))


def _change(mean: Fraction | None, against: Fraction | None, measure: Measure) -> Change | None:
    if mean is None or against is None:
        return None
    return noticeable_change(mean - against, mean, measure)


def _answers(by_day: Mapping[date, bool], told: Week | Month) -> Answers:
    given = [by_day[day] for day in told.days if day in by_day]
    return Answers(days=sum(given), answered=len(given))


def _sets(course: Course, told: Week | Month) -> Sets | None:
    """Return the sets against the plan, None without a plan on its days or without an answer on them."""
    (found,) = stretching_figures(course, (told,))
    return None if found.of_plan is None else Sets(done=found.sets_done, planned=found.sets_planned)


def _beside(window: ReliefWindow, day: date) -> Beside | None:
    days = (day - window.starts_on).days
    if days < 0:
        return None
    if day < window.opens_on:
        phase: Literal["before", "within", "after"] = "before"
    else:
        phase = "within" if day <= window.closes_on else "after"
    return Beside(window=window, whole_weeks=days // 7, phase=phase)


def _viewers(session: Session, patient_id: UUID, told: Week | Month, zone_name: str) -> tuple[Viewer, ...]:
    """Return who looked how often on these days, as the person's own calendar has it."""
    place = zone(zone_name)
    begin = datetime.combine(told.first, time(), tzinfo=place)
    end = datetime.combine(told.last + timedelta(days=1), time(), tzinfo=place)
    looked = (
        select(AccessEvent.actor_name, AccessEvent.actor_user_id, func.count())
        .where(AccessEvent.patient_id == patient_id, AccessEvent.what.in_(VIEWED))
        .where(AccessEvent.at >= begin, AccessEvent.at < end)
        .group_by(AccessEvent.actor_user_id, AccessEvent.actor_name)
        .order_by(AccessEvent.actor_name)
    )
    return tuple(
        Viewer(name=name, has_account=user_id is not None, times=times)
        for name, user_id, times in session.execute(looked)
    )
