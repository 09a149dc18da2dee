"""Everything from one database into another of either kind, table by table, compared by rows and hashes at the end."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, Table, func, insert, select

from firststep.models import Base
from firststep.services.backup import Contents, advance_sequences, contents

#: What cohorts came to is counted anew where it is missing.
_COUNTED_ANEW = "cohort_result"
_BATCH_ROWS = 500


class MoveError(Exception):
    """Says in one sentence why nothing was moved."""


def moved_tables() -> list[Table]:
    """Return the tables that are moved, parents before children: sessions too, so that people stay signed in."""
    return [table for table in Base.metadata.sorted_tables if table.name != _COUNTED_ANEW]


def check_empty(target: Connection) -> None:
    """Raise MoveError unless there is no row in any table of the target."""
    for table in Base.metadata.sorted_tables:
        if target.scalar(select(func.count()).select_from(table)):
            raise MoveError(f"The table {table.name} there is not empty; move only into an empty database.")


def move(source: Connection, target: Connection) -> Iterator[tuple[str, Contents]]:
    """Copy table by table, and yield what each holds; raise MoveError for the first that is not the same on both.

    The source must be in a transaction that sees one moment. The target's is the caller's to commit, or to roll back.
    """
    for table in moved_tables():
        statement = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=_BATCH_ROWS)
        for rows in source.execute(statement).mappings().partitions(_BATCH_ROWS):
            # A statement takes the column's key, which is another than its name where the unit is in the name.
            target.execute(insert(table), [{column.key: row[column] for column in table.columns} for row in rows])
    advance_sequences(target, moved_tables())
    for table in moved_tables():
        there = contents(target, table)
        if there != contents(source, table):
            raise MoveError(f"The table {table.name} there does not hold what it holds here; nothing was moved.")
        yield table.name, there
