"""What the patient can read about past changes, and taking the last change back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import exists, func, select, true
from sqlalchemy.orm import Session

from firststep.models import DiaryChange
from firststep.services.diary_entry import from_text
from firststep.services.diary_events import EventChange, event_from_text
from firststep.services.diary_fields import Refused, Value
from firststep.services.diary_ops import Op, apply_op, lock_diary


@dataclass(frozen=True, kw_only=True)
class HistoryLine:
    """One field set once; ``seq`` grows with each."""

    seq: int
    day: date
    foot: str
    field: str
    old_value: str | None
    new_value: str | None
    stored_at: datetime
    recalled: bool
    source: str
    undoes_op_id: UUID | None


def read_history(
    session: Session, patient_id: UUID, day: date, *, before: int | None = None, most: int | None = None
) -> list[HistoryLine]:
    """Return the changes of the day, the newest first: those older than ``before``, and no more than ``most``.

    What was entered again as it stood changed nothing, and is left out.
    """
    rows = session.execute(
        select(
            DiaryChange.seq,
            DiaryChange.day,
            DiaryChange.foot,
            DiaryChange.field,
            DiaryChange.old_value,
            DiaryChange.new_value,
            DiaryChange.stored_at,
            DiaryChange.recalled,
            DiaryChange.source,
            DiaryChange.undoes_op_id,
        )
        .where(DiaryChange.patient_id == patient_id, DiaryChange.day == day)
        .where(DiaryChange.old_value.is_distinct_from(DiaryChange.new_value))
        .where(true() if before is None else DiaryChange.seq < before)
        .order_by(DiaryChange.seq.desc())
        .limit(most)
    ).all()
    return [HistoryLine(**row._mapping) for row in rows]


def undo_op(session: Session, patient_id: UUID, op_id: UUID, *, undo_id: UUID, now: datetime, zone: str) -> date | None:
    """Set back what the op set, as a new op, and return its day; None: the patient has no such op.

    A field that was changed again since then stays as it is. Raises Refused where all of them were, and where what
    would come back cannot stand beside what is there now.
    """
    lock_diary(session, patient_id)
    changes = session.scalars(
        select(DiaryChange).where(DiaryChange.op_id == op_id, DiaryChange.patient_id == patient_id)
    ).all()
    if not changes:
        return None
    day = changes[0].day
    newest = _newest_revisions(session, patient_id, day)
    sets: dict[str, dict[str, Value]] = {}
    event: EventChange | None = None
    for change in changes:
        if newest[change.foot, change.field, change.event_id] != change.seq:
            continue
        if change.event_id:
            event = _event_back(change)
        else:
            sets.setdefault(change.foot, {})[change.field] = from_text(change.field, change.old_value)
    if not sets and not event:
        if _is_undone(session, patient_id, undo_id):
            return day
        raise Refused("changed", _("This was changed since then, and stays as it is."))
    marks = _first_step_marks(session, patient_id, day, changes)
    back = Op(
        id=undo_id,
        undoes=op_id,
        day=day,
        sets=sets,
        event=event,
        entered_at=now,
        zone=zone,
        first_step_marks=marks,
    )
    apply_op(session, patient_id, back, now=now)
    return day


def _is_undone(session: Session, patient_id: UUID, undo_id: UUID) -> bool:
    """Tell whether this very undo was done already, as after a second tap."""
    own = (DiaryChange.op_id == undo_id, DiaryChange.patient_id == patient_id)
    return session.scalar(select(exists().where(*own))) or False


def _first_step_marks(
    session: Session, patient_id: UUID, day: date, changes: Sequence[DiaryChange]
) -> dict[str, tuple[datetime, bool]]:
    """Return for each foot when the value was entered that stood before the changes, and whether on a later day."""
    marks = {}
    for change in changes:
        if change.field != "first_step_pain" or change.old_value is None:
            continue
        written = session.scalars(
            select(DiaryChange)
            .where(
                DiaryChange.patient_id == patient_id,
                DiaryChange.day == day,
                DiaryChange.foot == change.foot,
                DiaryChange.field == change.field,
                DiaryChange.seq < change.seq,
            )
            .order_by(DiaryChange.seq.desc())
            .limit(1)
        ).first()
        if written:
            marks[change.foot] = (min(written.entered_at, written.stored_at), written.recalled)
    return marks


def _newest_revisions(session: Session, patient_id: UUID, day: date) -> dict[tuple[str, str, UUID | None], int]:
    rows = session.execute(
        select(DiaryChange.foot, DiaryChange.field, DiaryChange.event_id, func.max(DiaryChange.seq))
        .where(DiaryChange.patient_id == patient_id, DiaryChange.day == day)
        .group_by(DiaryChange.foot, DiaryChange.field, DiaryChange.event_id)
    ).all()
    return {(foot, field, event_id): seq for foot, field, event_id, seq in rows}


def _event_back(change: DiaryChange) -> EventChange | None:
    before = event_from_text(change.field, change.day, change.old_value)
    after = event_from_text(change.field, change.day, change.new_value)
    if before:
        return EventChange(kind=before.kind, id=before.id, values=before.values)
    return EventChange(kind=after.kind, id=after.id, removed=True) if after else None
