"""``flask --app app sheet``: a practice's own log into its cases, and out again."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy.exc import NoResultFound

from firststep.commands.people import practitioner_account
from firststep.extensions import db
from firststep.services.audit import Actor
from firststep.services.sheet_imports import Stored, store_reading, undo_batch, visits_left
from firststep.services.sheet_reading import SheetRefused, read_file
from firststep.sheets.reading import Reading, Reported
from firststep.web import clock
from firststep.web.trail import sealing_key

sheet = AppGroup("sheet", help="Bring the log of a practice in.")
_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


def init_sheet_commands(app: Flask) -> None:
    """Add the group to the application."""
    app.cli.add_command(sheet)


@sheet.command("import")
@click.option("--practitioner", "email", required=True, metavar="EMAIL", help="Whose cases these are.")
@click.option("--mapping", "mapping_file", required=True, type=_FILE, metavar="MAP.json", help="How to read the sheet.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON with stable keys.")
@click.argument("file", type=_FILE)
def import_sheet(email: str, mapping_file: Path, file: Path, *, as_json: bool) -> None:
    """Import FILE (.xlsx, .xls, .ods or .csv) as one batch, and report the rows that cannot be read.

    A row is imported whole or reported. What is there already stays as it is.
    """
    practitioner, user = practitioner_account(email)
    mapping, now = _mapping(mapping_file), clock.now()
    data = file.read_bytes()
    try:
        reading = read_file(data, mapping, today=clock.local_day(now, user.time_zone))
    except SheetRefused as refused:
        raise click.ClickException(f"{file.name}: {refused} Nothing was imported.") from None
    actor = Actor(user_id=user.id, name=user.name or user.email, now=now, key=sealing_key())
    stored = store_reading(db.session, practitioner.id, reading, data=data, mapping=mapping, now=now, actor=actor)
    db.session.commit()
    told = _as_json(reading, stored)
    if as_json:
        click.echo(json.dumps(told))
    else:
        _tell(told, reading, stored)


@sheet.command("undo")
@click.option("--practitioner", "email", required=True, metavar="EMAIL", help="Whose batch it is.")
@click.argument("batch", type=click.UUID)
def undo(email: str, batch: UUID) -> None:
    """Take out what BATCH added; the import prints its number."""
    practitioner, user = practitioner_account(email)
    try:
        removed = undo_batch(db.session, practitioner.id, batch, now=clock.now())
    except NoResultFound:
        raise click.ClickException(f"{user.email} has no batch {batch}.") from None
    kept = visits_left(db.session, batch)
    db.session.commit()
    click.echo(f"{removed} visits were taken out.")
    if kept:
        click.echo(f"{kept} visits stay: their people took them over.")


def _mapping(file: Path) -> dict[str, Any]:
    try:
        mapping: dict[str, Any] = json.loads(file.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError):
        raise click.ClickException(f"{file.name} is not JSON.") from None
    return mapping


def _as_json(reading: Reading, stored: Stored) -> dict[str, Any]:
    """Return what became of the rows; ``already_there`` is named only where there are such rows."""
    conflicting = {one.row for one in stored.conflicts}
    told: dict[str, Any] = {
        "accepted": [row for row in reading.accepted if row not in conflicting],
        "reported": [asdict(one) for one in sorted((*reading.reported, *stored.conflicts), key=_by_row)],
        "people": len(reading.cases),
    }
    return told | ({"already_there": list(stored.already_there)} if stored.already_there else {})


def _by_row(one: Reported) -> int:
    return one.row


def _tell(told: dict[str, Any], reading: Reading, stored: Stored) -> None:
    click.echo(
        f"{reading.total} rows: {len(told['accepted'])} accepted, "
        f"{reading.total - len(told['accepted']) - len(reading.empty)} rejected, {len(reading.empty)} empty."
    )
    click.echo(f"{told['people']} people; {stored.visits_added} visits and {stored.cases_added} cases are new.")
    if stored.already_there:
        click.echo(f"{len(stored.already_there)} rows were brought over before; they change nothing.")
    if stored.differing:
        rows = ", ".join(map(str, stored.differing))
        click.echo(f"They say something else now in rows {rows}: undo the earlier batch first to use that.")
    if stored.batch_id:
        click.echo(f"To take them out again: sheet undo {stored.batch_id}")
    for one in told["reported"]:
        click.echo(f"Row {one['row']}, {one['column']}: {one['reason']} ({one['value']})")
    for column in reading.unused:
        click.echo(f"The column {column} has no place in a wide sheet and was not read.")
