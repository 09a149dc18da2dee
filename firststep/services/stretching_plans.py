"""A patient's stretching plans: choosing, changing, ending and removing one, always as ops with their history."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from firststep.clinical.adherence import PauseDays, StretchWeek, planned_days, stretch_weeks
from firststep.clinical.by_day import last_day_of
from firststep.clinical.stretching import OWN, StretchingPlan, find_preset, plan_from
from firststep.clinical.week import Span
from firststep.models import DiaryChange
from firststep.services.diary_events import Event, EventChange, read_events
from firststep.services.diary_fields import FIRST_DAY, Refused
from firststep.services.diary_history import undo_op
from firststep.services.diary_writing import Writing, write_change
from firststep.services.trajectories import Course

_ONE_DAY: Final = timedelta(days=1)


def plan_of(event: Event) -> StretchingPlan:
    """Return the plan that was noted; an own one, and one whose preset is no longer kept, has no preset."""
    return plan_from(
        None if event["preset"] == OWN else find_preset(event["preset"]),
        first=event.day,
        last=event["ends_on"],
        name=event["name"],
        hold_s=event["hold_s"],
        reps=event["reps"],
        sets_per_day=event["sets_per_day"],
        interval_days=event["interval_days"],
    )


def pause_of(event: Event) -> PauseDays:
    """Return the days of a pause that was noted."""
    return PauseDays(first=event.day, last=event["ends_on"])


def stretching_figures(course: Course, weeks: tuple[Span, ...]) -> tuple[StretchWeek, ...]:
    """Return the figures of each week or month; the days of a plan count up to the last one with an answer."""
    done = course.diary.stretch_answers
    ends = [day for day in map(last_day_of, (done, course.sets_done)) if day]
    if not ends or not weeks:
        return stretch_weeks(done, (), weeks)
    planned = planned_days(
        [plan_of(plan) for plan in course.events_of("plan")],
        [pause_of(pause) for pause in course.events_of("pause")],
        done,
        course.sets_done,
        first=weeks[0].first,
        last=min(weeks[-1].last, max(ends)),
    )
    return stretch_weeks(done, planned, weeks)


def read_plans(session: Session, patient_id: UUID) -> list[Event]:
    """Return all plans of the patient, the one that began last first, in one statement."""
    return read_events(session, patient_id, ("plan",), first=FIRST_DAY, last=date.max)[::-1]


def read_plan(session: Session, patient_id: UUID, plan_id: UUID) -> Event:
    """Return one of the patient's own plans; raise NoResultFound where there is none."""
    for plan in read_plans(session, patient_id):
        if plan.id == plan_id:
            return plan
    raise NoResultFound


def choose_plan(session: Session, writing: Writing, *, day: date, values: Mapping[str, Any]) -> None:
    """Note a plan from a day on, and end the ones before it; a known op changes nothing. Raises Refused.

    The plan's id is the form's. Of two plans from the same day the one chosen last remains.
    """
    found = read_plans(session, writing.patient_id)
    others = [plan for plan in found if plan.id != writing.form_id]
    last, is_new = values["ends_on"], len(others) == len(found)
    if is_new and any(day < other.day and (last is None or other.day <= last) for other in others):
        # It would not count from that plan's first day on, and the person would not see why.
        raise Refused("day", _("A plan of yours begins after this day. Choose a later first day, or remove that plan."))
    change = EventChange(kind="plan", id=writing.form_id, values=values)
    if write_change(session, writing, day, change) == "known":
        return
    for other in others:
        if not plan_of(other).holds(day):
            continue
        ended = {"ends_on": day - _ONE_DAY}
        change = EventChange(kind="plan", id=other.id, values=ended, removed=other.day == day)
        again = uuid5(writing.op_id, str(other.id))
        write_change(session, writing, other.day, change, op_id=again)


def undo_step(
    session: Session, patient_id: UUID, op_id: UUID, *, undo_id: UUID, now: datetime, zone: str
) -> date | None:
    """Take back a step about a plan and return its day; None: the patient has no such step. Raises Refused.

    Of a choice the plans that ended with it go on again, apart from those that were changed since.
    """
    day = undo_op(session, patient_id, op_id, undo_id=undo_id, now=now, zone=zone)
    every = select(DiaryChange.event_id).where(DiaryChange.patient_id == patient_id, DiaryChange.field == "plan")
    for plan_id in session.scalars(every.distinct()).all():
        ended, again = uuid5(op_id, str(plan_id)), uuid5(undo_id, str(plan_id))
        with suppress(Refused):
            undo_op(session, patient_id, ended, undo_id=again, now=now, zone=zone)
    return day


def change_plan(session: Session, writing: Writing, plan: Event, values: Mapping[str, Any]) -> None:
    """Change a plan's numbers, name or last day. Raises Refused."""
    write_change(session, writing, plan.day, EventChange(kind="plan", id=plan.id, values=values))


def end_plan(session: Session, writing: Writing, plan: Event, today: date) -> None:
    """Let today be the last day of a plan that goes on."""
    if plan["ends_on"] is None or plan["ends_on"] > today:
        change_plan(session, writing, plan, {"ends_on": max(today, plan.day)})


def remove_plan(session: Session, writing: Writing, plan: Event) -> None:
    """Take a plan away as if it had never been chosen; the history keeps that it was."""
    write_change(session, writing, plan.day, EventChange(kind="plan", id=plan.id, removed=True))
