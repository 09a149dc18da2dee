"""``flask --app app outcomes``: every figure of the outcome rules for one person."""

from __future__ import annotations

import json
from typing import cast

import click
from flask import Flask
from flask.cli import with_appcontext

from firststep.clinical.as_json import outcomes_as_json
from firststep.clinical.baseline import BaselineDays
from firststep.clinical.measures import MEASURES, Measure
from firststep.clinical.outcomes import outcomes as compute
from firststep.commands.people import patient_account
from firststep.extensions import db
from firststep.services.diary_reading import read_diary


def init_outcomes_command(app: Flask) -> None:
    """Add the command to the application."""
    app.cli.add_command(outcomes)


@click.command()
@click.option("--patient", "email", required=True, metavar="EMAIL", help="The address of the patient's account.")
@click.option("--measure", type=click.Choice(MEASURES), default="first_step", show_default=True)
@click.option(
    "--baseline", type=click.Choice(["7", "14"]), default="7", show_default=True, help="Days of the baseline."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON with stable keys and unrounded numbers.")
@with_appcontext
def outcomes(email: str, measure: str, baseline: str, *, as_json: bool) -> None:
    """Print the outcomes by the rules daily-1."""
    patient, _user = patient_account(email)
    diary = read_diary(db.session, patient.id)
    found = compute(diary, measure=cast(Measure, measure), baseline_days=cast(BaselineDays, int(baseline)))
    values = outcomes_as_json(found)
    if as_json:
        click.echo(json.dumps(values))
        return
    for key, value in values.items():
        click.echo(f"{key}: {json.dumps(value)}")
