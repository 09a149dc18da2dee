"""``flask --app app episode add``: a course of care."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup

from firststep.clinical.diary import ARMS
from firststep.commands.people import patient_account
from firststep.extensions import db
from firststep.services.diary_fields import Refused, parse_day
from firststep.services.treatment import add_episode
from firststep.web import clock

episode = AppGroup("episode", help="Courses of care.")


def init_episode_commands(app: Flask) -> None:
    """Add the group to the application."""
    app.cli.add_command(episode)


@episode.command("add")
@click.option("--patient", "email", required=True, metavar="EMAIL", help="The address of the patient's account.")
@click.option("--arm", type=click.Choice(ARMS), required=True)
@click.option("--start", required=True, metavar="DAY", help="The first day, such as 2026-01-12.")
@click.option("--end", metavar="DAY", help="The last day; without it the care goes on.")
def add(email: str, arm: str, start: str, end: str | None) -> None:
    """Add a course of care; the same kind and start again changes nothing."""
    patient, user = patient_account(email)
    today = clock.local_day(clock.now(), user.time_zone)
    try:
        starts_on = parse_day(start, latest=today, field="--start")
        ends_on = parse_day(end, latest=today, field="--end") if end else None
    except Refused as refused:
        raise click.ClickException(f"{refused.field}: {refused.sentence}") from None
    if ends_on is not None and ends_on < starts_on:
        raise click.ClickException("--end: The last day cannot lie before the first.")
    add_episode(db.session, patient.id, arm=arm, starts_on=starts_on, ends_on=ends_on)
    db.session.commit()
    click.echo(f"{user.email}: {arm} from {starts_on.isoformat()}.")
