"""What stands in the diary for one day, read in one statement; the form in which values lie in the history."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from firststep.models import Day, DiaryChange, Dose, FootDay, Patient
from firststep.services.diary_fields import DAY_FIELDS, FOOT_FIELDS, Value


@dataclass(frozen=True, kw_only=True)
class FootEntry:
    """The pain of one foot on one day, in tenths; None is "not recorded"."""

    first_step_pain: int | None = None
    average_pain: int | None = None
    first_step_entered_at: datetime | None = None
    first_step_recalled: bool = False


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Everything that stands for one day; None is "not recorded"."""

    day: date
    stretch_done: bool | None = None
    stretch_minutes: int | None = None
    nsaid_taken: bool | None = None
    note: str | None = None
    tags: list[str] | None = None
    feet: Mapping[str, FootEntry] = field(default_factory=dict)

    def value(self, foot: str, name: str) -> Value:
        """Return the value of a field of the foot, or of the day when ``foot`` is empty."""
        owner = self.feet.get(foot, _NO_FOOT) if foot else self
        found: Value = getattr(owner, name)
        return found

    def with_value(self, foot: str, name: str, value: Value) -> Entry:
        """Return the entry with one value set."""
        if not foot:
            return replace(self, **{name: value})  # type: ignore[arg-type]
        changed = replace(self.feet.get(foot, _NO_FOOT), **{name: value})  # type: ignore[arg-type]
        return replace(self, feet={**self.feet, foot: changed})

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing at all is recorded."""
        own = any(getattr(self, name) is not None for name in DAY_FIELDS)
        return not own and not any(self.value(foot, name) is not None for foot in self.feet for name in FOOT_FIELDS)


@dataclass(frozen=True, kw_only=True)
class DoseEntry:
    """A drug taken, as the person noted it."""

    id: UUID
    product: str
    dose_mg: int | None = None
    form: str = "oral"
    prescribed: bool = False
    taken_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Stored:
    """An entry as an op finds it: which rows exist, whether the op is known, and the dose that it names."""

    entry: Entry
    has_day: bool
    feet_rows: frozenset[str]
    op_known: bool
    dose: DoseEntry | None
    dose_patient_id: UUID | None


_NO_FOOT = FootEntry()
_DAY_COLUMNS = tuple(getattr(Day, name) for name in DAY_FIELDS)
_FOOT_COLUMNS = (FootDay.foot, *(getattr(FootDay, name) for name in FootEntry.__dataclass_fields__))
_DOSE_COLUMNS = (
    *(getattr(Dose, name) for name in DoseEntry.__dataclass_fields__),
    Dose.patient_id.label("dose_patient_id"),
)


def read_entry(session: Session, patient_id: UUID, day: date) -> Entry:
    """Return what stands for the day, in one statement."""
    rows = session.execute(_one_day(patient_id, day, *_FOOT_COLUMNS, *_DAY_COLUMNS)).all()
    return _entry(day, rows)


def read_stored(session: Session, patient_id: UUID, day: date, *, op_id: UUID, dose_id: UUID | None) -> Stored:
    """Return everything that an op needs to know before it writes, in one statement."""
    known = select(DiaryChange.seq).where(DiaryChange.op_id == op_id).exists()
    statement = _one_day(
        patient_id,
        day,
        *_FOOT_COLUMNS,
        *_DAY_COLUMNS,
        *_DOSE_COLUMNS,
        Day.day.label("own_day"),
        known.label("op_known"),
    ).outerjoin(Dose, Dose.id == dose_id)
    rows = session.execute(statement).all()
    first = rows[0]
    return Stored(
        entry=_entry(day, rows),
        has_day=first.own_day is not None,
        feet_rows=frozenset(row.foot for row in rows if row.foot is not None),
        op_known=first.op_known,
        dose=_dose(first) if first.id is not None else None,
        dose_patient_id=first.dose_patient_id,
    )


def _one_day(patient_id: UUID, day: date, *columns: ColumnElement[Any] | InstrumentedAttribute[Any]) -> Select[Any]:
    """Return the statement that gives one row per foot, or one row when no foot has any."""
    return (
        select(*columns)
        .select_from(Patient)
        .outerjoin(Day, and_(Day.patient_id == Patient.id, Day.day == day))
        .outerjoin(FootDay, and_(FootDay.patient_id == Patient.id, FootDay.day == day))
        .where(Patient.id == patient_id)
    )


def _entry(day: date, rows: Sequence[Row[Any]]) -> Entry:
    feet = {
        row.foot: FootEntry(**{name: getattr(row, name) for name in FootEntry.__dataclass_fields__})
        for row in rows
        if row.foot is not None
    }
    own = {name: getattr(rows[0], name) for name in DAY_FIELDS} if rows else {}
    return Entry(day=day, feet=feet, **own)


def _dose(row: Row[Any]) -> DoseEntry:
    return DoseEntry(**{name: getattr(row, name) for name in DoseEntry.__dataclass_fields__})


def read_doses(session: Session, patient_id: UUID, day: date) -> list[DoseEntry]:
    """Return the doses of the day, in the order in which they were taken."""
    rows = session.execute(
        select(*_DOSE_COLUMNS).where(Dose.patient_id == patient_id, Dose.day == day).order_by(Dose.taken_at, Dose.id)
    ).all()
    return [_dose(row) for row in rows]


def to_text(value: Value) -> str | None:
    """Return the form in which a value lies in the history: tenths, yes or no, text."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    return json.dumps(value)


def from_text(name: str, text: str | None) -> Value:
    """Return the value that lies in the history under ``text``."""
    if text is None or name == "note":
        return text
    if name in ("stretch_done", "nsaid_taken"):
        return text == "yes"
    value: Value = json.loads(text)
    return value


def dose_to_text(dose: DoseEntry | None) -> str | None:
    """Return the form in which a dose lies in the history."""
    if dose is None:
        return None
    taken_at = dose.taken_at.isoformat() if dose.taken_at else None
    return json.dumps({**dose.__dict__, "id": str(dose.id), "taken_at": taken_at})


def dose_from_text(text: str | None) -> DoseEntry | None:
    """Return the dose that lies in the history under ``text``."""
    if text is None:
        return None
    found = json.loads(text)
    taken_at = datetime.fromisoformat(found["taken_at"]) if found["taken_at"] else None
    return DoseEntry(**{**found, "id": UUID(found["id"]), "taken_at": taken_at})
