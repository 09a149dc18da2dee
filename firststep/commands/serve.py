"""``flask --app app serve``: the web server and a worker, on one port, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import signal
from typing import NoReturn
from urllib.parse import urlsplit

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy import exists, select

from firststep.commands.worker_process import WorkerProcess
from firststep.database import reading_only
from firststep.extensions import alembic, db
from firststep.models import User
from firststep.settings import Settings
from firststep.web.server import PortTaken, make_server, open_sockets, settle_memory


def init_serve_command(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(serve)


@click.command()
@click.option("--host", default="localhost", show_default=True, help="Address to listen on; 0.0.0.0 for all.")
@click.option("--port", type=click.IntRange(1, 65535), envvar="PORT", help="Default: the port of BASE_URL, or 8000.")
@click.option("--upgrade", is_flag=True, help="Bring the database to the newest version first.")
@click.option("--worker/--no-worker", "with_worker", default=True, help="Run a worker beside the server.")
@with_appcontext
def serve(host: str, port: int | None, upgrade: bool, with_worker: bool) -> None:
    """Serve the site, and send mails by a worker beside it."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    settings: Settings = app.config["SETTINGS"]
    port = port or urlsplit(settings.base_url).port or 8000
    try:
        sockets = open_sockets(host, port)
    except PortTaken:
        raise click.ClickException(f"Port {port} is taken by another program; choose one: PORT={port + 1}") from None
    except OSError as error:
        raise click.ClickException(f"{host}:{port} cannot be listened on: {error.strerror}.") from None
    with app.app_context():
        _prepare_database(upgrade)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    server = make_server(app, sockets)
    worker = WorkerProcess()
    try:
        if with_worker:
            worker.start()
        _welcome(app, port)
        settle_memory()
        server.run()
    finally:
        worker.stop()
        click.echo("Stopped.")


def _stop(*_: object) -> NoReturn:
    # Ctrl-C pressed again must not break into the clean stop that the first one began.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise SystemExit(0)


def _prepare_database(upgrade: bool) -> None:
    """Bring the database to the newest version, or refuse to serve one that is not."""
    if upgrade:
        alembic.upgrade()
    elif {script.revision for script in alembic.current()} != {script.revision for script in alembic.heads()}:
        raise click.ClickException("The database is not at the newest version; run: flask --app app db upgrade")


def _welcome(app: Flask, port: int) -> None:
    """Print where the site is, and on an empty database how to fill it."""
    settings: Settings = app.config["SETTINGS"]
    click.echo(f"Firststep is at {settings.base_url}")
    if settings.secure or urlsplit(settings.base_url).port not in (port, None):
        click.echo(f"It listens on port {port}.")
    if settings.demo and _is_empty(app):
        click.echo("It is empty: sign up there, or fill it with demo data in another terminal: make demo")
    if settings.demo and settings.is_local and settings.uses_mail_sink:
        click.echo(f"Its mails stay on this machine: {settings.base_url}/dev/mail")
    click.echo("Ctrl-C stops it.")


def _is_empty(app: Flask) -> bool:
    with app.app_context(), reading_only():
        return not db.session.scalar(select(exists().where(User.id.is_not(None))))
