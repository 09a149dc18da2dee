"""Dated things of a diary (a dose, a treatment, a flare, …): each kind's table, fields and checks, in one list.

An op names one of them by its kind, `{"set": {"flare": {"id": …, "worst_pain": 8}}}`; the day of the op is its day.
Another kind needs a table, an entry here, and words for the pages that show it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, partial
from operator import itemgetter
from typing import Any, Final, TypeAlias
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import (
    Column,
    CompoundSelect,
    Date,
    Row,
    String,
    Uuid,
    bindparam,
    cast,
    delete,
    insert,
    literal,
    null,
    select,
    union_all,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from firststep.clinical.measures import FEET
from firststep.clinical.stretching import OWN, load_presets
from firststep.models import Dose, Flare, Pause, Pgic, Plan, Question, TreatmentSession
from firststep.models.base import Moment
from firststep.models.events import CHOSEN_BY, PAUSE_REASONS, PGIC_WEEKS, SESSION_KINDS
from firststep.services.diary_fields import (
    Refused,
    check_amount,
    check_count,
    check_flag,
    check_storable,
    parse_day,
    parse_moment,
    parse_uuid,
)

Table: TypeAlias = (
    type[Dose] | type[TreatmentSession] | type[Flare] | type[Pause] | type[Plan] | type[Pgic] | type[Question]
)
#: Takes a value of the wire (never null) and the field's name; returns what is stored, or raises Refused.
Check: TypeAlias = Callable[[object, str], object]

DOSE_FORMS: Final = ("oral", "gel", "other")
MOST_NAME: Final = 80
MOST_TEXT: Final = 500
HIGHEST_NUMBER: Final = 500
#: A last day is planned; nobody plans for another century.
_LAST_YEAR: Final = 2099


@dataclass(frozen=True, kw_only=True)
class EventKind:
    """One kind of dated thing; ``needed`` maps fields to what to say without them.

    ``ends`` names the field of a last day, which cannot lie before the first.
    """

    key: str
    table: Table
    fields: Mapping[str, Check]
    needed: Mapping[str, LazyString] = field(default_factory=dict)
    ends: str = ""


@dataclass(slots=True, kw_only=True)
class Event:
    """A dated thing as it stands; a value that is missing or None was not recorded.

    Nothing changes one. It is not frozen because ten years hold hundreds, and frozen each takes three times as long.
    """

    kind: str
    id: UUID
    day: date
    values: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        """Return one value."""
        return self.values.get(name)


@dataclass(frozen=True, kw_only=True)
class EventChange:
    """What an op says about one dated thing: the fields it sets, or that it is gone."""

    kind: str
    id: UUID
    values: Mapping[str, object] = field(default_factory=dict)
    removed: bool = False


def _text(value: object, name: str, *, most: int) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > most:
        raise Refused(name, _("Say it in up to %(most)s characters.", most=most))
    return check_storable(value.strip(), name)


def _word(value: object, name: str, *, words: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in words:
        raise Refused(name, _("Choose one of the answers."))
    return value


def _week(value: object, name: str) -> int:
    if type(value) is not int or value not in PGIC_WEEKS:
        raise Refused(name, _("Choose one of the answers."))
    return value


def _pain(value: object, name: str) -> int:
    return 10 * check_count(value, name, 0, 10, _("Pain is a whole number from 0 to 10."))


def _count(low: int, high: int) -> Check:
    return partial(check_count, low=low, high=high)


def _line(value: object, name: str) -> str:
    found = _text(value, name, most=MOST_NAME)
    if not found.isprintable():
        # A line's end, or marks that turn the text round: it stands in the middle of other words.
        raise Refused(name, _("This text has a character that cannot be stored."))
    return found


def _preset(value: object, name: str) -> str:
    return _word(value, name, words=(OWN, *(preset.key for preset in load_presets())))


def _day(value: object, name: str) -> date:
    day = parse_day(value, field=name)
    if day.year > _LAST_YEAR:
        raise Refused(name, _("Choose a date before %(year)s.", year=_LAST_YEAR + 1))
    return day


_NEEDED: Final = _l("This is needed.")
_LONG: Final = partial(_text, most=MOST_TEXT)

KINDS: Final[Mapping[str, EventKind]] = {
    kind.key: kind
    for kind in (
        EventKind(
            key="dose",
            table=Dose,
            fields={
                "product": _line,
                "dose_mg": check_amount,
                "form": partial(_word, words=DOSE_FORMS),
                "prescribed": check_flag,
                "prescribed_most_mg": check_amount,
                "for_heart": check_flag,
                "taken_at": parse_moment,
            },
            needed={"product": _l("Choose which one.")},
        ),
        EventKind(
            key="treatment_session",
            table=TreatmentSession,
            fields={"kind": partial(_word, words=SESSION_KINDS), "number": _count(1, HIGHEST_NUMBER), "note": _LONG},
            needed={"kind": _l("Choose which treatment it was.")},
        ),
        EventKind(
            key="flare",
            table=Flare,
            fields={
                "confirmed": check_flag,
                "foot": partial(_word, words=FEET),
                "worst_pain": _pain,
                "trigger": _line,
                "note": _LONG,
                "settled_on": _day,
            },
            ends="settled_on",
        ),
        EventKind(
            key="pause",
            table=Pause,
            fields={"ends_on": _day, "reason": partial(_word, words=PAUSE_REASONS)},
            ends="ends_on",
        ),
        EventKind(
            key="plan",
            table=Plan,
            fields={
                "preset": _preset,
                "name": _line,
                "hold_s": _count(1, 600),
                "reps": _count(1, 100),
                "sets_per_day": _count(1, 12),
                "interval_days": _count(1, 7),
                "ends_on": _day,
                "chosen_by": partial(_word, words=CHOSEN_BY),
            },
            needed={"preset": _l("Choose a plan.")},
            ends="ends_on",
        ),
        EventKind(
            key="pgic",
            table=Pgic,
            fields={"week": _week, "rating": _count(1, 7)},
            needed={"week": _NEEDED, "rating": _l("Choose one of the answers.")},
        ),
        EventKind(
            key="question",
            table=Question,
            fields={"text": _LONG, "settled_on": _day},
            needed={"text": _l("Write your question.")},
            ends="settled_on",
        ),
    )
}


_COLUMNS: Final[Mapping[str, Mapping[str, Column[Any]]]] = {
    kind.key: {name: kind.table.__mapper__.columns[name] for name in kind.fields} for kind in KINDS.values()
}
#: What a field holds when nothing was said about it.
_EMPTY: Final[Mapping[str, Mapping[str, object]]] = {
    key: {
        name: column.default.arg if isinstance(column.default, ScalarElementColumnDefault) else None
        for name, column in columns.items()
    }
    for key, columns in _COLUMNS.items()
}


def check_event(kind: EventKind, raw: object) -> EventChange:
    """Return the change that the wire asks for; raise Refused with the field and a sentence."""
    if not isinstance(raw, dict):
        raise Refused(kind.key, _("This could not be read."))
    event_id = parse_uuid(raw.get("id"), kind.key)
    if check_flag(raw.get("removed", False), kind.key):
        return EventChange(kind=kind.key, id=event_id, removed=True)
    values: dict[str, object] = {}
    for name, value in raw.items():
        if name in ("id", "removed"):
            continue
        if name not in kind.fields:
            raise Refused(kind.key, _("This field is not known."))
        values[name] = check_event_value(kind, name, value)
    return EventChange(kind=kind.key, id=event_id, values=values)


def check_event_value(kind: EventKind, name: str, value: object) -> object:
    """Return the stored form of one value of the wire; null takes a value back, where the field can do without."""
    if value is None and _COLUMNS[kind.key][name].nullable:
        return None
    return kind.fields[name](value, name)


def event_after(change: EventChange, before: Event | None, day: date) -> Event | None:
    """Return what stands after the change, None when it is gone; raise Refused for what cannot be."""
    if before and before.day != day:
        raise Refused("day", _("This was noted on another day. Open that day to change it."))
    if change.removed:
        return None
    kind = KINDS[change.kind]
    values = {**(before.values if before else _EMPTY[kind.key]), **change.values}
    for name, sentence in kind.needed.items():
        if values[name] is None:
            raise Refused(name, str(sentence))
    last = values[kind.ends] if kind.ends else None
    if last and last < day:
        raise Refused(kind.ends, _("The last day cannot lie before the first."))
    return Event(kind=kind.key, id=change.id, day=day, values=values)


def write_event(session: Session, patient_id: UUID, before: Event | None, after: Event | None) -> None:
    """Store what stands after a change; the patient's id is part of every condition."""
    if after:
        table = KINDS[after.kind].table
        if before is None:
            session.execute(insert(table).values(id=after.id, patient_id=patient_id, day=after.day, **after.values))
        else:
            own = (table.id == after.id, table.patient_id == patient_id)
            session.execute(update(table).where(*own).values(**after.values))
    elif before:
        table = KINDS[before.kind].table
        session.execute(delete(table).where(table.id == before.id, table.patient_id == patient_id))


def read_events(session: Session, patient_id: UUID, kinds: tuple[str, ...], *, first: date, last: date) -> list[Event]:
    """Return the dated things of the kinds that began on a day of the range, by day, in one statement."""
    rows = session.execute(_statement(kinds), {"patient_id": patient_id, "first": first, "last": last})
    return list(_events(rows.keys(), sorted(rows, key=_IN_ORDER)))


def _events(names: Iterable[str], rows: Iterable[Row[Any]]) -> Iterator[Event]:
    """Go through the rows; by the places of the columns, which takes half the time of their names."""
    places = {name: place for place, name in enumerate(names)}

    @cache
    def fields_of(kind: str) -> list[tuple[str, int]]:
        return [(name, places[name]) for name in KINDS[kind].fields]

    for row in rows:
        kind, event_id, day = row.kind_of_event, row.id, row.day
        values = {name: row[place] for name, place in fields_of(kind)}
        yield Event(kind=kind, id=event_id, day=day, values=values)


@cache
def _statement(kinds: tuple[str, ...]) -> CompoundSelect[Any]:
    """Return the union of the kinds' tables: each column of any of them, null where a table has none of the name."""
    columns = {key: _COLUMNS[key] for key in kinds}
    shapes = {name: column.type for own in columns.values() for name, column in own.items()}
    parts = []
    for key, own in columns.items():
        table = KINDS[key].table
        shaped = [own.get(name, cast(null(), shape)).label(name) for name, shape in shapes.items()]
        parts.append(
            select(literal(key, String).label("kind_of_event"), table.id, table.day, *shaped).where(
                table.patient_id == bindparam("patient_id", type_=Uuid()),
                table.day.between(bindparam("first", type_=Date()), bindparam("last", type_=Date())),
            )
        )
    return union_all(*parts)


#: By day, kind and id, the columns that each statement begins with. Sorted here: a database carries thirty columns
#: through its sorting of each table.
_IN_ORDER: Final = itemgetter(2, 0, 1)


def event_to_text(event: Event | None) -> str | None:
    """Return the form in which a dated thing lies in the history."""
    if event is None:
        return None
    plain = {name: value.isoformat() if isinstance(value, date) else value for name, value in event.values.items()}
    return json.dumps({"id": str(event.id), **plain})


def event_from_text(key: str, day: date, text: str | None) -> Event | None:
    """Return the dated thing that lies in the history under ``text``."""
    if text is None:
        return None
    found = json.loads(text)
    values = {name: _from_json(column, found.get(name)) for name, column in _COLUMNS[key].items()}
    return Event(kind=key, id=UUID(found["id"]), day=day, values=values)


def _from_json(column: Column[Any], value: Any) -> object:
    if value is None:
        return None
    if isinstance(column.type, Moment):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(column.type, Date) else value
