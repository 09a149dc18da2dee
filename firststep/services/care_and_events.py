"""Reads the courses of care and the dated things of a range in one statement, each table as whole columns.

Ten years hold a thousand of them, and each row costs on its way through the driver.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from itertools import chain
from operator import attrgetter
from typing import Any, Final, cast
from uuid import UUID

import orjson
from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Date,
    Dialect,
    Select,
    Subquery,
    Uuid,
    bindparam,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator

from firststep.clinical.diary import Arm
from firststep.clinical.diary import Episode as CourseOfCare
from firststep.models import Episode, NotedSession
from firststep.models.base import Moment
from firststep.services.diary_events import KINDS, Event
from firststep.services.whole_columns import json_list

#: The kind of a session that a practitioner noted: read with the others, written by services/noted_sessions.py alone.
NOTED: Final = "noted_session"
_CARE: Final = "care"
_VALUES: Final[Mapping[str, tuple[str, ...]]] = {
    **{key: tuple(kind.fields) for key, kind in KINDS.items()},
    _CARE: ("arm", "ends_on"),
    NOTED: ("kind", "number", "noted_by", "practitioner_id", "disputed_at"),
}


@dataclass(frozen=True, kw_only=True)
class Lately:
    """From which days on a range gives what a year can hold hundreds of; None is all of the range."""

    doses: date | None = None
    sessions: date | None = None


ALL_OF_IT: Final = Lately()


def read_care_and_events(
    session: Session,
    patient_id: UUID,
    kinds: tuple[str, ...],
    *,
    first: date,
    last: date,
    lately: Lately = ALL_OF_IT,
) -> tuple[tuple[CourseOfCare, ...], tuple[Event, ...]]:
    """Return all courses of care, and the dated things that lie at least partly in the range, by day, kind and id.

    Among them are the sessions that practitioners noted and did not withdraw. What lasts and began before the range is
    there with its own first day. What happens on one day again and again, a dose or a session, comes as far back as
    ``lately`` says.
    """
    since = {"doses": max(first, lately.doses or first), "sessions": max(first, lately.sessions or first)}
    values = {"patient_id": patient_id, "first": first, "last": last, **since}
    texts = iter(session.execute(_statement(kinds), values).one())
    # Of courses of care with the same first day the one named last counts, so the order is never left to chance.
    care = sorted(_read(_CARE, texts), key=_IN_ORDER)
    events = sorted(chain.from_iterable(_read(kind, texts) for kind in (*kinds, NOTED)), key=_IN_ORDER)
    return tuple(CourseOfCare(cast(Arm, one["arm"]), one.day, one["ends_on"]) for one in care), tuple(events)


_IN_ORDER: Final = attrgetter("day", "kind", "id")


def _read(kind: str, texts: Iterator[str]) -> Iterator[Event]:
    """Take the columns of a table from the answer, and go through its rows."""
    names = _VALUES[kind]
    ids, days, *values = (_column(column, next(texts)) for column in _columns(kind))
    for event_id, day, *row in zip(ids, days, *values, strict=True):
        yield Event(kind=kind, id=event_id, day=day, values=dict(zip(names, row, strict=True)))


def _column(column: Column[Any], text: str) -> Iterable[Any]:
    """Read a column's values as the database's driver would."""
    found, read = orjson.loads(text), _reader(column)
    return found if read is None else [None if value is None else read(value) for value in found]


@cache
def _reader(column: Column[Any]) -> Callable[[Any], Any] | None:
    """Return what makes the value from its JSON; None where JSON has it already."""
    kind = column.type
    if isinstance(kind, Moment):
        return lambda text: kind.process_result_value(datetime.fromisoformat(text), _NO_DIALECT)
    if isinstance(kind, TypeDecorator):
        return lambda value: kind.process_result_value(value, _NO_DIALECT)
    readers: tuple[tuple[Any, Callable[[Any], Any]], ...] = ((Uuid, UUID), (Date, date.fromisoformat), (Boolean, bool))
    return next((read for shape, read in readers if isinstance(kind, shape)), None)


#: Our own types read the same from every database.
_NO_DIALECT: Final = cast(Dialect, None)


def _table(kind: str) -> Any:
    others: Mapping[str, Any] = {_CARE: Episode, NOTED: NotedSession}
    return others[kind] if kind in others else KINDS[kind].table


@cache
def _columns(kind: str) -> tuple[Column[Any], ...]:
    """List the columns that are read of a table: the id, the day, and the values in their order."""
    columns = _table(kind).__mapper__.columns
    day = "starts_on" if kind == _CARE else "day"
    return tuple(columns[name] for name in ("id", day, *_VALUES[kind]))


@cache
def _statement(kinds: tuple[str, ...]) -> Select[Any]:
    """Return the statement: each table gives one row, whatever it holds, and one way to the database is enough."""
    first, *others = (_whole(kind) for kind in (_CARE, *kinds, NOTED))
    joined: Any = first
    for other in others:
        joined = joined.join(other, true())
    return select(*(column for one in (first, *others) for column in one.c)).select_from(joined)


def _whole(kind: str) -> Subquery:
    columns = [json_list(column).label(f"column_{place}") for place, column in enumerate(_columns(kind))]
    own = _table(kind).patient_id == bindparam("patient_id", type_=Uuid())
    return select(*columns).where(own, *_in_range(kind)).subquery(f"of_{kind}")


def _in_range(kind: str) -> list[ColumnElement[bool]]:
    first, last, doses, sessions = (bindparam(name, type_=Date()) for name in ("first", "last", "doses", "sessions"))
    if kind == _CARE:
        return []
    day = _table(kind).day
    if kind == NOTED:
        return [day.between(sessions, last), NotedSession.withdrawn_at.is_(None)]
    if kind in ("dose", "treatment_session"):
        return [day.between(doses if kind == "dose" else sessions, last)]
    ends = KINDS[kind].ends
    if not ends:
        return [day.between(first, last)]
    end = _table(kind).__mapper__.columns[ends]
    return [day <= last, or_(day >= first, end.is_(None), end >= first)]
