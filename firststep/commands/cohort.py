"""``flask --app app cohort``: the figures of a practitioner's people, by arm."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Final, cast
from uuid import UUID

import click
from flask import Flask
from flask.cli import with_appcontext

from firststep.clinical.as_json import cohort_as_json
from firststep.clinical.cohort_choice import CohortChoice, Counted, counted
from firststep.clinical.cohort_table import cohort_table
from firststep.commands.people import practitioner_account
from firststep.database import one_moment
from firststep.extensions import db
from firststep.services.access import cohort_grants
from firststep.services.cohorts import cohort_people
from firststep.web import clock

#: More people who share are counted over packed rows.
MANY: Final = 100


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
    found = cohort_as_json(cohort_table(_counted(practitioner.id, clock.now()).tallies))
    if as_json:
        click.echo(json.dumps(found))
        return
    for arm in cast("list[dict[str, object]]", found["arms"]):
        for key, value in arm.items():
            click.echo(f"{key}: {json.dumps(value)}")


def _counted(practitioner_id: UUID, now: datetime) -> Counted:
    with one_moment(db.session):
        shares = cohort_grants(db.session, practitioner_id, now=now)
        if len(shares) <= MANY:
            return counted(cohort_people(db.session, practitioner_id, now=now), CohortChoice())
        # Not at the top of the module: numpy is heavy, and other commands do without.
        from firststep.jobs.cohort_packed import count_packed

        return count_packed(db.session, practitioner_id, shares, CohortChoice())
