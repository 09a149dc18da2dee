"""Reads ranges of a diary through Core selects of columns: no rows as objects, no loops of queries."""

from __future__ import annotations

from datetime import date, timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import or_, select, union
from sqlalchemy.orm import Session

from firststep.clinical import diary as clinical
from firststep.clinical.measures import Foot
from firststep.models import Day, Episode, FootDay
from firststep.services.diary_fields import DAY_FIELDS, FOOT_FIELDS

STRIP_DAYS = 14


def read_logged_days(session: Session, patient_id: UUID, *, first: date, last: date) -> frozenset[date]:
    """Return the days of the range on which anything is recorded, in one statement."""
    of_foot = select(FootDay.day).where(
        FootDay.patient_id == patient_id,
        FootDay.day.between(first, last),
        or_(*(getattr(FootDay, name).is_not(None) for name in FOOT_FIELDS)),
    )
    of_day = select(Day.day).where(
        Day.patient_id == patient_id,
        Day.day.between(first, last),
        or_(*(getattr(Day, name).is_not(None) for name in DAY_FIELDS)),
    )
    return frozenset(session.scalars(union(of_foot, of_day)))


def strip_range(today: date) -> tuple[date, date]:
    """Return the first and the last day of the strip of recent days."""
    return today - timedelta(days=STRIP_DAYS - 1), today


def read_diary(
    session: Session, patient_id: UUID, *, first: date | None = None, last: date | None = None
) -> clinical.Diary:
    """Return the diary between two days, or the whole of it, as the outcome rules read it: three statements."""
    first, last = first or clinical.FIRST_DAY, last or clinical.LAST_DAY
    foot_days = select(FootDay.day, FootDay.foot, FootDay.first_step_pain, FootDay.average_pain).where(
        FootDay.patient_id == patient_id, FootDay.day.between(first, last)
    )
    days = select(Day.day, Day.stretch_done, Day.stretch_minutes, Day.nsaid_taken).where(
        Day.patient_id == patient_id, Day.day.between(first, last)
    )
    # Of courses of care with the same first day the one named last counts: the order must not be left to chance.
    episodes = (
        select(Episode.arm, Episode.starts_on, Episode.ends_on)
        .where(Episode.patient_id == patient_id)
        .order_by(Episode.starts_on, Episode.id)
    )
    return clinical.Diary(
        foot_days=tuple(
            clinical.FootDay(day, cast(Foot, foot), first_step, average)
            for day, foot, first_step, average in session.execute(foot_days)
        ),
        day_answers=tuple(
            clinical.DayAnswers(day, stretch_done, stretch_minutes, nsaid_taken)
            for day, stretch_done, stretch_minutes, nsaid_taken in session.execute(days)
        ),
        episodes=tuple(
            clinical.Episode(cast(clinical.Arm, arm), starts_on, ends_on)
            for arm, starts_on, ends_on in session.execute(episodes)
        ),
    )
