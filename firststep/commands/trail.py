"""``flask --app app trail verify``: checks that nobody changed the record of who looked and who was let in."""

from __future__ import annotations

import re
from uuid import UUID

import click
from flask import Flask
from flask.cli import AppGroup

from firststep.commands.people import patient_account
from firststep.extensions import db
from firststep.services import audit
from firststep.services.audit import Head
from firststep.web.trail import sealing_key

trail = AppGroup("trail", help="Check the record of looks and shares.")

_RECORD = re.compile(r"([0-9]{1,9}) ([0-9a-f]{64})")


def init_trail_commands(app: Flask) -> None:
    """Add the group to the application."""
    app.cli.add_command(trail)


@trail.command("verify")
@click.option("--patient", "email", metavar="EMAIL", help="Check one patient's record; all of them if left out.")
@click.option(
    "--record",
    metavar="'COUNT HASH'",
    help="The X-Access-Record of a weekly mail to this patient: shows also whether rows were cut off at the end.",
)
def verify_trail(email: str | None, record: str | None) -> None:
    """Check every row against its seal and the row before; end with 1 if a record does not hold."""
    if record is not None and email is None:
        raise click.UsageError("--record belongs to one patient: add --patient.")
    published = _head(record) if record is not None else None
    names: dict[UUID, str]
    if email is not None:
        patient, user = patient_account(email)
        names = {patient.id: user.email}
    else:
        names = {patient_id: str(patient_id) for patient_id in audit.patients_with_trail(db.session)}
    broken = [name for patient_id, name in names.items() if not _holds(patient_id, name, published)]
    if broken:
        raise click.ClickException(f"{len(broken)} of {len(names)} records do not hold.")
    click.echo(f"{len(names)} of {len(names)} records hold.")


def _holds(patient_id: UUID, name: str, published: Head | None) -> bool:
    try:
        head = audit.verify(db.session, patient_id, key=sealing_key(), published=published)
    except audit.TrailBroken as found:
        click.echo(f"{name}: {found}")
        return False
    click.echo(f"{name}: {head.count} rows, {head.hash}")
    return True


def _head(record: str) -> Head:
    found = _RECORD.fullmatch(record.strip())
    if found is None:
        raise click.UsageError("--record is a number, a space and 64 hexadecimal digits, as in the mail's header.")
    return Head(count=int(found[1]), hash=found[2])
