"""``flask --app app share add``: opens a share at once, as an operator's act."""

from __future__ import annotations

from datetime import date

import click
from flask import Flask
from flask.cli import AppGroup

from firststep.commands.people import patient_account, practitioner_account
from firststep.extensions import db
from firststep.models.sharing import SCOPES
from firststep.services import sharing
from firststep.services.consents import give_cohort_use
from firststep.services.diary_fields import Refused, parse_day
from firststep.web import clock
from firststep.web.trail import operator

share = AppGroup("share", help="Open a share between a patient and a practitioner.")


def init_share_commands(app: Flask) -> None:
    """Add the group to the application."""
    app.cli.add_command(share)


@share.command("add")
@click.option("--patient", "patient_email", required=True, metavar="EMAIL")
@click.option("--practitioner", "practitioner_email", required=True, metavar="EMAIL")
@click.option("--scope", type=click.Choice(SCOPES), required=True, help="What the practitioner sees.")
@click.option("--until", metavar="DAY", help="The last day, such as 2027-05-23; half a year from today if left out.")
@click.option("--cohort", is_flag=True, help="The practice may count the patient, without the name, in its results.")
def add_share(patient_email: str, practitioner_email: str, scope: str, until: str | None, *, cohort: bool) -> None:
    """Open a share at once. Ask the patient first: nobody confirms it, and the patient reads it in the access log."""
    patient, owner = patient_account(patient_email)
    practitioner, reader = practitioner_account(practitioner_email)
    until_on = _until(until, clock.local_day(clock.now(), owner.time_zone))
    terms = sharing.Terms(scope=scope, until_on=until_on, cohort_use=cohort)
    sharing.add_active(db.session, operator(), patient, practitioner, terms)
    if cohort:
        give_cohort_use(db.session, owner.id, clock.now())
    db.session.commit()
    click.echo(f"{reader.email} sees {owner.email} until {until_on}: {scope}.")


def _until(text: str | None, today: date) -> date:
    if text is None:
        return sharing.default_until(today)
    try:
        day = parse_day(text, field="until")
    except Refused as refused:
        raise click.ClickException(f"--until: {refused.sentence}") from None
    if day < today:
        raise click.ClickException(f"--until: {day} is over where the patient lives.")
    return day
