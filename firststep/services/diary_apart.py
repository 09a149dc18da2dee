"""What cannot stand beside each other in a diary, however it comes there: by a form, over the wire, or by an undo."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from firststep.clinical.pgic import OPEN_DAYS
from firststep.services.diary_events import Event, read_events
from firststep.services.diary_fields import FIRST_DAY, Refused

#: Two ratings of one week that lie closer than this answer the same question.
_SAME_QUESTION: Final = timedelta(days=2 * OPEN_DAYS)


def check_apart(session: Session, patient_id: UUID, event: Event) -> None:
    """Refuse a pause that lies on another, and a second rating of one week; any other kind may stand there."""
    if event.kind == "pause":
        check_beside(event, read_events(session, patient_id, ("pause",), first=FIRST_DAY, last=date.max))
    if event.kind == "pgic":
        near = {"first": event.day - _SAME_QUESTION, "last": event.day + _SAME_QUESTION}
        check_beside(event, read_events(session, patient_id, ("pgic",), **near))


def check_beside(event: Event, others: Iterable[Event]) -> None:
    """Refuse what cannot stand beside one of the others, which are of the same kind."""
    for other in others:
        if other.id == event.id:
            continue
        if event.kind == "pause" and _overlap(event, other):
            raise Refused("day", _("There is a pause already on these days. Choose other days, or change that pause."))
        if event.kind == "pgic" and other["week"] == event["week"] and abs(other.day - event.day) <= _SAME_QUESTION:
            raise Refused("week", _("This week has a rating already."))


def _overlap(event: Event, other: Event) -> bool:
    begins_after = event["ends_on"] is not None and other.day > event["ends_on"]
    return not begins_after and (other["ends_on"] is None or other["ends_on"] >= event.day)
