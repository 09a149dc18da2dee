"""``flask --app app mail due | send-due``, and the group that holds the other mail commands."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup

from firststep.clinical.week import Month
from firststep.commands.mail_bounce import bounce
from firststep.commands.mail_check import check
from firststep.commands.mail_status import retry, status
from firststep.database import reading_only
from firststep.extensions import db
from firststep.jobs.deliver_mail import deliver_mail
from firststep.jobs.weekly_summaries import note_weekly_letters
from firststep.services.weekly_mail import DueLetter, due_at
from firststep.services.zones import zone
from firststep.web import clock

mail = AppGroup("mail", help="See what mail is due, how it went, and send it.")

_WHAT = {
    "letter": "{days} of {length} days logged",
    "question": "nothing logged for weeks: asks whether the letters shall rest",
    "nothing_logged": "nothing logged: no letter",
}


def init_mail_commands(app: Flask) -> None:
    """Add the group."""
    for command in (bounce, check, retry, status):
        mail.add_command(command)
    app.cli.add_command(mail)


class Moment(click.ParamType[datetime]):
    """An ISO moment; without an offset it is UTC."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the moment, or say what it must look like."""
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a moment like 2026-11-23T07:30:00+01:00.", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@mail.command()
@click.option("--now", "at", type=Moment(), help="Look at this moment instead, such as 2026-11-23T07:30:00+01:00.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def due(at: datetime | None, as_json: bool) -> None:
    """List whose weekly letter falls due by a moment and was not sent yet; sends and changes nothing."""
    moment = at or clock.now()
    with reading_only():
        found = due_at(db.session, moment)
    if as_json:
        click.echo(json.dumps([_as_json(letter) for letter in found], indent=2))
        return
    for letter in found:
        local = letter.slot_at.astimezone(zone(letter.time_zone))
        what = _WHAT[letter.outcome].format(days=letter.days_logged, length=len(letter.told.days))
        click.echo(
            f"{letter.email}  {local:%a %Y-%m-%d %H:%M} {letter.time_zone}  "
            f"{_days(letter)} {letter.told.first} to {letter.told.last}  {what}{_later(letter, moment)}"
        )
    click.echo(f"{sum(letter.outcome == 'letter' for letter in found)} letters due.")


@mail.command("send-due")
def send_due() -> None:
    """Note the weekly letters that are due, and send what the outbox holds, once."""
    noted = note_weekly_letters(clock.now())
    outcomes = deliver_mail(clock.now())
    click.echo(f"{noted['letter']} letters noted.")
    click.echo("  ".join(f"{outcome} {count}" for outcome, count in sorted(outcomes.items())) or "Nothing to send.")


def _days(letter: DueLetter) -> str:
    return "month" if isinstance(letter.told, Month) else "week"


def _later(letter: DueLetter, moment: datetime) -> str:
    """Say when the worker sends it, where it does so later: to somebody new it writes from their next slot on."""
    if letter.planned_at is None or letter.planned_at <= moment:
        return ""
    return f"  (the worker has planned this person for {letter.planned_at:%Y-%m-%d %H:%M} UTC)"


def _as_json(letter: DueLetter) -> dict[str, Any]:
    return {
        "patient": letter.email,
        "time_zone": letter.time_zone,
        "due_at": letter.slot_at.astimezone(zone(letter.time_zone)).isoformat(),
        "about": _days(letter),
        "first_day": letter.told.first.isoformat(),
        "last_day": letter.told.last.isoformat(),
        "days_logged": letter.days_logged,
        "outcome": letter.outcome,
        "planned_at": letter.planned_at.isoformat() if letter.planned_at else None,
    }
