"""Migrations that cannot delete child rows on SQLite."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from alembic.runtime.migration import MigrationContext, MigrationStep
from alembic.script import Script
from flask_alembic import Alembic
from psycopg.errors import DeadlockDetected, LockNotAvailable
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.types import TypeDecorator


def _is_a_step(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING or record.getMessage().startswith("Running ")


# Besides its steps Alembic tells at every start and backup which kind of database it sees.
logging.getLogger("alembic.runtime.migration").addFilter(_is_a_step)


_LOG = logging.getLogger(__name__)

# A request that wants the table waits no longer than this for a migration that waits itself.
_LOCK_PATIENCE_MS = 1500
_LOCK_TRIES = 60
_LOCK_PAUSE_S = 1.0

#: What a database is to this release: of an earlier one, of this one, or of a later one.
State = Literal["behind", "current", "ahead"]


class ForeignKeysBroken(Exception):
    """A migration left rows whose parent is gone; it was rolled back."""


class GuardedAlembic(Alembic):
    """Flask-Alembic with SQLite's foreign keys off while tables are rebuilt, and checked before the commit.

    A batch migration drops and renames the parent table; with foreign keys on, that silently deletes every
    child row that has ON DELETE CASCADE.
    """

    _heads: frozenset[str] = frozenset()
    _revisions: frozenset[str] = frozenset()

    def run_migrations(
        self,
        fn: Callable[[str | list[str] | tuple[str, ...], MigrationContext], list[MigrationStep]],
        **kwargs: Any,
    ) -> None:
        """Run the migrations inside the guard."""
        connection = self.migration_context.connection
        if connection is None:
            super().run_migrations(fn, **kwargs)
            return
        guard = _foreign_keys_off if connection.dialect.name == "sqlite" else _short_locks
        with guard(connection):
            super().run_migrations(fn, **kwargs)

    def upgrade(self, target: int | str | Script = "heads") -> None:
        """Upgrade after a copy of the SQLite file was set aside, if there is something in it to lose.

        On PostgreSQL one program at a time: of several that start together the others then find nothing to do.
        """
        with _alone(self.migration_context.connection):
            self._upgrade(target)

    def _upgrade(self, target: int | str | Script) -> None:
        current = {script.revision for script in self.current()}
        if current and current != {script.revision for script in self.heads()}:
            self._set_copy_aside("-".join(sorted(current)))
        for _ in range(_LOCK_TRIES - 1):
            try:
                return super().upgrade(target)
            except OperationalError as error:
                if not isinstance(error.orig, LockNotAvailable | DeadlockDetected):
                    raise
                _LOG.warning("A table is in use; the migration tries again.")
                time.sleep(_LOCK_PAUSE_S)
        return super().upgrade(target)

    def state_of(self, revision: str | None) -> State:
        """Tell what a database at this revision is to this program; None is one without tables.

        A revision that no file of this release makes is of a later one: what was running before an upgrade goes on
        over the tables that the upgrade made, until it is replaced.
        """
        known = self._known()
        if revision is None or revision not in known:
            return "behind" if revision is None else "ahead"
        return "current" if revision in self._heads else "behind"

    def _known(self) -> frozenset[str]:
        # Reading the files of all revisions takes longer than the question that readiness asks every few seconds.
        if not self._revisions:
            self._heads = frozenset(script.revision for script in self.heads())
            self._revisions = frozenset(script.revision for script in self.script_directory.walk_revisions())
        return self._revisions

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
def _alone(connection: Connection | None) -> Iterator[None]:
    if connection is None or connection.dialect.name != "postgresql":
        yield
        return
    # A connection of its own: the lock is of the session, and must outlive each transaction of the migrations.
    with connection.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as holding:
        # Whoever waits here waits for a migration, which may take longer than any statement of a request.
        holding.execute(text("SET statement_timeout = 0"))
        holding.execute(text("SELECT pg_advisory_lock(hashtext('firststep migrations'))"))
        try:
            yield
        finally:
            holding.execute(text("SELECT pg_advisory_unlock(hashtext('firststep migrations'))"))
            holding.invalidate()


@contextmanager
def _short_locks(connection: Connection) -> Iterator[None]:
    """Let a migration take its time, but wait for no lock: everybody who wants the table would wait behind it.

    A backup holds its tables for as long as it takes; an ALTER TABLE that waits for it stops every request.
    """
    connection.rollback()
    connection.execute(text("SET statement_timeout = 0"))
    connection.execute(text(f"SET lock_timeout = '{_LOCK_PATIENCE_MS}ms'"))
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.execute(text("RESET lock_timeout"))
        connection.execute(text("RESET statement_timeout"))
        connection.commit()


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
