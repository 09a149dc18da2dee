"""``flask --app app backup FILE`` and ``restore FILE``."""

from __future__ import annotations

from pathlib import Path
from typing import cast
from uuid import UUID

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy import Connection

from firststep.database import reading_only
from firststep.extensions import alembic, db
from firststep.services import audit
from firststep.services.backup import BackupError, Contents, restore_backup, write_backup
from firststep.services.deletion_ledger import (
    FILE_NAME,
    Deleted,
    LedgerDamaged,
    noted,
    play_again,
    read_ledger,
    write_through,
)
from firststep.settings import Settings
from firststep.web import clock
from firststep.web.erasing import finish_erasure
from firststep.web.trail import sealing_key


def init_backup_commands(app: Flask) -> None:
    """Add the two commands."""
    app.cli.add_command(backup)
    app.cli.add_command(restore)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--replace", is_flag=True, help="Write over FILE if it is there.")
@with_appcontext
def backup(file: Path, *, replace: bool) -> None:
    """Write everything of this moment to FILE, while the server goes on."""
    if file.exists() and not replace:
        raise click.ClickException(f"{file} is there already: name another file, or write over it with --replace.")
    revision = _revision()
    beside = file.with_name(FILE_NAME)
    try:
        with reading_only(), _snapshot() as connection:
            held = write_backup(connection, file, revision=revision, now=clock.now())
        write_through(beside, _known_deletions())
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written there: {error.strerror}.") from error
    _report(f"Backed up to {file}", held)
    click.echo(f"Keep {beside.name} beside the backups: restoring an older one reads there who has left since.")
    click.echo("Keep SECRET_KEY in another safe place: without it second factors in this backup cannot be used.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@with_appcontext
def restore(file: Path) -> None:
    """Fill an empty database from FILE, and check every table against it."""
    alembic.upgrade()
    revision = _revision()
    try:
        deleted = read_ledger(file.with_name(FILE_NAME)) | read_ledger(_settings().deletion_ledger)
        with db.engine.begin() as connection:
            held = restore_backup(connection, file, revision=revision)
            again = play_again(connection, deleted)
    except (BackupError, LedgerDamaged) as error:
        raise click.ClickException(str(error)) from error
    _report(f"Restored from {file} and checked", held)
    if again:
        click.echo(f"Deleted again, as it was deleted after this backup: {again} accounts or diaries.")
    finish_erasure()
    _check_trails()


def _known_deletions() -> set[Deleted]:
    deleted = noted(db.session) | read_ledger(_settings().deletion_ledger)
    db.session.rollback()
    return deleted


def _settings() -> Settings:
    return cast(Settings, current_app.config["SETTINGS"])


def _snapshot() -> Connection:
    connection = db.engine.connect()
    if connection.dialect.name == "postgresql":
        connection = connection.execution_options(isolation_level="REPEATABLE READ")
    return connection


def _check_trails() -> None:
    patients = audit.patients_with_trail(db.session)
    broken = sum(not _trail_holds(patient_id) for patient_id in patients)
    if broken:
        click.echo(
            f"The record of looks of {broken} of {len(patients)} patients does not hold: either it was changed, or "
            "SECRET_KEY is not the one of the server that was backed up. `flask --app app trail verify` names them.",
            err=True,
        )


def _trail_holds(patient_id: UUID) -> bool:
    try:
        audit.verify(db.session, patient_id, key=sealing_key())
    except audit.TrailBroken:
        return False
    return True


def _revision() -> str:
    current = alembic.current()
    if not current:
        raise click.ClickException("The database has no tables yet; run `flask --app app db upgrade` first.")
    db.session.rollback()
    return current[0].revision


def _report(title: str, held: dict[str, Contents]) -> None:
    rows = sum(contents.rows for contents in held.values())
    click.echo(f"{title}: {rows} rows in {len(held)} tables.")
