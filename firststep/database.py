"""How a connection to SQLite or PostgreSQL is set up: durable, with foreign keys, and without lost updates."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

from psycopg.errors import FeatureNotSupported
from sqlalchemy import Connection, Engine, ExceptionContext, event
from sqlalchemy.orm import Session

_WRITING: ContextVar[bool] = ContextVar("writing", default=True)

_BUSY_MS = 5000
_SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    # FULL and not NORMAL: an acknowledged entry must survive a power cut.
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={_BUSY_MS}",
    "PRAGMA secure_delete=ON",
    "PRAGMA cache_size=-16000",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA journal_size_limit=67108864",
)


def engine_options(url: str) -> dict[str, Any]:
    """Return the engine's configuration for this database URL."""
    if url.startswith("sqlite"):
        return {"url": url, "pool_size": 10, "connect_args": {"timeout": 5}}
    return {
        "url": url,
        "pool_size": 5,
        "max_overflow": 5,
        "pool_pre_ping": True,
        "pool_recycle": 1800,
        "connect_args": {"connect_timeout": 10, "options": "-c statement_timeout=15000 -c timezone=utc"},
    }


def prepare_engine(engine: Engine) -> None:
    """Attach what SQLite needs on each connection and each transaction, and what PostgreSQL needs after an upgrade."""
    if engine.dialect.name == "postgresql":
        event.listen(engine, "handle_error", _give_up_outdated)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "do_connect", _make_private)
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "begin", _begin)


@contextmanager
def reading_only() -> Iterator[None]:
    """Open transactions that take no write lock at their start: for GET requests."""
    token = _WRITING.set(False)
    try:
        yield
    finally:
        _WRITING.reset(token)


@contextmanager
def one_moment(session: Session) -> Iterator[None]:
    """Let everything that is read in this block be of one moment; what was not committed before is given up."""
    session.rollback()
    with reading_only():
        if session.get_bind().dialect.name == "postgresql":
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        try:
            yield
        finally:
            session.rollback()


def truncate_log(engine: Engine) -> bool:
    """Bring SQLite's write-ahead log into the database and empty it: deleted rows can be read in it until then.

    False when somebody reads the log at this moment; then it is for the next time. PostgreSQL keeps its own.
    """
    if engine.dialect.name != "sqlite":
        return True
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        # While it waits for a reader nobody can write.
        cursor.execute("PRAGMA busy_timeout=300")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        found = cursor.fetchone()
        cursor.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
        return found is not None and found[0] == 0
    finally:
        connection.close()


def set_writing(writing: bool) -> None:
    """Choose for this request whether its transactions take SQLite's write lock when they begin."""
    _WRITING.set(writing)


def _give_up_outdated(context: ExceptionContext) -> None:
    """Take a connection for a broken one whose prepared statements are of columns that an upgrade changed.

    One request is then asked to try again, and the others get connections that know the columns as they are.
    """
    fault = context.original_exception
    # By the place in PostgreSQL's source, as its own driver for Java does: the sentence depends on the language.
    if isinstance(fault, FeatureNotSupported) and fault.diag.source_function == "RevalidateCachedQuery":
        context.is_disconnect = True


def _make_private(_dialect: object, _record: object, arguments: Any, _keywords: object) -> None:
    """Make a new database file that only its owner can read; what SQLite lays beside it gets the same rights."""
    path = str(arguments[0])
    if path and not path.startswith((":", "file:")):
        # It is there already, or its folder is not: both are for SQLite to deal with.
        with suppress(OSError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _set_pragmas(dbapi_connection: Any, _record: object) -> None:
    # The driver must not open transactions by itself: `_begin` does.
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    for pragma in _SQLITE_PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: Connection) -> None:
    # A deferred transaction that reads and then writes fails at once under load, whatever the timeout.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if _WRITING.get() else "BEGIN")
