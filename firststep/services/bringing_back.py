"""Brings an export back into a diary: what is missing is added in one batch, and nothing that stands there is changed.

The same file a second time finds everything there. What comes back has the ids that it had, so that it is known
again; where another account holds an id, one that follows from it and from the patient.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID, uuid4, uuid5

from flask_babel import gettext as _
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from firststep.clinical.diary import FIRST_DAY, LAST_DAY
from firststep.models import Day, DiaryChange, Episode, FootDay
from firststep.services import panel_marks
from firststep.services.diary_apart import check_beside
from firststep.services.diary_entry import Entry, read_entries, to_text
from firststep.services.diary_events import KINDS, Event, event_to_text, read_events
from firststep.services.diary_fields import DAY_FIELDS, FOOT_FIELDS, Refused, Value
from firststep.services.diary_ops import lock_diary
from firststep.services.export_reading import TABLES, CareRow, DayRow, ExportRead, Rejected
from firststep.services.export_tables import EVENT_TABLES

_IDS_AT_ONCE: Final = 5_000
_MARKS: Final = ("first_step_entered_at", "first_step_recalled")


@dataclass(frozen=True, kw_only=True)
class Count:
    """How many things of one table there are in the file, and what would become of them."""

    accepted: int
    there: int
    rejected: int

    @property
    def total(self) -> int:
        """Return how many the file holds."""
        return self.accepted + self.there + self.rejected


@dataclass(kw_only=True)
class Plan:
    """What is to be added, and the count of each table."""

    days: list[DayRow] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    care: list[CareRow] = field(default_factory=list)
    there: Counter[str] = field(default_factory=Counter)
    accepted: Counter[str] = field(default_factory=Counter)
    rejected: list[Rejected] = field(default_factory=list)

    def count(self, *tables: str) -> Count:
        """Return the count of one table or several."""
        return Count(
            accepted=sum(self.accepted[table] for table in tables),
            there=sum(self.there[table] for table in tables),
            rejected=sum(one.table in tables for one in self.rejected),
        )

    @property
    def whole(self) -> Count:
        """Return the count of everything."""
        return self.count(*TABLES)


def plan_import(session: Session, patient_id: UUID, found: ExportRead) -> Plan:
    """Return what the file adds to the diary as it stands; a handful of statements, however much it is."""
    plan = Plan(rejected=list(found.rejected))
    entries = read_entries(session, patient_id, first=FIRST_DAY, last=LAST_DAY)
    for table in ("days", "pain"):
        _plan_days(plan, table, [row for row in found.rows[table] if isinstance(row, DayRow)], entries)
    own = read_events(session, patient_id, tuple(KINDS), first=FIRST_DAY, last=date.max)
    for table, kind in EVENT_TABLES.items():
        rows = [row for row in found.rows[table] if isinstance(row, Event)]
        _plan_events(session, plan, table, rows, [one for one in own if one.kind == kind], patient_id)
    rows_of_care = [row for row in found.rows["courses_of_care"] if isinstance(row, CareRow)]
    _plan_care(session, plan, rows_of_care, patient_id)
    return plan


def store(session: Session, patient_id: UUID, found: ExportRead, *, now: datetime, zone: str) -> Plan:
    """Add what is missing, in the running transaction, and return what it was."""
    lock_diary(session, patient_id)
    plan = plan_import(session, patient_id, found)
    changes: list[dict[str, Any]] = []
    common = {"patient_id": patient_id, "entered_at": now, "stored_at": now, "zone": zone, "source": "import"}
    _store_days(session, patient_id, plan.days, changes)
    for kind in KINDS.values():
        events = [event for event in plan.events if event.kind == kind.key]
        _insert(session, kind.table, [{"id": e.id, "patient_id": patient_id, "day": e.day, **e.values} for e in events])
        changes += [
            {"op_id": uuid4(), "day": e.day, "field": e.kind, "event_id": e.id, "new_value": event_to_text(e)}
            for e in events
        ]
    _insert(session, Episode, [{"id": uuid4(), "patient_id": patient_id, **vars(care)} for care in plan.care])
    nothing = {"foot": "", "event_id": None, "old_value": None, "device_id": None, "recalled": False}
    _insert(session, DiaryChange, [{**nothing, **common, **change} for change in changes])
    if changes or plan.care:
        panel_marks.mark(session, patient_id)
    return plan


def _plan_days(plan: Plan, table: str, rows: Iterable[DayRow], entries: Mapping[date, Entry]) -> None:
    seen: set[tuple[date, str]] = set()
    for row in rows:
        entry = entries.get(row.day) or Entry(day=row.day)
        stands = {name: entry.value(row.foot, name) for name in row.values}
        if (row.day, row.foot) in seen:
            _reject(plan, table, row.day, _("The file says it twice."))
        elif all(stands[name] == value for name, value in row.values.items()):
            plan.there[table] += 1
        elif any(value is not None and value != row.values[name] for name, value in stands.items()):
            _reject(plan, table, row.day, _("Something else is noted there; it stays."))
        else:
            missing = {name: value for name, value in row.values.items() if stands[name] is None}
            plan.days.append(replace(row, values=missing))
            plan.accepted[table] += 1
        seen.add((row.day, row.foot))


def _plan_events(
    session: Session, plan: Plan, table: str, rows: list[Event], own: list[Event], patient_id: UUID
) -> None:
    by_id = {event.id: event for event in own}
    named = {id_ for row in rows for id_ in (row.id, _derived(patient_id, row.id)) if id_ in by_id}
    # The same thing under another id, as after a way through another account: each stands for one.
    others = Counter(_content(event) for event in own if event.id not in named)
    taken = _taken_ids(session, table, [row.id for row in rows if row.id not in by_id])
    seen: set[UUID] = set()
    standing = list(own)
    for row in rows:
        mine = by_id.get(row.id) or by_id.get(_derived(patient_id, row.id))
        if row.id in seen:
            _reject(plan, table, row.day, _("The file says it twice."))
        elif mine is not None and _content(mine) != _content(row):
            _reject(plan, table, row.day, _("It was changed since; it stays as it is."))
        elif mine is not None:
            plan.there[table] += 1
        elif others[_content(row)]:
            others[_content(row)] -= 1
            plan.there[table] += 1
        else:
            new = replace(row, id=_derived(patient_id, row.id)) if row.id in taken else row
            _accept_event(plan, table, new, standing)
        seen.add(row.id)


def _accept_event(plan: Plan, table: str, event: Event, standing: list[Event]) -> None:
    try:
        check_beside(event, standing if event.kind in ("pause", "pgic") else ())
    except Refused as refused:
        _reject(plan, table, event.day, refused.sentence)
        return
    plan.events.append(event)
    standing.append(event)
    plan.accepted[table] += 1


def _plan_care(session: Session, plan: Plan, rows: Iterable[CareRow], patient_id: UUID) -> None:
    table = "courses_of_care"
    stored = session.execute(
        select(Episode.arm, Episode.starts_on, Episode.ends_on).where(Episode.patient_id == patient_id)
    )
    own = Counter((arm, starts_on, ends_on) for arm, starts_on, ends_on in stored)
    begun = {(arm, starts_on) for arm, starts_on, _ends_on in own}
    for row in rows:
        key = (row.arm, row.starts_on, row.ends_on)
        if own[key]:
            own[key] -= 1
            plan.there[table] += 1
        elif (row.arm, row.starts_on) in begun:
            _reject(plan, table, row.starts_on, _("The same care begins on this day already; it stays as it is."))
        else:
            plan.care.append(row)
            plan.accepted[table] += 1


def _reject(plan: Plan, table: str, day: date, reason: str) -> None:
    plan.rejected.append(Rejected(table=table, day=day.isoformat(), reason=reason))


def _derived(patient_id: UUID, event_id: UUID) -> UUID:
    return uuid5(patient_id, event_id.hex)


def _content(event: Event) -> tuple[Any, ...]:
    return (event.day, *((name, event[name]) for name in KINDS[event.kind].fields))


def _taken_ids(session: Session, table: str, ids: list[UUID]) -> set[UUID]:
    """Return those of the ids that something holds already, whosever it is."""
    model, found = KINDS[EVENT_TABLES[table]].table, set[UUID]()
    for begin in range(0, len(ids), _IDS_AT_ONCE):
        some = ids[begin : begin + _IDS_AT_ONCE]
        found.update(session.scalars(select(model.id).where(model.id.in_(some))))
    return found


def _store_days(session: Session, patient_id: UUID, rows: list[DayRow], changes: list[dict[str, Any]]) -> None:
    ops: dict[date, UUID] = {}
    for row in rows:
        op_id = ops.setdefault(row.day, uuid4())
        changes += [
            {"op_id": op_id, "day": row.day, "foot": row.foot, "field": name, "new_value": to_text(value)}
            for name, value in row.values.items()
        ]
    of_days = [row for row in rows if not row.foot]
    there = set(session.scalars(select(Day.day).where(Day.patient_id == patient_id)))
    new = [row for row in of_days if row.day not in there]
    _insert(session, Day, [{"patient_id": patient_id, "day": row.day, **_all(DAY_FIELDS, row)} for row in new])
    _fill(session, Day, patient_id, [row for row in of_days if row.day in there])
    of_feet = [row for row in rows if row.foot]
    keys = select(FootDay.day, FootDay.foot).where(FootDay.patient_id == patient_id)
    feet = {(day, foot) for day, foot in session.execute(keys)}
    new = [row for row in of_feet if (row.day, row.foot) not in feet]
    values = [
        {"patient_id": patient_id, "day": r.day, "foot": r.foot, **_all(FOOT_FIELDS, r), **_marks(r)} for r in new
    ]
    _insert(session, FootDay, values)
    _fill(session, FootDay, patient_id, [row for row in of_feet if (row.day, row.foot) in feet])


def _all(names: Iterable[str], row: DayRow) -> dict[str, Value]:
    return {name: row.values.get(name) for name in names}


def _marks(row: DayRow) -> dict[str, object]:
    recorded = row.values.get("first_step_pain") is not None
    return dict(zip(_MARKS, (row.entered_at if recorded else None, recorded and row.recalled), strict=True))


def _fill(session: Session, table: type[Day | FootDay], patient_id: UUID, rows: list[DayRow]) -> None:
    """Add what a row that exists lacks: one statement for all rows that lack the same."""
    by_names: dict[tuple[str, ...], list[dict[str, object]]] = {}
    for row in rows:
        values = {**row.values, **(_marks(row) if "first_step_pain" in row.values else {})}
        own = {"of_day": row.day, "of_foot": row.foot} if table is FootDay else {"of_day": row.day}
        by_names.setdefault(tuple(values), []).append({**own, **{f"new_{name}": new for name, new in values.items()}})
    columns = table.metadata.tables[table.__tablename__]
    for names, sets in by_names.items():
        own_row = (columns.c.patient_id == patient_id) & (columns.c.day == bindparam("of_day"))
        if table is FootDay:
            own_row &= columns.c.foot == bindparam("of_foot")
        session.execute(update(columns).where(own_row).values({name: bindparam(f"new_{name}") for name in names}), sets)


def _insert(session: Session, table: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        # The table itself: a mapped class would look at each row.
        session.execute(insert(table.__table__), rows)
