"""What cannot stand beside each other in a diary, however it comes there: by a form, over the wire, or by an undo."""

from __future__ import annotations

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
        _check_pause(session, patient_id, event)
    if event.kind == "pgic":
        _check_rating(session, patient_id, event)


def _check_pause(session: Session, patient_id: UUID, event: Event) -> None:
    last: date | None = event["ends_on"]
    for other in read_events(session, patient_id, ("pause",), first=FIRST_DAY, last=date.max):
        if other.id == event.id or (last is not None and other.day > last):
            continue
        if other["ends_on"] is None or other["ends_on"] >= event.day:
            raise Refused("day", _("There is a pause already on these days. Choose other days, or change that pause."))


def _check_rating(session: Session, patient_id: UUID, event: Event) -> None:
    near = {"first": event.day - _SAME_QUESTION, "last": event.day + _SAME_QUESTION}
    for other in read_events(session, patient_id, ("pgic",), **near):
        if other.id != event.id and other["week"] == event["week"]:
            raise Refused("week", _("This week has a rating already."))
