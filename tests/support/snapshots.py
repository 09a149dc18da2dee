"""Puts the tables back to what they held at one moment: cheaper than making everybody anew for each test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import select

from firststep.extensions import db
from firststep.models import Base
from tests.conftest import empty_tables


@dataclass(frozen=True)
class Snapshot:
    """The rows of each table, parents before children."""

    rows: Mapping[str, Sequence[Mapping[str, Any]]]


def take(app: Flask) -> Snapshot:
    """Return what the tables hold now."""
    with app.app_context():
        rows = {
            # By their keys, under which they are put back; a column's name in the database may be another.
            table.name: [dict(zip(table.columns.keys(), row, strict=True)) for row in db.session.execute(select(table))]
            for table in Base.metadata.sorted_tables
        }
        db.session.rollback()
    return Snapshot(rows)


def restore(app: Flask, snapshot: Snapshot) -> None:
    """Make the tables hold what they held then, and nothing else."""
    with app.app_context():
        empty_tables(db.session)
        for table in Base.metadata.sorted_tables:
            if snapshot.rows[table.name]:
                db.session.execute(table.insert(), list(snapshot.rows[table.name]))
        db.session.commit()
