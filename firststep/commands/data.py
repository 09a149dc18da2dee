"""``flask --app app data import``: a whole export of a patient, back into a diary."""

from __future__ import annotations

from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from firststep.commands.people import patient_account
from firststep.extensions import db
from firststep.services import audit
from firststep.services.bringing_back import store
from firststep.services.export_reading import BadExport, read_export
from firststep.web import clock
from firststep.web.trail import operator

data = AppGroup("data", help="Bring whole exports back.")


def init_data_commands(app: Flask) -> None:
    """Add the group to the application."""
    app.cli.add_command(data)


@data.command("import")
@click.option("--patient", "email", required=True, metavar="EMAIL", help="The address of the patient's account.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
def import_export(email: str, file: Path) -> None:
    """Bring the export FILE.zip back: what is missing is added, what stands in the diary stays."""
    patient, user = patient_account(email)
    if patient.diary_closed_at is not None:
        raise click.ClickException(f"{email} took back the agreement to the diary; nothing was imported.")
    try:
        found = read_export(file.read_bytes())
    except BadExport as error:
        raise click.ClickException(f"{file.name}: {error} Nothing was imported.") from None
    plan = store(db.session, patient.id, found, now=clock.now(), zone=user.time_zone)
    if plan.whole.accepted:
        audit.record(db.session, operator(), patient.id, "imported")
    db.session.commit()
    whole = plan.whole
    click.echo(
        f"{whole.total} read: {whole.accepted} accepted, {whole.there} already there, {whole.rejected} rejected."
    )
    for one in plan.rejected:
        click.echo(f"{one.table} {one.day}: {one.reason}")
