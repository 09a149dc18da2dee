"""The patient's own rating of the whole change (PGIC): given once for each week that is asked about, always as ops."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from firststep.clinical.pgic import Rating
from firststep.models import Pgic
from firststep.services.diary_events import Event, EventChange
from firststep.services.diary_fields import Refused
from firststep.services.diary_ops import lock_diary
from firststep.services.diary_recent import read_recent
from firststep.services.diary_writing import Writing, write_change

KIND = "pgic"


def rating_of(event: Event) -> Rating:
    """Return the rating that was noted."""
    return Rating(day=event.day, week=event["week"], rating=event["rating"])


def read_rating(session: Session, patient_id: UUID, rating_id: UUID) -> Rating:
    """Return one of the patient's own ratings; raise NoResultFound where there is none."""
    own = select(Pgic.day, Pgic.week, Pgic.rating).where(Pgic.id == rating_id, Pgic.patient_id == patient_id)
    return Rating(*session.execute(own).one())


def give_rating(session: Session, writing: Writing, *, week: int | None, rating: int, today: date) -> None:
    """Note the answer for the week that is asked about today under the form's id. Raises Refused.

    Two phones that answer the same question at the same moment give one answer: the first.
    """
    lock_diary(session, writing.patient_id)
    asked = read_recent(session, writing.patient_id, today, today=today).asked
    if asked is None or asked.week != week:
        own = select(Pgic.day).where(
            Pgic.id == writing.form_id, Pgic.patient_id == writing.patient_id, Pgic.week == week
        )
        day = session.scalar(own)
        if day is None:
            raise Refused("week", _("This question is answered already, or it is over."))
        write_change(session, writing, day, EventChange(kind=KIND, id=writing.form_id, values={"rating": rating}))
        return
    change = EventChange(kind=KIND, id=writing.form_id, values={"week": week, "rating": rating})
    write_change(session, writing, today, change)


def change_rating(session: Session, writing: Writing, rating_id: UUID, before: Rating, rating: int) -> None:
    """Change an answer; it stays on its day. Raises Refused."""
    write_change(session, writing, before.day, EventChange(kind=KIND, id=rating_id, values={"rating": rating}))


def remove_rating(session: Session, writing: Writing, rating_id: UUID, before: Rating) -> None:
    """Take an answer away; the history keeps that it was. Raises Refused."""
    write_change(session, writing, before.day, EventChange(kind=KIND, id=rating_id, removed=True))
