"""``flask --app app diary import``: a diary from a CSV file."""

from __future__ import annotations

from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from firststep.commands.people import patient_account
from firststep.extensions import db
from firststep.services.diary_import import BadFile, import_diary
from firststep.web import clock

diary = AppGroup("diary", help="Bring diaries in.")


def init_diary_commands(app: Flask) -> None:
    """Add the group to the application."""
    app.cli.add_command(diary)


@diary.command("import")
@click.option("--patient", "email", required=True, metavar="EMAIL", help="The address of the patient's account.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
def import_file(email: str, file: Path) -> None:
    """Import a diary from the CSV FILE: all of its rows, or none.

    \b
    Columns: day,foot,first_step_pain,average_pain,stretch,stretch_minutes,nsaid,note
    day is an ISO date, any day; foot is left or right; pain is 0 to 10 with at most one decimal;
    stretch is done or not_done; nsaid is yes or no. An empty cell is "not recorded" and changes nothing.
    """
    patient, user = patient_account(email)
    try:
        found = import_diary(db.session, patient.id, file.read_bytes(), now=clock.now(), zone=user.time_zone)
    except BadFile as error:
        db.session.rollback()
        raise click.ClickException(f"{file.name}: {error} Nothing was imported.") from None
    db.session.commit()
    click.echo(f"Read {found.rows} rows; {found.days_changed} days changed.")
