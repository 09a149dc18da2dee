"""A practitioner's list of patients, a page at a time: in the order of reasons, within a reason by name.

A page asks for as many rows as it shows, whatever the number of patients. What may be seen of each is asked of
``access`` in the same request; what a row says is shown only while it is true.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select, tuple_
from sqlalchemy.orm import Session

from firststep.clinical.triage import Reason
from firststep.models import NameBeginning, Triage
from firststep.models.triage import HIDDEN, REASONS, SNOOZED
from firststep.services import access, panel_names
from firststep.services.access import Grant
from firststep.services.panel_rows import name_key, reason_on
from firststep.services.zones import local_day

ROWS_PER_PAGE: Final = 25
#: So many people can be printed at once.
MOST_PICKED: Final = 20
#: The groups that the list can be narrowed to.
GROUPS: Final[Mapping[str, int]] = {**{reason: place for place, reason in enumerate(REASONS)}, "snoozed": SNOOZED}
#: Of so many next ones some may have ended a moment ago.
_CANDIDATES: Final = 4
#: Both have the columns of the list's order.
_Source: TypeAlias = type[Triage] | type[NameBeginning]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What the list says of somebody today; ``at_least`` is about the days of a flare-up."""

    reason: Reason
    at_least: bool
    since: date
    last_entry_on: date | None


@dataclass(frozen=True, kw_only=True)
class Snooze:
    """That and why somebody is put off, until which day."""

    until: date
    note: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """One person of the list; ``standing`` is None while it is computed anew."""

    grant: Grant
    standing: Standing | None
    snooze: Snooze | None


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which part of the list: a group, names, and the share after or before which the page lies."""

    group: str = ""
    name: str = ""
    after: UUID | None = None
    before: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Page:
    """The lines of a page, and the shares after and before which the next and the previous one lie."""

    lines: Sequence[Line]
    next_after: UUID | None
    previous_before: UUID | None


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Whose list it is, the moment, and the zone of the reader's clock."""

    practitioner_id: UUID
    now: datetime
    zone_name: str


def read_page(session: Session, reader: Reader, asked: Asked) -> Page:
    """Return a page of the list: two statements, one more where it is not the first, one more for several words."""
    backwards = asked.before is not None
    place = _place_of(session, reader, asked.before or asked.after)
    rows = _rows(session, reader, asked, place, backwards=backwards, most=ROWS_PER_PAGE + 1)
    more = len(rows) > ROWS_PER_PAGE
    rows = rows[:ROWS_PER_PAGE]
    if backwards:
        rows.reverse()
    begun, goes_on = (more, True) if backwards else (place is not None, more)
    return Page(
        lines=_lines(session, reader, rows),
        next_after=rows[-1].share_id if rows and goes_on else None,
        previous_before=rows[0].share_id if rows and begun else None,
    )


def read_lines(session: Session, reader: Reader, share_ids: Collection[UUID]) -> list[Line]:
    """Return these people of the list, in its order: two statements."""
    statement = _ordered(Triage, backwards=False).where(*_mine(reader), Triage.share_id.in_(share_ids))
    return _lines(session, reader, list(session.scalars(statement)))


def neighbours(session: Session, reader: Reader, share_id: UUID) -> tuple[UUID | None, UUID | None]:
    """Return the shares before and after this one in the order of the list: four statements."""
    place = _place_of(session, reader, share_id)
    if place is None:
        return None, None
    sides = [
        [row.share_id for row in _rows(session, reader, Asked(), place, backwards=backwards, most=_CANDIDATES)]
        for backwards in (True, False)
    ]
    seen = access.grants(session, reader.practitioner_id, [*sides[0], *sides[1]], now=reader.now)
    before, after = (next((share for share in side if share in seen), None) for side in sides)
    return before, after


def _mine(reader: Reader) -> tuple[ColumnElement[bool], ...]:
    return (Triage.practitioner_id == reader.practitioner_id, Triage.place < HIDDEN)


def _key(source: _Source) -> tuple[Any, ...]:
    """Return what the list is in the order of."""
    return source.place, source.name_key, source.share_id


def _place_of(session: Session, reader: Reader, share_id: UUID | None) -> tuple[int, str, UUID] | None:
    if share_id is None:
        return None
    found = session.execute(select(*_key(Triage)).where(*_mine(reader), Triage.share_id == share_id)).one_or_none()
    return None if found is None else (found.place, found.name_key, found.share_id)


def _rows(
    session: Session,
    reader: Reader,
    asked: Asked,
    place: tuple[int, str, UUID] | None,
    *,
    backwards: bool,
    most: int,
) -> list[Triage]:
    words = panel_names.asked_words(name_key(asked.name))
    source: _Source = NameBeginning if words else Triage
    statement = _ordered(source, backwards=backwards).where(*_which(source, asked, place, backwards=backwards))
    if words:
        statement = statement.where(*panel_names.named(session, reader.practitioner_id, words))
    else:
        statement = statement.where(Triage.practitioner_id == reader.practitioner_id)
    return list(session.scalars(statement.limit(most)))


def _which(
    source: _Source, asked: Asked, place: tuple[int, str, UUID] | None, *, backwards: bool
) -> Iterator[ColumnElement[bool]]:
    """Go through the conditions as the index has its columns: what they ask for twice would be read row by row."""
    depth = 0
    if asked.group:
        yield source.place == GROUPS[asked.group]
        depth = 1
    elif place is None or not backwards:
        yield source.place < HIDDEN
    if place is not None:
        key = tuple_(*_key(source)[depth:])
        yield key < place[depth:] if backwards else key > place[depth:]


def _ordered(source: _Source, *, backwards: bool) -> Select[Any]:
    key = _key(source)
    statement: Select[Any] = select(Triage)
    if source is NameBeginning:
        statement = statement.join(NameBeginning, NameBeginning.share_id == Triage.share_id)
    order = [column.desc() for column in key] if backwards else key
    return statement.order_by(*order).execution_options(populate_existing=True)


def _lines(session: Session, reader: Reader, rows: Sequence[Triage]) -> list[Line]:
    grants = access.grants(session, reader.practitioner_id, [row.share_id for row in rows], now=reader.now)
    return [_line(reader, row, grants[row.share_id]) for row in rows if row.share_id in grants]


def _line(reader: Reader, row: Triage, grant: Grant) -> Line:
    due = row.due_at is not None and row.due_at <= reader.now
    found = None if due or row.outlook is None else reason_on(row.outlook, grant)
    if found is None or found[0].kind != row.reason:
        return Line(grant=grant, standing=None, snooze=None)
    reason, at_least = found
    standing = Standing(
        reason=reason, at_least=at_least, since=row.since or grant.today, last_entry_on=row.last_entry_on
    )
    return Line(grant=grant, standing=standing, snooze=_snooze(reader, row))


def _snooze(reader: Reader, row: Triage) -> Snooze | None:
    until = row.snoozed_until
    if row.place != SNOOZED or until is None or local_day(reader.now, reader.zone_name) > until:
        return None
    return Snooze(until=until, note=row.snooze_note or "")
