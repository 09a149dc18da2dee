"""``flask --app app move URL``: from the embedded database to PostgreSQL, or back."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any, cast

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import SQLAlchemyError

from firststep.database import engine_options, prepare_engine
from firststep.extensions import alembic, db
from firststep.services.health import revision_found
from firststep.services.moving import MoveError, check_empty, move
from firststep.settings import ROOT, Settings, SettingsError, load_settings


def init_moving_command(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(move_command)


@click.command("move")
@click.argument("url")
@with_appcontext
def move_command(url: str) -> None:
    """Copy everything into the empty database at URL, and compare both; stop the service before.

    "-" reads URL from the input: what stands in a command shows in logs and lists of processes, with its password.

    This database stays as it is. Set DATABASE_URL to URL afterwards, and start the service again.
    """
    address = _address(sys.stdin.readline().strip() if url == "-" else url)
    _check_current()
    _make_tables(address)
    engine = create_engine(**_options(address))
    prepare_engine(engine)
    try:
        # On SQLite a transaction that writes from its start: nobody writes here while it is copied.
        with db.engine.connect() as source, engine.begin() as target:
            check_empty(target)
            rows, tables = _copy(_of_one_moment(source), target)
            source.rollback()
    except MoveError as error:
        raise click.ClickException(str(error)) from error
    except SQLAlchemyError as error:
        # Not the error's words: they may hold a person's data.
        raise click.ClickException(f"{type(error).__name__}: nothing was moved.") from None
    finally:
        engine.dispose()
    click.echo(f"{rows} rows in {tables} tables are the same on both. Now set DATABASE_URL, and start the service.")


def _address(url: str) -> str:
    try:
        address = load_settings(_environment(url)).database_url
    except SettingsError as error:
        raise click.ClickException(str(error).replace("DATABASE_URL", "URL")) from error
    if address == _settings().database_url:
        raise click.ClickException("This is the database that is in use; name another one.")
    return address


def _environment(url: str) -> dict[str, str]:
    """Return the environment of the same program on the other database."""
    settings = _settings()
    return {
        **os.environ,
        "VAR_DIR": str(settings.var_dir),
        "SECRET_KEY": settings.secret_key,
        "DATABASE_URL": url,
    }


def _settings() -> Settings:
    return cast(Settings, current_app.config["SETTINGS"])


def _check_current() -> None:
    if alembic.state_of(revision_found(db.session)) != "current":
        raise click.ClickException("The database is not at the newest version; run: flask --app app db upgrade")
    db.session.rollback()


def _make_tables(address: str) -> None:
    # By a process of its own: this one's migrations know only the database of its settings.
    command = [sys.executable, "-m", "flask", "--app", "app", "db", "upgrade"]
    done = subprocess.run(  # noqa: S603 - our own
        command, cwd=ROOT, env=_environment(address), capture_output=True, check=False
    )
    if done.returncode:
        raise click.ClickException("The tables could not be made there; does the address, the user or the name hold?")


def _options(address: str) -> dict[str, Any]:
    options = engine_options(address)
    if "options" in options["connect_args"]:
        # Copying a large table takes longer than any request may.
        options["connect_args"]["options"] += " -c statement_timeout=0"
    return {**options, "hide_parameters": True}


def _of_one_moment(source: Connection) -> Connection:
    if source.dialect.name == "postgresql":
        return source.execution_options(isolation_level="REPEATABLE READ")
    return source


def _copy(source: Connection, target: Connection) -> tuple[int, int]:
    rows = tables = 0
    for name, held in move(source, target):
        click.echo(f"{name:<24} {held.rows:>10}  {held.sha256[:16]}")
        rows, tables = rows + held.rows, tables + 1
    return rows, tables
