"""Treatments, flare-ups and pauses: noted, changed, ended, taken away, always as ops with their history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID, uuid5

from flask_babel import gettext as _
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from firststep.clinical.flares import FlareAnswer, silences
from firststep.clinical.measures import Foot
from firststep.services.diary_events import KINDS, Event, EventChange, read_events
from firststep.services.diary_fields import FIRST_DAY, Refused
from firststep.services.diary_ops import lock_diary
from firststep.services.diary_writing import Writing, write_change

HAPPENINGS: Final = ("treatment_session", "flare", "pause")


def read_happenings(session: Session, patient_id: UUID) -> list[Event]:
    """Return everything that the patient noted, the newest first, in one statement."""
    return read_events(session, patient_id, HAPPENINGS, first=FIRST_DAY, last=date.max)[::-1]


def find_happening(session: Session, patient_id: UUID, event_id: UUID) -> Event | None:
    """Return one of the patient's own, None where there is none."""
    return next((event for event in read_happenings(session, patient_id) if event.id == event_id), None)


def read_happening(session: Session, patient_id: UUID, event_id: UUID) -> Event:
    """Return one of the patient's own; raise NoResultFound where there is none."""
    event = find_happening(session, patient_id, event_id)
    if event is None:
        raise NoResultFound
    return event


def next_number(session: Session, patient_id: UUID) -> int | None:
    """Return the number of a next treatment of the course; None where the newest one has none."""
    sessions = read_events(session, patient_id, ("treatment_session",), first=FIRST_DAY, last=date.max)
    if not sessions:
        return 1
    number: int | None = sessions[-1]["number"]
    return None if number is None else number + 1


def add_happening(session: Session, writing: Writing, kind: str, day: date, values: Mapping[str, Any]) -> None:
    """Note it under the form's id, so that the same form makes one and corrects it. Raises Refused."""
    noted = find_happening(session, writing.patient_id, writing.form_id)
    if noted and noted.day != day:
        change_happening(session, writing, noted, day, values)
        return
    write_change(session, writing, day, EventChange(kind=kind, id=writing.form_id, values=values))


def change_happening(session: Session, writing: Writing, event: Event, day: date, values: Mapping[str, Any]) -> bool:
    """Change it; tell whether that is one step, which can be taken back. Raises Refused.

    On another day it is another row: what stood on the old day is taken away, with both in the history. Raises
    NoResultFound when it is gone meanwhile, as after the same step in another window.
    """
    lock_diary(session, writing.patient_id)
    event = read_happening(session, writing.patient_id, event.id)
    if day == event.day:
        write_change(session, writing, day, EventChange(kind=event.kind, id=event.id, values=values))
        return True
    gone = EventChange(kind=event.kind, id=event.id, removed=True)
    write_change(session, writing, event.day, gone, op_id=uuid5(writing.op_id, "moved"))
    moved = EventChange(kind=event.kind, id=writing.op_id, values={**event.values, **values})
    write_change(session, writing, day, moved)
    return False


def end_happening(session: Session, writing: Writing, event: Event, today: date) -> None:
    """Let today be its last day, unless it is over. Raises Refused."""
    ends = KINDS[event.kind].ends
    if event[ends] is None or event[ends] > today:
        # Whoever travelled west may live on a day before the one on which it began.
        values = {ends: max(today, event.day)}
        write_change(session, writing, event.day, EventChange(kind=event.kind, id=event.id, values=values))


def remove_happening(session: Session, writing: Writing, event: Event) -> None:
    """Take it away; the history keeps that it was. Raises Refused."""
    write_change(session, writing, event.day, EventChange(kind=event.kind, id=event.id, removed=True))


def answer_flare(session: Session, writing: Writing, *, day: date, foot: Foot, confirmed: bool, today: date) -> None:
    """Keep the answer to "is this a flare-up?"; a no is kept so that nobody asks again.

    Raises Refused when it was answered meanwhile, as in another window.
    """
    lock_diary(session, writing.patient_id)
    for other in read_events(session, writing.patient_id, ("flare",), first=FIRST_DAY, last=date.max):
        if other.id != writing.form_id and silences(flare_answer(other), foot, today):
            raise Refused("day", _("This question is answered already, or it is over."))
    add_happening(session, writing, "flare", day, {"confirmed": confirmed, "foot": foot})


def flare_answer(event: Event) -> FlareAnswer:
    """Return a stored answer as the rule reads it."""
    return FlareAnswer(day=event.day, confirmed=event["confirmed"], foot=event["foot"], settled_on=event["settled_on"])
