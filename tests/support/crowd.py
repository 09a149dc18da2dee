"""A year for one person, and the same year for 1,000 others: to show that nobody's page costs more for it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from firststep.models import Day, FootDay, Patient
from tests.factories import LONG_AGO


def add_year(session: Session, patient_id: UUID, until: date, days: int = 365) -> None:
    """Log each day up to and with ``until``."""
    year = [{"patient_id": patient_id, "day": until - timedelta(days=back)} for back in range(days)]
    session.execute(insert(Day), [row | {"stretch_done": True, "nsaid_taken": False} for row in year])
    feet = {"foot": "right", "first_step_recalled": False}
    session.execute(insert(FootDay), [row | feet | {"first_step_pain": 70 - 5 * (n % 9)} for n, row in enumerate(year)])


def add_crowd(session: Session, patient_id: UUID, count: int = 1000) -> None:
    """Add so many patients who logged what this one did, inside the database."""
    others = [{"id": uuid4(), "alias": "", "created_at": LONG_AGO} for _ in range(count)]
    session.execute(insert(Patient), others)
    copy_diary(session, patient_id)


def copy_diary(session: Session, patient_id: UUID) -> None:
    """Let everybody without a diary have logged what this one did, inside the database."""
    if session.get_bind().dialect.name == "postgresql":
        # Requests have a limit; a third of a million rows take as long as a busy machine needs for them.
        session.execute(text("SET LOCAL statement_timeout = 0"))
    _copy(session, patient_id, Day, [Day.stretch_done, Day.nsaid_taken])
    _copy(session, patient_id, FootDay, [FootDay.foot, FootDay.first_step_pain, FootDay.first_step_recalled])


def _copy(session: Session, patient_id: UUID, table: type[Day | FootDay], columns: list[Any]) -> None:
    without_diary = Patient.id.not_in(select(table.patient_id))
    rows = (
        select(Patient.id, table.day, *columns)
        .select_from(table)
        .join(Patient, without_diary)
        .where(table.patient_id == patient_id)
    )
    session.execute(insert(table).from_select(["patient_id", "day", *(column.key for column in columns)], rows))
