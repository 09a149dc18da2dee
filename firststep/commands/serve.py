"""``flask --app app serve``: the web server and a worker, on one port, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import signal
from urllib.parse import urlsplit

import click
import structlog
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy import exists, select

from firststep.commands.metrics import metrics_option, new_registry, show_metrics
from firststep.commands.worker_process import WorkerProcess
from firststep.database import reading_only
from firststep.extensions import alembic, db
from firststep.models import User
from firststep.services.health import database_answers, revision_found
from firststep.settings import Settings
from firststep.web.ending import Ending
from firststep.web.metrics import count_requests
from firststep.web.server import PortTaken, make_server, open_sockets, settle_memory

log = structlog.get_logger("firststep")


def init_serve_command(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(serve)


@click.command()
@click.option("--host", default="localhost", show_default=True, help="Address to listen on; 0.0.0.0 for all.")
@click.option("--port", type=click.IntRange(1, 65535), envvar="PORT", help="Default: the port of BASE_URL, or 8000.")
@click.option("--upgrade", is_flag=True, help="Bring the database to the newest version first.")
@click.option("--worker/--no-worker", "with_worker", default=True, help="Run a worker beside the server.")
@metrics_option
@with_appcontext
def serve(host: str, port: int | None, upgrade: bool, with_worker: bool, metrics: tuple[str, int] | None) -> None:
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
    if metrics:
        registry = new_registry(app)
        count_requests(app, registry)
        show_metrics(metrics, registry)
    ending = Ending(make_server(app, sockets))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.tell())
    worker = WorkerProcess()
    try:
        if with_worker:
            worker.start()
        _welcome(app, port)
        settle_memory()
        ending.run()
    finally:
        worker.stop()
        click.echo("Stopped.")


def _prepare_database(upgrade: bool) -> None:
    """Bring the database to the newest version, or refuse to serve one that is not."""
    with reading_only():
        if not database_answers(db.session):
            raise click.ClickException("The database does not answer; is it running, and is DATABASE_URL right?")
        state = alembic.state_of(revision_found(db.session))
        db.session.rollback()
    if state == "ahead":
        # A later release runs beside this one, which is started again until it is replaced.
        log.warning("the database is of a later release")
    elif upgrade:
        alembic.upgrade()
    elif state == "behind":
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
