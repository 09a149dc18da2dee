"""Applies one op to a diary: what people enter reaches `day`, `foot_day`, dated things and their history only here.

An op is one tap or one form. A known op id changes nothing and gets the same answer; otherwise each field is
set on its own, in the order of the server's revision, and the value that was there stays in the history.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from firststep.models import Day, DiaryChange, FootDay, Patient
from firststep.services import panel_marks
from firststep.services.diary_apart import check_apart
from firststep.services.diary_doses import answers_nsaid
from firststep.services.diary_entry import Entry, FootEntry, Stored, read_entry, read_stored, to_text
from firststep.services.diary_events import Event, EventChange, event_after, event_to_text, write_event
from firststep.services.diary_fields import Refused, Value
from firststep.services.zones import local_day

Source = Literal["app", "import", "command"]


@dataclass(frozen=True, kw_only=True)
class Op:
    """One tap or one form: ``sets`` maps a foot, or "" for the day itself, to fields and their new values."""

    id: UUID
    day: date
    sets: Mapping[str, Mapping[str, Value]]
    entered_at: datetime
    zone: str
    event: EventChange | None = None
    device_id: UUID | None = None
    seen_rev: int | None = None
    recalled: bool = False
    source: Source = "app"
    #: The op that this one takes back.
    undoes: UUID | None = None
    #: For a foot whose first-step pain is set back: when the value was entered, and whether on a later day.
    first_step_marks: Mapping[str, tuple[datetime, bool]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Superseded:
    """A value that another device wrote and that the op replaced."""

    foot: str
    field: str
    value: str | None
    device_id: UUID | None
    entered_at: datetime


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What became of an op, and the day as it now stands."""

    op_id: UUID
    status: Literal["stored", "known"]
    rev: int
    entry: Entry
    superseded: list[Superseded]


@dataclass(frozen=True, kw_only=True)
class _Change:
    foot: str
    field: str
    event_id: UUID | None = None
    old: str | None
    new: str | None


def apply_op(session: Session, patient_id: UUID, op: Op, *, now: datetime) -> Answer:
    """Store the op in the running transaction, or find that it is known; raise Refused when it cannot be taken.

    After Refused the caller rolls back.
    """
    lock_diary(session, patient_id)
    stored = read_stored(session, patient_id, op.day, op_id=op.id, change=op.event)
    if stored.closed:
        # Asked under the lock: of a batch nothing more is taken once the agreement to keep it is withdrawn.
        raise Refused("op", _("The diary is closed."))
    if stored.emptied_at is not None and op.entered_at < stored.emptied_at:
        # From a phone that had not sent it: what was deleted must not come back piece by piece.
        raise Refused("op", _("This was entered before you deleted your data."))
    if stored.op_known:
        return _known_answer(session, patient_id, op)
    event_before = _own_event(stored, patient_id, op.event)
    event_after_op = event_after(op.event, event_before, op.day) if op.event else None
    if event_after_op:
        check_apart(session, patient_id, event_after_op)
    sets = _with_consequences(op, stored.entry, event_after_op)
    changes = [
        _Change(foot=foot, field=name, old=to_text(stored.entry.value(foot, name)), new=to_text(value))
        for foot, name, value in _each(sets)
    ]
    if op.event:
        old, new = event_to_text(event_before), event_to_text(event_after_op)
        changes.append(_Change(foot="", field=op.event.kind, event_id=op.event.id, old=old, new=new))
    # Of what a file holds nobody knows when it was first written down.
    recalled = op.recalled or (op.source == "app" and local_day(op.entered_at, op.zone) > op.day)
    entry = _entry_after(stored.entry, sets, (min(op.entered_at, now), recalled), op.first_step_marks)
    try:
        seqs = _add_changes(session, patient_id, op, changes, recalled, now)
        _write_rows(session, patient_id, stored, entry, sets)
        write_event(session, patient_id, event_before, event_after_op)
        if stored.listed:
            panel_marks.mark(session, patient_id)
    except IntegrityError:
        # Only another patient's op or dated thing can hold the same random id: the lock excludes the patient's own.
        raise not_accepted() from None
    superseded = _superseded(session, patient_id, op, changes, before_seq=min(seqs))
    return Answer(op_id=op.id, status="stored", rev=max(seqs), entry=entry, superseded=superseded)


def lock_diary(session: Session, patient_id: UUID) -> None:
    """Let one writer at a time at this diary; SQLite's transaction already does."""
    if session.get_bind().dialect.name != "sqlite":
        # Without the key: rows that refer to the patient can still be added by others meanwhile.
        session.execute(select(Patient.id).where(Patient.id == patient_id).with_for_update(key_share=True))


def not_accepted() -> Refused:
    """Return the refusal of something that belongs to somebody else; it says no more than that."""
    return Refused("op", _("not accepted"))


def _known_answer(session: Session, patient_id: UUID, op: Op) -> Answer:
    known = session.scalars(select(DiaryChange).where(DiaryChange.op_id == op.id).order_by(DiaryChange.seq)).all()
    if known[0].patient_id != patient_id:
        raise not_accepted()
    changes = [
        _Change(foot=row.foot, field=row.field, event_id=row.event_id, old=row.old_value, new=row.new_value)
        for row in known
    ]
    day = known[0].day
    return Answer(
        op_id=op.id,
        status="known",
        rev=known[-1].seq,
        entry=read_entry(session, patient_id, day),
        superseded=_superseded(session, patient_id, replace(op, day=day), changes, before_seq=known[0].seq),
    )


def _own_event(stored: Stored, patient_id: UUID, change: EventChange | None) -> Event | None:
    """Return the thing that the op names; somebody else's cannot be changed, and looks like none when removed."""
    if stored.event_patient_id in (None, patient_id):
        return stored.event
    if change and change.removed:
        return None
    raise not_accepted()


def _with_consequences(op: Op, before: Entry, event: Event | None) -> dict[str, dict[str, Value]]:
    """Return the op's values; an oral NSAID for pain answers the day's question unless the person did."""
    sets = {foot: dict(values) for foot, values in op.sets.items() if values}
    answered = "nsaid_taken" in sets.get("", {}) or before.value("", "nsaid_taken") is not None
    if event and event.kind == "dose" and answers_nsaid(event) and not answered:
        sets.setdefault("", {})["nsaid_taken"] = True
    return sets


def _each(sets: Mapping[str, Mapping[str, Value]]) -> Iterator[tuple[str, str, Value]]:
    for foot, values in sets.items():
        for name, value in values.items():
            yield foot, name, value


def _entry_after(
    entry: Entry,
    sets: Mapping[str, Mapping[str, Value]],
    now_marks: tuple[datetime, bool],
    marks: Mapping[str, tuple[datetime, bool]],
) -> Entry:
    for foot, name, value in _each(sets):
        entry = entry.with_value(foot, name, value)
        if name == "first_step_pain":
            recorded = value is not None
            entered_at, recalled = marks.get(foot, now_marks)
            foot_entry = replace(
                entry.feet[foot],
                first_step_entered_at=entered_at if recorded else None,
                first_step_recalled=recorded and recalled,
            )
            entry = replace(entry, feet={**entry.feet, foot: foot_entry})
    return entry


def _add_changes(
    session: Session, patient_id: UUID, op: Op, changes: list[_Change], recalled: bool, now: datetime
) -> list[int]:
    rows = [
        {
            "op_id": op.id,
            "patient_id": patient_id,
            "day": op.day,
            "foot": change.foot,
            "field": change.field,
            "event_id": change.event_id,
            "old_value": change.old,
            "new_value": change.new,
            "device_id": op.device_id,
            "entered_at": op.entered_at,
            "stored_at": now,
            "zone": op.zone,
            "recalled": recalled,
            "source": op.source,
            "undoes_op_id": op.undoes,
        }
        for change in changes
    ]
    # render_nulls: rows with and without an old value go into one statement.
    statement = insert(DiaryChange).returning(DiaryChange.seq).execution_options(render_nulls=True)
    return list(session.scalars(statement, rows))


def _write_rows(
    session: Session, patient_id: UUID, stored: Stored, entry: Entry, sets: Mapping[str, Mapping[str, Value]]
) -> None:
    for foot, values in sets.items():
        if not foot:
            key = {"patient_id": patient_id, "day": entry.day}
            _write_row(session, Day, key, dict(values), exists=stored.has_day)
            continue
        key_of_foot = {"patient_id": patient_id, "day": entry.day, "foot": foot}
        _write_row(session, FootDay, key_of_foot, _foot_values(entry.feet[foot]), exists=foot in stored.feet_rows)


def _foot_values(foot: FootEntry) -> dict[str, object]:
    marks = {"first_step_entered_at": foot.first_step_entered_at, "first_step_recalled": foot.first_step_recalled}
    return {**foot.values, **marks}


def _write_row(
    session: Session,
    table: type[Day | FootDay],
    key: Mapping[str, object],
    values: Mapping[str, object],
    *,
    exists: bool,
) -> None:
    if exists:
        statement = update(table).filter_by(**key).values(**values)
        session.execute(statement.execution_options(synchronize_session=False))
    else:
        session.execute(insert(table).values(**key, **values))


def _superseded(
    session: Session, patient_id: UUID, op: Op, changes: list[_Change], *, before_seq: int
) -> list[Superseded]:
    """Return what other devices wrote after the op's device last looked, as far as the op replaced it."""
    if op.seen_rev is None:
        return []
    rows = session.execute(
        select(
            DiaryChange.foot,
            DiaryChange.field,
            DiaryChange.event_id,
            DiaryChange.new_value,
            DiaryChange.device_id,
            DiaryChange.entered_at,
        )
        .where(
            DiaryChange.patient_id == patient_id,
            DiaryChange.day == op.day,
            DiaryChange.seq > op.seen_rev,
            DiaryChange.seq < before_seq,
        )
        .order_by(DiaryChange.seq)
    ).all()
    last = {(row.foot, row.field, row.event_id): row for row in rows}
    found = []
    for change in changes:
        row = last.get((change.foot, change.field, change.event_id))
        if row and row.device_id != op.device_id and row.new_value != change.new:
            found.append(
                Superseded(
                    foot=row.foot,
                    field=row.field,
                    value=row.new_value,
                    device_id=row.device_id,
                    entered_at=row.entered_at,
                )
            )
    return found
