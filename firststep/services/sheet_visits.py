"""The visits of practices' sheets as they are read: of a case, or of the person who took it over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from firststep.models import ImportBatch, Practitioner, User, Visit


@dataclass(frozen=True, kw_only=True)
class SheetVisit:
    """One visit as a practice's sheet has it; pain in tenths, None is not recorded. ``by`` may be unknown, "".

    ``can_come_again`` tells whether whoever brought it in still has an account, and with it sheets.
    """

    id: UUID
    day: date
    pain: int | None
    session: int | None
    nsaid: str | None
    change: str | None
    note: str | None
    by: str
    can_come_again: bool


def visits_of(session: Session, patient_id: UUID) -> list[SheetVisit]:
    """Return the visits from sheets of a case, or of the person who took it over, the newest first."""
    return _read(session, patient_id, true())


def visit_of(session: Session, patient_id: UUID, visit_id: UUID) -> SheetVisit | None:
    """Return one of these visits, None where there is none."""
    return next(iter(_read(session, patient_id, Visit.id == visit_id)), None)


def _read(session: Session, patient_id: UUID, which: ColumnElement[bool]) -> list[SheetVisit]:
    rows = session.execute(
        select(
            *(Visit.id, Visit.day, Visit.pain, Visit.session, Visit.nsaid, Visit.change, Visit.note),
            func.coalesce(User.name, "").label("by"),
            ImportBatch.practitioner_id.is_not(None).label("can_come_again"),
        )
        .join(ImportBatch, ImportBatch.id == Visit.batch_id)
        .outerjoin(Practitioner, Practitioner.id == ImportBatch.practitioner_id)
        .outerjoin(User, User.id == Practitioner.user_id)
        .where(Visit.patient_id == patient_id, which)
        .order_by(Visit.day.desc(), Visit.id)
    )
    return [SheetVisit(**row._mapping) for row in rows]
