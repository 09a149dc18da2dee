"""Reads ranges of a diary through Core selects of columns: no rows as objects, no loops of queries."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import or_, select, union
from sqlalchemy.orm import Session

from firststep.models import Day, FootDay

STRIP_DAYS = 14


def read_logged_days(session: Session, patient_id: UUID, *, first: date, last: date) -> frozenset[date]:
    """Return the days of the range on which anything is recorded, in one statement."""
    of_foot = select(FootDay.day).where(
        FootDay.patient_id == patient_id,
        FootDay.day.between(first, last),
        or_(FootDay.first_step_pain.is_not(None), FootDay.average_pain.is_not(None)),
    )
    of_day = select(Day.day).where(
        Day.patient_id == patient_id,
        Day.day.between(first, last),
        or_(
            Day.stretch_done.is_not(None),
            Day.stretch_minutes.is_not(None),
            Day.nsaid_taken.is_not(None),
            Day.note.is_not(None),
        ),
    )
    return frozenset(session.scalars(union(of_foot, of_day)))


def strip_range(today: date) -> tuple[date, date]:
    """Return the first and the last day of the strip of recent days."""
    return today - timedelta(days=STRIP_DAYS - 1), today
