"""What stands in the diary for one day, read in one statement; the form in which values lie in the history."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from firststep.clinical.measures import ITEM_OF
from firststep.models import Day, Deletion, DiaryChange, FootDay, Patient, Triage
from firststep.services.diary_events import KINDS, Event, EventChange
from firststep.services.diary_fields import DAY_FIELDS, FOOT_FIELDS, Value


@dataclass(frozen=True, kw_only=True)
class FootEntry:
    """What is recorded of one foot on one day, pain in tenths; when and how the first steps were entered."""

    values: Mapping[str, Value] = field(default_factory=lambda: dict.fromkeys(FOOT_FIELDS))
    first_step_entered_at: datetime | None = None
    first_step_recalled: bool = False


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Everything that stands for one day; None is "not recorded"."""

    day: date
    values: Mapping[str, Value] = field(default_factory=lambda: dict.fromkeys(DAY_FIELDS))
    feet: Mapping[str, FootEntry] = field(default_factory=dict)

    def value(self, foot: str, name: str) -> Value:
        """Return the value of a field of the foot, or of the day when ``foot`` is empty."""
        return (self.feet.get(foot, _NO_FOOT).values if foot else self.values)[name]

    def tenths(self, foot: str, name: str) -> int | None:
        """Return a foot's pain in tenths."""
        value = self.value(foot, name)
        return value if isinstance(value, int) else None

    def with_value(self, foot: str, name: str, value: Value) -> Entry:
        """Return the entry with one value set."""
        if not foot:
            return replace(self, values={**self.values, name: value})
        before = self.feet.get(foot, _NO_FOOT)
        changed = replace(before, values={**before.values, name: value})
        return replace(self, feet={**self.feet, foot: changed})


@dataclass(frozen=True, kw_only=True)
class Stored:
    """An entry as an op finds it: which rows exist, whether the op is known, and the dated thing that it names.

    ``emptied_at`` is when the person deleted all that the diary held, if that ever was; ``listed`` whether the person
    stands in a practitioner's list.
    """

    entry: Entry
    has_day: bool
    feet_rows: frozenset[str]
    op_known: bool
    closed: bool
    emptied_at: datetime | None
    listed: bool
    event: Event | None
    event_patient_id: UUID | None


_NO_FOOT = FootEntry()
_DAY_COLUMNS = tuple(getattr(Day, name).label(f"day_{name}") for name in DAY_FIELDS)
_FOOT_MARKS = ("first_step_entered_at", "first_step_recalled")
_FOOT_COLUMNS = (FootDay.foot, *(getattr(FootDay, name).label(f"foot_{name}") for name in (*FOOT_FIELDS, *_FOOT_MARKS)))


def read_entry(session: Session, patient_id: UUID, day: date) -> Entry:
    """Return what stands for the day, in one statement."""
    rows = session.execute(_one_day(patient_id, day)).all()
    return _entry(day, rows)


def read_entries(session: Session, patient_id: UUID, *, first: date, last: date) -> dict[date, Entry]:
    """Return what stands for each day of the range of which anything is noted, in two statements."""
    of_days = session.execute(
        select(Day.day, *_DAY_COLUMNS).where(Day.patient_id == patient_id, Day.day.between(first, last))
    ).all()
    of_feet = session.execute(
        select(FootDay.day, *_FOOT_COLUMNS).where(FootDay.patient_id == patient_id, FootDay.day.between(first, last))
    ).all()
    values = {row.day: {name: row._mapping[f"day_{name}"] for name in DAY_FIELDS} for row in of_days}
    feet: dict[date, dict[str, FootEntry]] = {}
    for row in of_feet:
        feet.setdefault(row.day, {})[row.foot] = _foot_entry(row)
    none = dict.fromkeys(DAY_FIELDS)
    days = sorted(values.keys() | feet.keys())
    return {day: Entry(day=day, values=values.get(day, none), feet=feet.get(day, {})) for day in days}


def read_stored(session: Session, patient_id: UUID, day: date, *, op_id: UUID, change: EventChange | None) -> Stored:
    """Return everything that an op needs to know before it writes, in one statement."""
    known = select(DiaryChange.seq).where(DiaryChange.op_id == op_id).exists()
    emptied = select(func.max(Deletion.at)).where(Deletion.what == "diary", Deletion.subject == patient_id)
    statement = _one_day(
        patient_id,
        day,
        Day.day.label("own_day"),
        known.label("op_known"),
        Patient.diary_closed_at,
        emptied.scalar_subquery().label("emptied_at"),
        select(Triage.share_id).where(Triage.patient_id == patient_id).exists().label("listed"),
    )
    if change:
        table = KINDS[change.kind].table
        columns = [getattr(table, name).label(f"event_{name}") for name in ("id", "patient_id", "day", *_names(change))]
        statement = statement.add_columns(*columns).outerjoin(table, table.id == change.id)
    rows = session.execute(statement).all()
    first = rows[0]
    return Stored(
        entry=_entry(day, rows),
        has_day=first.own_day is not None,
        feet_rows=frozenset(row.foot for row in rows if row.foot is not None),
        op_known=first.op_known,
        closed=first.diary_closed_at is not None,
        emptied_at=first.emptied_at,
        listed=first.listed,
        event=_event(first, change) if change and first.event_id is not None else None,
        event_patient_id=first.event_patient_id if change else None,
    )


def _names(change: EventChange) -> tuple[str, ...]:
    return tuple(KINDS[change.kind].fields)


def _event(row: Row[Any], change: EventChange) -> Event:
    values = {name: row._mapping[f"event_{name}"] for name in _names(change)}
    return Event(kind=change.kind, id=row.event_id, day=row.event_day, values=values)


def _one_day(patient_id: UUID, day: date, *columns: ColumnElement[Any] | InstrumentedAttribute[Any]) -> Select[Any]:
    """Return the statement that gives one row per foot, or one row when no foot has any."""
    return (
        select(*_FOOT_COLUMNS, *_DAY_COLUMNS, *columns)
        .select_from(Patient)
        .outerjoin(Day, and_(Day.patient_id == Patient.id, Day.day == day))
        .outerjoin(FootDay, and_(FootDay.patient_id == Patient.id, FootDay.day == day))
        .where(Patient.id == patient_id)
    )


def _entry(day: date, rows: Sequence[Row[Any]]) -> Entry:
    feet = {row.foot: _foot_entry(row) for row in rows if row.foot is not None}
    if not rows:
        return Entry(day=day)
    return Entry(day=day, values={name: rows[0]._mapping[f"day_{name}"] for name in DAY_FIELDS}, feet=feet)


def _foot_entry(row: Row[Any]) -> FootEntry:
    return FootEntry(
        values={name: row._mapping[f"foot_{name}"] for name in FOOT_FIELDS},
        **{name: row._mapping[f"foot_{name}"] for name in _FOOT_MARKS},
    )


def to_text(value: Value) -> str | None:
    """Return the form in which a value lies in the history: tenths, yes or no, text."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    return json.dumps(value)


def from_text(name: str, text: str | None) -> Value:
    """Return the value that lies in the history under ``text``."""
    if text is None or ITEM_OF[name].kind == "text":
        return text
    if ITEM_OF[name].kind == "yes_no":
        return text == "yes"
    value: Value = json.loads(text)
    return value
