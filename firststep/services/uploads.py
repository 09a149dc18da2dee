"""A file between its preview and the answer to it: kept for its patient alone, one at a time, for an hour at most."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from firststep.models import Upload

WAITS_FOR: Final = timedelta(hours=1)


def keep_upload(session: Session, patient_id: UUID, content: bytes, now: datetime) -> UUID:
    """Keep the file in the place of an earlier one; return the id under which it can be asked for."""
    drop_upload(session, patient_id)
    upload_id = uuid4()
    session.execute(insert(Upload).values(patient_id=patient_id, id=upload_id, made_at=now, content=content))
    return upload_id


def find_upload(session: Session, patient_id: UUID, upload_id: UUID, now: datetime) -> bytes | None:
    """Return the patient's own file, or None when it was replaced, used, or waited too long."""
    own = (Upload.patient_id == patient_id, Upload.id == upload_id, Upload.made_at > now - WAITS_FOR)
    return session.scalar(select(Upload.content).where(*own))


def drop_upload(session: Session, patient_id: UUID) -> None:
    """Forget the file."""
    session.execute(delete(Upload).where(Upload.patient_id == patient_id))


def purge_uploads(session: Session, before: datetime) -> int:
    """Delete what has waited since before the moment; return how many."""
    return len(session.execute(delete(Upload).where(Upload.made_at <= before).returning(Upload.id)).all())
