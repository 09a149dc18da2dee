"""What the daily page needs beside the day itself, in one statement: logged days, recent doses, the last dose."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CompoundSelect,
    Date,
    Row,
    Select,
    String,
    Uuid,
    bindparam,
    cast,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from firststep.clinical.nsaids.label_facts import DAYS_READ
from firststep.models import Day, Dose, FootDay
from firststep.services.diary_events import KINDS, Event
from firststep.services.diary_fields import DAY_FIELDS, FOOT_FIELDS
from firststep.services.diary_reading import strip_range

_DOSE_FIELDS: Final = tuple(KINDS["dose"].fields)
_DOSE_COLUMNS: Final = {name: Dose.__mapper__.columns[name] for name in ("id", *_DOSE_FIELDS)}


@dataclass(frozen=True, kw_only=True)
class Recent:
    """What lies around a day: ``logged`` are days of the strip, the rest reaches back as far as label rules look.

    ``last_dose`` is the newest up to the day, however old it is.
    """

    logged: frozenset[date] = frozenset()
    nsaid_days: frozenset[date] = frozenset()
    doses: list[Event] = field(default_factory=list)
    last_dose: Event | None = None

    def doses_of(self, day: date) -> list[Event]:
        """Return the doses of one day, those with a time first."""
        found = [dose for dose in self.doses if dose.day == day]
        return sorted(found, key=lambda dose: (dose["taken_at"] is None, dose["taken_at"]))


def read_recent(session: Session, patient_id: UUID, day: date, *, today: date) -> Recent:
    """Return what lies around the day that is shown, in one statement."""
    first_of_strip, last_of_strip = strip_range(today)
    values = {
        "patient_id": patient_id,
        "first_of_strip": first_of_strip,
        "last_of_strip": last_of_strip,
        "first": day - timedelta(days=DAYS_READ - 1),
        "last": day,
    }
    rows = session.execute(_statement(), values).all()
    lasts = _doses(row for row in rows if row.part == "last_dose")
    return Recent(
        logged=frozenset(row.day for row in rows if row.part == "logged"),
        nsaid_days=frozenset(row.day for row in rows if row.part == "nsaid"),
        doses=_doses(row for row in rows if row.part == "dose"),
        last_dose=lasts[0] if lasts else None,
    )


def read_dose(session: Session, patient_id: UUID, dose_id: UUID) -> Event | None:
    """Return one of the patient's own doses, in one statement."""
    statement = select(Dose.day, *_DOSE_COLUMNS.values()).where(Dose.id == dose_id, Dose.patient_id == patient_id)
    return next(iter(_doses(session.execute(statement))), None)


def _doses(rows: Iterable[Row[Any]]) -> list[Event]:
    return [
        Event(kind="dose", id=row.id, day=row.day, values={name: row._mapping[name] for name in _DOSE_FIELDS})
        for row in rows
    ]


@cache
def _statement() -> CompoundSelect[Any]:
    patient_id = bindparam("patient_id", type_=Uuid())
    first, last = bindparam("first", type_=Date()), bindparam("last", type_=Date())
    strip = bindparam("first_of_strip", type_=Date()), bindparam("last_of_strip", type_=Date())
    empty = [cast(null(), column.type).label(name) for name, column in _DOSE_COLUMNS.items()]
    noted = [column.label(name) for name, column in _DOSE_COLUMNS.items()]

    def days(part: str, table: type[Day | FootDay]) -> Select[Any]:
        return select(literal(part, String).label("part"), table.day, *empty).where(table.patient_id == patient_id)

    newest = (
        select(Dose.day, *noted)
        .where(Dose.patient_id == patient_id, Dose.day <= last)
        .order_by(Dose.day.desc(), Dose.taken_at.desc().nulls_last(), Dose.id)
        .limit(1)
        .subquery()
    )
    return union_all(
        days("logged", FootDay).where(
            FootDay.day.between(*strip), or_(*(getattr(FootDay, name).is_not(None) for name in FOOT_FIELDS))
        ),
        days("logged", Day).where(
            Day.day.between(*strip), or_(*(getattr(Day, name).is_not(None) for name in DAY_FIELDS))
        ),
        days("nsaid", Day).where(Day.day.between(first, last), Day.nsaid_taken == literal(True, Boolean)),
        select(literal("dose", String), Dose.day, *noted).where(
            Dose.patient_id == patient_id, Dose.day.between(first, last)
        ),
        select(literal("last_dose", String), newest.c.day, *(newest.c[name] for name in _DOSE_COLUMNS)),
    )
