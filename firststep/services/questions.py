"""What a patient wants to ask at the next visit: written, changed, marked as asked, removed, always as ops."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from firststep.models import DiaryChange, Question
from firststep.services.diary_events import EventChange
from firststep.services.diary_writing import Writing, write_change

KIND = "question"


@dataclass(frozen=True, kw_only=True)
class VisitQuestion:
    """One question: the day on which it was written down, and the day on which it was asked."""

    id: UUID
    day: date
    text: str
    settled_on: date | None


def read_questions(session: Session, patient_id: UUID) -> list[VisitQuestion]:
    """Return the patient's questions in the order in which they were written down, in one statement."""
    return [VisitQuestion(**row._mapping) for row in session.execute(_in_order(patient_id))]


def read_open_questions(session: Session, patient_id: UUID, *, first: date | None) -> list[VisitQuestion]:
    """Return those from ``first`` on that were not asked yet, in the order in which they were written down."""
    unasked = _in_order(patient_id).where(Question.settled_on.is_(None))
    if first is not None:
        unasked = unasked.where(Question.day >= first)
    return [VisitQuestion(**row._mapping) for row in session.execute(unasked)]


def read_question(session: Session, patient_id: UUID, question_id: UUID) -> VisitQuestion:
    """Return one of the patient's own questions; raise NoResultFound where there is none."""
    return VisitQuestion(**session.execute(_in_order(patient_id).where(Question.id == question_id)).one()._mapping)


def _in_order(patient_id: UUID) -> Select[UUID, date, str, date | None]:
    # Ids are random; within a day the history knows which question came first.
    written = (
        select(func.min(DiaryChange.seq))
        .where(
            DiaryChange.patient_id == patient_id,
            DiaryChange.day == Question.day,
            DiaryChange.event_id == Question.id,
        )
        .correlate(Question)
        .scalar_subquery()
    )
    return (
        select(Question.id, Question.day, Question.text, Question.settled_on)
        .where(Question.patient_id == patient_id)
        .order_by(Question.day, written, Question.id)
    )


def add_question(session: Session, writing: Writing, *, day: date, text: str) -> None:
    """Write a question down; its id is the form's, so that the same form makes one and corrects it. Raises Refused."""
    write_change(session, writing, day, EventChange(kind=KIND, id=writing.form_id, values={"text": text}))


def change_question(session: Session, writing: Writing, question: VisitQuestion, text: str) -> None:
    """Change what is asked. Raises Refused."""
    _set(session, writing, question, text=text)


def settle_question(session: Session, writing: Writing, question: VisitQuestion, today: date) -> None:
    """Note that it was asked today; one that was asked before keeps its day. Raises Refused."""
    if question.settled_on is None:
        # Whoever travelled west may live on a day before the one on which it was written down.
        _set(session, writing, question, settled_on=max(today, question.day))


def reopen_question(session: Session, writing: Writing, question: VisitQuestion) -> None:
    """Note that it was not asked yet. Raises Refused."""
    if question.settled_on is not None:
        _set(session, writing, question, settled_on=None)


def remove_question(session: Session, writing: Writing, question: VisitQuestion) -> None:
    """Take a question away; the history keeps that it was. Raises Refused."""
    write_change(session, writing, question.day, EventChange(kind=KIND, id=question.id, removed=True))


def _set(session: Session, writing: Writing, question: VisitQuestion, **values: object) -> None:
    write_change(session, writing, question.day, EventChange(kind=KIND, id=question.id, values=values))
