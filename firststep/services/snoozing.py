"""Puts somebody of a list off until a day, for the reason that applies now."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from firststep.clinical.triage import reason
from firststep.models import Practitioner, Triage
from firststep.models.triage import AT_ONCE
from firststep.services import access
from firststep.services.panel import Reader, Snooze, read_lines
from firststep.services.thresholds import thresholds_of


def read_snooze(session: Session, reader: Reader, share_id: UUID) -> Snooze | None:
    """Return until when and why the person is put off, None where that is over or never was."""
    return next((line.snooze for line in read_lines(session, reader, [share_id])), None)


def put_off(session: Session, reader: Reader, share_id: UUID, *, until: date, note: str) -> None:
    """Put the person off until the day; NoResultFound when the practitioner sees nothing of them.

    The reason is found anew, so that it is the one of this moment and not that of a list that was opened before.
    """
    grant = access.granted(session, reader.practitioner_id, share_id, now=reader.now)
    watched, _begun_before = access.read_watched(session, grant)
    thresholds = thresholds_of(session.get_one(Practitioner, reader.practitioner_id))
    kind = reason(watched, grant.today, thresholds).kind
    values = {"snoozed_until": until, "snoozed_reason": kind, "snooze_note": note or None}
    session.execute(_changed(reader, share_id, values))


def bring_back(session: Session, reader: Reader, share_id: UUID) -> None:
    """End it now; NoResultFound when the practitioner sees nothing of the person."""
    access.granted(session, reader.practitioner_id, share_id, now=reader.now)
    nothing = dict.fromkeys(("snoozed_until", "snoozed_reason", "snooze_note"))
    session.execute(_changed(reader, share_id, nothing).where(Triage.snoozed_until.is_not(None)))


def _changed(reader: Reader, share_id: UUID, values: dict[str, Any]) -> Any:
    own = (Triage.share_id == share_id, Triage.practitioner_id == reader.practitioner_id)
    due = {"due_at": AT_ONCE, "revision": Triage.revision + 1}
    return update(Triage).where(*own).values({**values, **due}).execution_options(synchronize_session=False)
