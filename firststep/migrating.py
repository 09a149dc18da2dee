"""Migrations that cannot delete child rows on SQLite."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from alembic.runtime.migration import MigrationContext, MigrationStep
from flask_alembic import Alembic
from sqlalchemy import Connection, event
from sqlalchemy.types import TypeDecorator


class ForeignKeysBroken(Exception):
    """A migration left rows whose parent is gone; it was rolled back."""


class GuardedAlembic(Alembic):
    """Flask-Alembic with SQLite's foreign keys off while tables are rebuilt, and checked before the commit.

    A batch migration drops and renames the parent table; with foreign keys on, that silently deletes every
    child row that has ON DELETE CASCADE.
    """

    def run_migrations(
        self,
        fn: Callable[[str | list[str] | tuple[str, ...], MigrationContext], list[MigrationStep]],
        **kwargs: Any,
    ) -> None:
        """Run the migrations inside the guard."""
        connection = self.migration_context.connection
        if connection is None or connection.dialect.name != "sqlite":
            super().run_migrations(fn, **kwargs)
            return
        with _foreign_keys_off(connection):
            super().run_migrations(fn, **kwargs)


@contextmanager
def _foreign_keys_off(connection: Connection) -> Iterator[None]:
    # The pragma does nothing inside a transaction, so it goes to the driver before one begins.
    driver = connection.connection.driver_connection
    assert driver is not None
    if connection.in_transaction():
        connection.rollback()
    driver.execute("PRAGMA foreign_keys=OFF")
    event.listen(connection, "commit", _check_before_commit)
    try:
        yield
    finally:
        event.remove(connection, "commit", _check_before_commit)
        if connection.in_transaction():
            connection.rollback()
        driver.execute("PRAGMA foreign_keys=ON")


def _check_before_commit(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        tables = ", ".join(sorted({str(row[0]) for row in broken}))
        raise ForeignKeysBroken(f"{len(broken)} rows would lose their parent in: {tables}.")


def render_type(kind: str, item: Any, _context: object) -> str | bool:
    """Write our own column types into migrations as the plain types beneath, so that old migrations need no code of ours."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False
