"""What a person removes of the visits that they took over: it is deleted, and no later sheet brings it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import delete, exists, insert, select
from sqlalchemy.orm import Session

from firststep.models import ImportBatch, Practitioner, RemovedVisit, User, Visit
from firststep.services import audit
from firststep.services.audit import Actor
from firststep.services.cohort_results import drop_results_with
from firststep.services.sheet_imports import lock_imports
from firststep.services.sheet_visits import SheetVisit, visit_of


@dataclass(frozen=True, kw_only=True)
class RemovedDay:
    """What is kept of a removed visit: its day, and whose sheet it came with; a user may have no name, ""."""

    day: date
    by: str


def find_visit(session: Session, patient_id: UUID, visit_id: UUID) -> SheetVisit | None:
    """Return a visit that the person took over, None where they removed it; NoResultFound for any other."""
    visit = visit_of(session, patient_id, visit_id)
    if visit is None:
        mine = (RemovedVisit.id == visit_id, RemovedVisit.patient_id == patient_id)
        session.execute(select(RemovedVisit.id).where(*mine)).one()
    return visit


def remove_visit(session: Session, actor: Actor, patient_id: UUID, visit_id: UUID) -> date | None:
    """Delete a visit that the person took over, and return its day; None where it was removed before.

    Of it stays the day, as long as whoever brought it in can bring in more, and a row in the person's trail.
    NoResultFound for any other visit.
    """
    of_batch = (
        select(Visit.day, Visit.batch_id, ImportBatch.practitioner_id)
        .join(ImportBatch, ImportBatch.id == Visit.batch_id)
        .where(Visit.id == visit_id, Visit.patient_id == patient_id)
    )
    there = session.execute(of_batch).one_or_none()
    # In the order in which an import takes them: of the two the later one sees what the other did.
    if there is not None and there.practitioner_id is not None:
        lock_imports(session, there.practitioner_id)
    audit.lock_trail(session, patient_id)
    if find_visit(session, patient_id, visit_id) is None:
        return None
    day, batch_id, practitioner_id = session.execute(of_batch).one()
    session.execute(delete(Visit).where(Visit.id == visit_id))
    if practitioner_id is not None:
        removed = {"id": visit_id, "patient_id": patient_id, "practitioner_id": practitioner_id}
        session.execute(insert(RemovedVisit).values(**removed, day=day, removed_at=actor.now))
    else:
        _drop_if_empty(session, batch_id)
    drop_results_with(session, patient_id)
    audit.record(session, actor, patient_id, "imported_visit_removed")
    return day


def removed_days(session: Session, patient_id: UUID) -> Sequence[RemovedDay]:
    """Return what is kept of the visits that the person removed, the newest day first."""
    rows = session.execute(
        select(RemovedVisit.day, User.name)
        .join(Practitioner, Practitioner.id == RemovedVisit.practitioner_id)
        .join(User, User.id == Practitioner.user_id)
        .where(RemovedVisit.patient_id == patient_id)
        .order_by(RemovedVisit.day.desc(), RemovedVisit.id)
    )
    return [RemovedDay(day=day, by=by or "") for day, by in rows]


def _drop_if_empty(session: Session, batch_id: UUID) -> None:
    """Delete a batch that is in nobody's list any more, once nobody has a visit of it."""
    visits = exists().where(Visit.batch_id == ImportBatch.id)
    session.execute(delete(ImportBatch).where(ImportBatch.id == batch_id, ~visits))
