"""What the tables hold, as hashes: to show that a request changed nothing, or nothing of somebody's."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from functools import lru_cache, reduce
from uuid import UUID

from flask import Flask
from sqlalchemy import (
    Dialect,
    Select,
    String,
    Table,
    Text,
    TextClause,
    cast,
    func,
    literal,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.sql.elements import ColumnElement

from firststep.extensions import db
from firststep.models import Base

#: A hash of what each table holds, by its name.
Fingerprint = dict[str, str]


def fingerprint(app: Flask, *, without: Collection[str] = ()) -> Fingerprint:
    """Return a hash of each table."""
    return _hashes(app, frozenset(without))


def fingerprint_of_person(app: Flask, *, patient_id: UUID, user_id: UUID) -> Fingerprint:
    """Return a hash of one person's rows in each table that holds any, sessions included."""
    return _hashes(app, frozenset(), (patient_id, user_id))


def _hashes(app: Flask, without: frozenset[str], person: tuple[UUID, UUID] | None = None) -> Fingerprint:
    with app.app_context():
        dialect = db.session.get_bind().dialect
        if dialect.name == "postgresql":
            # Starting other processes for so many queries of a few rows takes longer than running them.
            db.session.execute(text("SET LOCAL max_parallel_workers_per_gather = 0"))
        statement = _contents(dialect, without, person)
        found = {
            name: hashlib.sha256((held or "").encode()).hexdigest() for name, held in db.session.execute(statement)
        }
        db.session.rollback()
    return found


@lru_cache(maxsize=64)
def _contents(dialect: Dialect, without: frozenset[str], person: tuple[UUID, UUID] | None) -> TextClause:
    """Return the statement that reads all tables at once: one by one, asking takes longer than hashing."""
    read = []
    for table in Base.metadata.sorted_tables:
        owned = _owned(table, *person) if person else []
        if table.name not in without and (owned or not person):
            read.append(_content(dialect, table, owned))
    compiled = union_all(*read).compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    # As text, because putting it together anew takes longer than running it. A colon in it would name a parameter.
    return text(str(compiled).replace(":", r"\:"))


def _owned(table: Table, patient_id: UUID, user_id: UUID) -> list[ColumnElement[bool]]:
    owned = [table.c.patient_id == patient_id] if "patient_id" in table.c else []
    owned += [table.c.user_id == user_id] if "user_id" in table.c else []
    own_id = {"patient": patient_id, "user": user_id}.get(table.name)
    return owned + ([table.c.id == own_id] if own_id else [])


def _content(dialect: Dialect, table: Table, owned: list[ColumnElement[bool]]) -> Select[tuple[str, str]]:
    """Return the query for the name of the table and for all its rows, in the order of their keys, as one text."""
    # When a session was last used is what each request may note.
    columns = [column for column in table.columns if column.name != "last_seen_at"]
    rows = select(*(_quoted(dialect, column) for column in columns)).order_by(*table.primary_key.columns)
    found = (rows.where(or_(*owned)) if owned else rows).subquery()
    row = reduce(lambda begun, value: begun + "," + value, found.columns)
    return select(literal(table.name, String), func.aggregate_strings(row, ";"))


def _quoted(dialect: Dialect, column: ColumnElement[object]) -> ColumnElement[str]:
    """Return the value as the database writes it, so that no value looks like another, or like two."""
    if dialect.name == "postgresql":
        return func.quote_nullable(cast(column, Text), type_=Text)
    return func.quote(column, type_=Text)
