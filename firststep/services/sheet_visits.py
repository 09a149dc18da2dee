"""The visits of practices' sheets as they are read: of a case, or of the person who took it over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from firststep.models import ImportBatch, Practitioner, User, Visit


@dataclass(frozen=True, kw_only=True)
class SheetVisit:
    """One visit as a practice's sheet has it; pain in tenths, None is not recorded. ``by`` may be unknown, ""."""

    day: date
    pain: int | None
    session: int | None
    nsaid: str | None
    change: str | None
    note: str | None
    by: str


def visits_of(session: Session, patient_id: UUID) -> list[SheetVisit]:
    """Return the visits from sheets of a case, or of the person who took it over, the newest first."""
    rows = session.execute(
        select(*(Visit.day, Visit.pain, Visit.session, Visit.nsaid, Visit.change, Visit.note), User.name)
        .join(ImportBatch, ImportBatch.id == Visit.batch_id)
        .outerjoin(Practitioner, Practitioner.id == ImportBatch.practitioner_id)
        .outerjoin(User, User.id == Practitioner.user_id)
        .where(Visit.patient_id == patient_id)
        .order_by(Visit.day.desc(), Visit.id)
    )
    return [
        SheetVisit(day=day, pain=pain, session=number, nsaid=nsaid, change=change, note=note, by=by or "")
        for day, pain, number, nsaid, change, note, by in rows
    ]
