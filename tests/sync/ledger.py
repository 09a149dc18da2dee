"""What the server holds of one diary: its history read row by row, and whether the tables say what the history says."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import Connection, Engine, Row, select

from firststep.database import reading_only
from firststep.models import Day, DiaryChange, Dose, FootDay
from firststep.services.diary_entry import to_text
from firststep.services.diary_events import KINDS
from firststep.services.diary_fields import DAY_FIELDS, FOOT_FIELDS

#: (foot or "", field, id of the dated thing or None) -> what stands there; what is not recorded is left out.
State: TypeAlias = dict[tuple[str, str, str | None], Any]

_DOSE_FIELDS: Final = tuple(KINDS["dose"].fields)


@dataclass
class Ledger:
    """One person's history so far, and each state that each day ever had."""

    engine: Engine
    patient_id: UUID
    newest: int = 0
    rows: list[Row[Any]] = field(default_factory=list)
    of_op: dict[str, list[Row[Any]]] = field(default_factory=dict)
    #: day -> (revision, state after it), oldest first.
    states: dict[str, list[tuple[int, State]]] = field(default_factory=dict)

    def read(self) -> list[Row[Any]]:
        """Read what is new and return it; check that it goes on where the history stood, and that the tables agree."""
        with reading_only(), self.engine.connect() as connection:
            new = _read_changes(connection, self.patient_id, self.newest)
            tables = _read_tables(connection, self.patient_id)
        for row in new:
            self._add(row)
        told = {day: states[-1][1] for day, states in self.states.items() if states[-1][1]}
        assert tables == told, f"the tables say {tables}, the history says {told}"
        return new

    def _add(self, row: Row[Any]) -> None:
        day = row.day.isoformat()
        states = self.states.setdefault(day, [])
        key = (row.foot, row.field, str(row.event_id) if row.event_id else None)
        state = dict(states[-1][1]) if states else {}
        before, after = _from_history(row.field, row.old_value), _from_history(row.field, row.new_value)
        assert state.get(key) == before, f"{day} {key} was {state.get(key)}, the history says it was {before}"
        if after is None:
            state.pop(key, None)
        else:
            state[key] = after
        states.append((row.seq, state))
        self.rows.append(row)
        self.of_op.setdefault(str(row.op_id), []).append(row)
        self.newest = row.seq

    def state(self, day: str, rev: int | None = None) -> State:
        """Return the day as it stood at the revision, or as it stands."""
        found: State = {}
        for seq, state in self.states.get(day, []):
            if rev is not None and seq > rev:
                break
            found = state
        return found

    def since(self, day: str, rev: int) -> list[State]:
        """Return the state at the revision and all later ones."""
        return [self.state(day, rev), *(state for seq, state in self.states.get(day, []) if seq > rev)]


def _read_changes(connection: Connection, patient_id: UUID, newest: int) -> list[Row[Any]]:
    table = DiaryChange.__table__
    statement = select(table).where(table.c.patient_id == patient_id, table.c.seq > newest).order_by(table.c.seq)
    return list(connection.execute(statement))


def _read_tables(connection: Connection, patient_id: UUID) -> dict[str, State]:
    found: dict[str, State] = {}
    for row in connection.execute(select(Day.__table__).where(Day.patient_id == patient_id)):
        for name in DAY_FIELDS:
            _put(found, row.day, ("", name, None), to_text(row._mapping[name]))
    for row in connection.execute(select(FootDay.__table__).where(FootDay.patient_id == patient_id)):
        for name in FOOT_FIELDS:
            _put(found, row.day, (row.foot, name, None), to_text(row._mapping[name]))
    columns = [getattr(Dose, name).label(name) for name in _DOSE_FIELDS]
    for row in connection.execute(select(Dose.id, Dose.day, *columns).where(Dose.patient_id == patient_id)):
        dose = {name: row._mapping[name] for name in _DOSE_FIELDS}
        _put(found, row.day, ("", "dose", str(row.id)), _plain_dose(dose))
    return found


def _put(states: dict[str, State], day: date, key: tuple[str, str, str | None], value: object) -> None:
    if value is not None:
        states.setdefault(day.isoformat(), {})[key] = value


def _from_history(name: str, text: str | None) -> object:
    return _plain_dose(json.loads(text)) if name == "dose" and text is not None else text


def _plain_dose(values: Mapping[str, Any]) -> dict[str, Any]:
    taken_at = values["taken_at"]
    moment = datetime.fromisoformat(taken_at) if isinstance(taken_at, str) else taken_at
    return {**{name: values[name] for name in _DOSE_FIELDS}, "taken_at": moment}


def state_of_wire(day: Mapping[str, Any]) -> State:
    """Return the state that the wire tells of a day."""
    found: State = {}
    for name in DAY_FIELDS:
        found["", name, None] = to_text(day.get(name))
    for foot, values in day["feet"].items():
        for name in FOOT_FIELDS:
            points = values.get(name)
            found[foot, name, None] = None if points is None else str(round(points * 10))
    for dose in _things(day, "dose"):
        found["", "dose", dose["id"]] = _plain_dose({**dict.fromkeys(_DOSE_FIELDS), **dose})
    return {key: value for key, value in found.items() if value is not None}


def _things(day: Mapping[str, Any], kind: str) -> Iterable[Mapping[str, Any]]:
    things: list[Mapping[str, Any]] = day["events"].get(kind, [])
    return things
