"""``flask --app app mail status | retry``: what waits, what was given up and why, and trying it again."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

import click
from flask.cli import with_appcontext

from firststep.database import reading_only
from firststep.extensions import db
from firststep.services import outbox
from firststep.services.mail_preferences import count_suspended
from firststep.services.outbox import DeadLetter
from firststep.web import clock

# More of them have one cause, which the counts above the list name.
_MOST_LISTED = 50
_REASONS = {
    "recipient": "the address was refused",
    "content": "the mail was refused",
    "sender": "we were refused as the sender, not the address: see SMTP_URL and `mail check`",
    "server": "the SMTP server refused us",
    "network": "the SMTP server could not be reached",
    "domain": "the recipients' domain left another mail without an answer",
    "bounced": "it came back",
    "build": "the mail could not be written",
}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_appcontext
def status(as_json: bool) -> None:
    """Count the mails of the outbox by state, say why some wait and who gets none, and list those given up."""
    with reading_only():
        counts = outbox.count_by_state(db.session)
        errors = outbox.count_errors(db.session)
        oldest = outbox.oldest_due(db.session, clock.now())
        dead = outbox.dead_letters(db.session, most=_MOST_LISTED)
        suspended = count_suspended(db.session)
    if as_json:
        told = _as_json(counts, errors, oldest, dead) | {"suspended_addresses": suspended}
        click.echo(json.dumps(told, indent=2))
        return
    click.echo("  ".join(f"{state} {count}" for state, count in counts.items()))
    for error, count in errors.items():
        click.echo(f"{in_words(error)}: {count}")
    if oldest:
        click.echo(f"The longest waiting is due since {oldest:%Y-%m-%d %H:%M} UTC.")
    if suspended:
        people = "1 person gets" if suspended == 1 else f"{suspended} people get"
        click.echo(f"{people} no summaries, because their address refused mail for good.")
    _list_dead(dead, counts["failed"])


def _list_dead(dead: list[DeadLetter], number: int) -> None:
    if not dead:
        return
    click.echo("\nGiven up, the newest first; `mail retry ID` tries one again, `mail retry --all` all:")
    for letter in dead:
        tries = "1 try" if letter.attempts == 1 else f"{letter.attempts} tries"
        since = f"{letter.since:%Y-%m-%d %H:%M} UTC"
        click.echo(f"{letter.id}  {letter.kind}  {in_words(letter.reason)}  after {tries}, since {since}")
    if number > len(dead):
        click.echo(f"and {number - len(dead)} more")


@click.command()
@click.argument("ids", metavar="[ID]...", type=click.UUID, nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Try all of them again.")
@with_appcontext
def retry(ids: tuple[UUID, ...], everything: bool) -> None:
    """Try mails again that were given up; what nobody wants any more is dropped instead of sent."""
    if everything == bool(ids):
        raise click.UsageError("Name the mails that `mail status` lists, or say --all.")
    tried = outbox.retry(db.session, clock.now(), None if everything else ids)
    db.session.commit()
    click.echo(f"{len(tried)} mails are tried again." if len(tried) != 1 else "1 mail is tried again.")
    unknown = [str(one) for one in ids if one not in tried]
    if unknown:
        raise click.ClickException(f"Not among those that were given up: {', '.join(unknown)}")


def in_words(error: str) -> str:
    """Return the class of an error as an operator reads it, with what the other side said."""
    part, _, detail = error.partition("_")
    return f"{_REASONS[part]} ({detail})" if part in _REASONS else error


def _as_json(
    counts: dict[str, int], errors: dict[str, int], oldest: datetime | None, dead: list[DeadLetter]
) -> dict[str, Any]:
    return {
        "states": counts,
        "errors": errors,
        "oldest_due_at": oldest.isoformat() if oldest else None,
        "given_up": [
            {
                "id": str(letter.id),
                "kind": letter.kind,
                "reason": letter.reason,
                "attempts": letter.attempts,
                "since": letter.since.isoformat(),
            }
            for letter in dead
        ],
    }
