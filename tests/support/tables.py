"""What the tables hold, as hashes: to show that a request changed nothing, or nothing of somebody's."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from uuid import UUID

from flask import Flask
from sqlalchemy import Table, or_, select

from firststep.extensions import db
from firststep.models import Base

#: A hash of what each table holds, by its name.
Fingerprint = dict[str, str]


def fingerprint(app: Flask, *, without: Collection[str] = ()) -> Fingerprint:
    """Return a hash of each table."""
    with app.app_context():
        found = {table.name: _hash(table) for table in _tables(without)}
        db.session.rollback()
    return found


def fingerprint_of_person(app: Flask, *, patient_id: UUID, user_id: UUID) -> Fingerprint:
    """Return a hash of one person's rows in each table that holds any, sessions included."""
    with app.app_context():
        found = {table.name: _hash(table, patient_id, user_id) for table in Base.metadata.sorted_tables}
        db.session.rollback()
    return found


def _tables(without: Collection[str]) -> list[Table]:
    return [table for table in Base.metadata.sorted_tables if table.name not in without]


def _hash(table: Table, patient_id: UUID | None = None, user_id: UUID | None = None) -> str:
    # When a session was last used is what each request may note.
    columns = [column for column in table.columns if column.name != "last_seen_at"]
    statement = select(*columns).order_by(*table.primary_key.columns)
    if patient_id is not None:
        owned = [table.c.patient_id == patient_id] if "patient_id" in table.c else []
        owned += [table.c.user_id == user_id] if "user_id" in table.c else []
        own_id = {"patient": patient_id, "user": user_id}.get(table.name)
        owned += [table.c.id == own_id] if own_id else []
        if not owned:
            return ""
        statement = statement.where(or_(*owned))
    digest = hashlib.sha256()
    for row in db.session.execute(statement):
        digest.update(repr(tuple(row)).encode())
    return digest.hexdigest()
