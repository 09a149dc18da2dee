"""``flask --app app cohort``: the figures of a practitioner's people, by arm."""

from __future__ import annotations

import json
from typing import cast

import click
from flask import Flask
from flask.cli import with_appcontext

from firststep.clinical.as_json import cohort_as_json
from firststep.clinical.cohort import tallies
from firststep.clinical.cohort_table import cohort_table
from firststep.commands.people import practitioner_account
from firststep.extensions import db
from firststep.services.cohorts import cohort_people
from firststep.web import clock


def init_cohort_command(app: Flask) -> None:
    """Add the command to the application."""
    app.cli.add_command(cohort)


@click.command()
@click.option("--practitioner", "email", required=True, metavar="EMAIL", help="The address of the practitioner.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON with stable keys and unrounded numbers.")
@with_appcontext
def cohort(email: str, *, as_json: bool) -> None:
    """Print the figures of the imported cases and of everybody who shares and may be counted."""
    practitioner, _user = practitioner_account(email)
    table = cohort_table(tallies(cohort_people(db.session, practitioner.id, now=clock.now())))
    found = cohort_as_json(table)
    if as_json:
        click.echo(json.dumps(found))
        return
    for arm in cast("list[dict[str, object]]", found["arms"]):
        for key, value in arm.items():
            click.echo(f"{key}: {json.dumps(value)}")
