"""Migrations that cannot delete child rows on SQLite."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic.runtime.migration import MigrationContext, MigrationStep
from alembic.script import Script
from flask_alembic import Alembic
from sqlalchemy import Connection, event
from sqlalchemy.types import TypeDecorator


def _is_a_step(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING or record.getMessage().startswith("Running ")


# Besides its steps Alembic tells at every start and backup which kind of database it sees.
logging.getLogger("alembic.runtime.migration").addFilter(_is_a_step)


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

    def upgrade(self, target: int | str | Script = "heads") -> None:
        """Upgrade after a copy of the SQLite file was set aside, if there is something in it to lose."""
        current = {script.revision for script in self.current()}
        if current and current != {script.revision for script in self.heads()}:
            self._set_copy_aside("-".join(sorted(current)))
        super().upgrade(target)

    def _set_copy_aside(self, revision: str) -> None:
        connection = self.migration_context.connection
        path = connection.engine.url.database if connection is not None else None
        if connection is None or connection.dialect.name != "sqlite" or not path or path == ":memory:":
            return
        copy = Path(f"{path}.before-upgrade-from-{revision}")
        copy.unlink(missing_ok=True)
        copy.touch(mode=0o600)
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("VACUUM INTO ?", (str(copy),))

    def current(self) -> tuple[Script, ...]:
        """Return the revisions that the database is at, and hold no lock afterwards."""
        found = super().current()
        connection = self.migration_context.connection
        if connection is not None:
            connection.rollback()
        return found


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
        # SQLAlchemy takes a commit that its own listener refused for done; the driver still holds the transaction.
        driver.rollback()
        driver.execute("PRAGMA foreign_keys=ON")


def _check_before_commit(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        tables = ", ".join(sorted({str(row[0]) for row in broken}))
        raise ForeignKeysBroken(f"{len(broken)} rows would lose their parent in: {tables}.")


def render_type(kind: str, item: Any, _context: object) -> str | bool:
    """Write our own column types into migrations as the plain types beneath: old migrations need no code of ours."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False
