"""A backup that is one file for both databases, taken while people write, and that proves itself when read.

The file is a zip: ``manifest.json`` (schema revision, moment, rows and SHA-256 of each table) and one file of JSON
lines per table, ordered by primary key. Sessions are left out: after a restore everybody signs in again; and files
that somebody is about to bring back.
"""

from __future__ import annotations

import hashlib
import io
import lzma
import os
import zipfile
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

import orjson
from sqlalchemy import Connection, LargeBinary, Table, Uuid, func, insert, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.types import Date, DateTime, TypeDecorator

from firststep.models import Base

FORMAT = "firststep-backup-1"
LEFT_OUT = frozenset({"cohort_result", "upload", "user_session"})
_BATCH_ROWS = 500
# Neither a row nor the manifest comes near it; a longer one is a trap that would fill the memory.
_LONGEST_LINE_BYTES = 1 << 20
# What zipfile raises for bytes that are not those that were written.
_DAMAGE = (KeyError, EOFError, OSError, RuntimeError, zipfile.BadZipFile, zlib.error, lzma.LZMAError)


class BackupError(Exception):
    """Says in one sentence why a backup cannot be used."""


@dataclass(frozen=True, kw_only=True)
class Contents:
    """How much a table holds: its rows, and the SHA-256 of their lines."""

    rows: int
    sha256: str


def tables() -> list[Table]:
    """Return the tables of a backup, parents before children."""
    return [table for table in Base.metadata.sorted_tables if table.name not in LEFT_OUT]


def write_backup(connection: Connection, path: Path, *, revision: str, now: datetime) -> dict[str, Contents]:
    """Write every table of one consistent moment to ``path`` and return what each holds.

    The connection must be in a transaction that sees one moment (SQLite: any; PostgreSQL: REPEATABLE READ). The file
    is readable by its owner only and appears whole or not at all.
    """
    partial = path.with_name(path.name + ".partial")
    partial.unlink(missing_ok=True)
    # A new file and no link that somebody else laid there: it would take everything to a place of their choice.
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as raw:
            held = _write_archive(connection, raw, revision=revision, now=now)
            raw.flush()
            os.fsync(raw.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return held


def _write_archive(connection: Connection, raw: BinaryIO, *, revision: str, now: datetime) -> dict[str, Contents]:
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        held = {str(table.name): _write_table(connection, archive, table) for table in tables()}
        manifest = {
            "format": FORMAT,
            "revision": revision,
            "taken_at": now.isoformat(),
            "tables": {name: asdict(contents) for name, contents in held.items()},
        }
        archive.writestr("manifest.json", orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
    return held


def restore_backup(connection: Connection, path: Path, *, revision: str) -> dict[str, Contents]:
    """Fill the empty tables from the file and return what they hold; raise BackupError and keep nothing otherwise.

    The caller's transaction must be rolled back on BackupError.
    """
    with _opened(path) as archive:
        manifest = _manifest(archive, revision)
        for table in tables():
            if connection.scalar(select(func.count()).select_from(table)):
                raise BackupError(f"The table {table.name} is not empty; restore only into an empty database.")
        for table in tables():
            _check_file(archive, table, manifest[table.name])
            _fill(connection, archive, table)
        advance_sequences(connection, tables())
        held = {str(table.name): contents(connection, table) for table in tables()}
    for name, found in held.items():
        if found != manifest[name]:
            raise BackupError(f"The table {name} does not hold what the backup says; nothing was restored.")
    return held


def _fill(connection: Connection, archive: zipfile.ZipFile, table: Table) -> None:
    try:
        for batch in _batches(archive, table):
            connection.execute(insert(table), batch)
    except (*_DAMAGE, TypeError, ValueError, AttributeError, SQLAlchemyError) as error:
        # Not the error's words: they may hold a person's data.
        raise BackupError(
            f"The part {table.name} of the backup holds what cannot be stored; nothing was restored."
        ) from error


def contents(connection: Connection, table: Table) -> Contents:
    """Return what a table holds now."""
    digest, rows = hashlib.sha256(), 0
    for line in _lines(connection, table):
        digest.update(line)
        rows += 1
    return Contents(rows=rows, sha256=digest.hexdigest())


def _write_table(connection: Connection, archive: zipfile.ZipFile, table: Table) -> Contents:
    digest, rows = hashlib.sha256(), 0
    with archive.open(f"{table.name}.jsonl", "w", force_zip64=True) as member:
        for line in _lines(connection, table):
            member.write(line)
            digest.update(line)
            rows += 1
    return Contents(rows=rows, sha256=digest.hexdigest())


def _lines(connection: Connection, table: Table) -> Iterator[bytes]:
    # On the statement: on the connection it would go on for whatever is asked afterwards.
    statement = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=_BATCH_ROWS)
    result = connection.execute(statement)
    for row in result.mappings():
        values = {str(name): _encoded(value) for name, value in row.items()}
        yield orjson.dumps(values, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def _batches(archive: zipfile.ZipFile, table: Table) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    with archive.open(f"{table.name}.jsonl") as member:
        lines = io.BufferedReader(member)  # type: ignore[type-var]
        while line := lines.readline(_LONGEST_LINE_BYTES):
            values = orjson.loads(line)
            # A statement takes the column's key, which is another than its name where the unit is in the name.
            batch.append({column.key: _decoded(column.type, values[column.name]) for column in table.columns})
            if len(batch) == _BATCH_ROWS:
                yield batch
                batch = []
    if batch:
        yield batch


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (*_DAMAGE, ValueError) as error:
        raise BackupError(
            f"{path.name} cannot be read as a backup; it is missing, cut off or something else."
        ) from error


def _manifest(archive: zipfile.ZipFile, revision: str) -> dict[str, Contents]:
    try:
        with archive.open("manifest.json") as member:
            manifest = orjson.loads(member.read(_LONGEST_LINE_BYTES))
        listed = {name: Contents(**held) for name, held in manifest["tables"].items()}
        known = manifest["format"] == FORMAT
        taken_with = manifest["revision"]
    except (*_DAMAGE, TypeError, ValueError, AttributeError) as error:
        raise BackupError("The backup's manifest cannot be read; use another backup.") from error
    if not known:
        raise BackupError("This is not a backup of a kind that this version reads.")
    if taken_with != revision:
        raise BackupError(
            f"The backup has schema {taken_with}, the database {revision}; "
            "restore with the version that wrote it, then upgrade."
        )
    missing = {table.name for table in tables()} - listed.keys()
    if missing:
        raise BackupError(f"The backup lacks the tables {', '.join(sorted(missing))}; use another backup.")
    return listed


def _check_file(archive: zipfile.ZipFile, table: Table, expected: Contents) -> None:
    digest = hashlib.sha256()
    try:
        with archive.open(f"{table.name}.jsonl") as member:
            while chunk := member.read(1 << 16):
                digest.update(chunk)
    except _DAMAGE as error:
        raise BackupError(f"The part {table.name} of the backup is damaged; nothing was restored.") from error
    if digest.hexdigest() != expected.sha256:
        raise BackupError(f"The part {table.name} of the backup was changed or damaged; nothing was restored.")


def advance_sequences(connection: Connection, filled: list[Table]) -> None:
    """Make PostgreSQL number new rows after those that were filled in; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in filled:
        for column in table.primary_key.columns:
            if column is table.autoincrement_column:
                sequence = func.pg_get_serial_sequence(f'"{table.name}"', column.name)
                highest = func.coalesce(func.max(column), 1)
                connection.execute(select(func.setval(sequence, highest, func.count(column) > 0)))


def _encoded(value: Any) -> Any:
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, bytes):
        return b64encode(value).decode("ascii")
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value


def _decoded(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    plain = kind.impl if isinstance(kind, TypeDecorator) else kind
    if isinstance(plain, Uuid):
        return UUID(value)
    if isinstance(plain, DateTime):
        return datetime.fromisoformat(value)
    if isinstance(plain, Date):
        return date.fromisoformat(value)
    if isinstance(plain, LargeBinary):
        return b64decode(value)
    return value
