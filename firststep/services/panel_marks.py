"""Says that a diary has another content than practitioners' lists were computed from."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from firststep.models import Triage
from firststep.models.triage import due_again


def mark(session: Session, patient_id: UUID) -> None:
    """Let what the lists say of this person be computed anew; it counts with the transaction that wrote."""
    session.execute(due_again(Triage.patient_id == patient_id))
