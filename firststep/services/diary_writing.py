"""How a page writes one dated thing: always as an op, so that it has its history and can be taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from firststep.models import DiaryChange
from firststep.services.diary_events import EventChange
from firststep.services.diary_ops import Op, apply_op


@dataclass(frozen=True, kw_only=True)
class Writing:
    """Who writes and when: the patient, the op's id, the moment, and the zone of the person's clock.

    ``form_id`` is the form's own and the id of what it notes; ``op_id`` is that of this very content of it: the form
    sent again as it was is the same step, and sent again with another content one that changes what it noted.
    """

    patient_id: UUID
    form_id: UUID
    op_id: UUID
    now: datetime
    zone: str


def is_written(session: Session, writing: Writing) -> bool:
    """Tell whether the step was taken already, as after a second tap on its button."""
    own = (DiaryChange.op_id == writing.op_id, DiaryChange.patient_id == writing.patient_id)
    return session.scalar(select(exists().where(*own))) or False


def write_change(
    session: Session, writing: Writing, day: date, change: EventChange, *, op_id: UUID | None = None
) -> str:
    """Apply the change as an op of the day, and tell whether it is "stored" or was "known". Raises Refused."""
    op = Op(
        id=op_id or writing.op_id,
        day=day,
        sets={},
        event=change,
        entered_at=writing.now,
        zone=writing.zone,
    )
    return apply_op(session, writing.patient_id, op, now=writing.now).status
