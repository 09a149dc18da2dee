"""``flask --app app mail bounce``: takes a message that came back, from the program that got it."""

from __future__ import annotations

import sys

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import DBAPIError

from firststep.extensions import db
from firststep.mail.bounces import MOST_BYTES, take_bounce
from firststep.settings import Settings
from firststep.web import clock

# What mail servers read as "try again later" (sysexits.h).
_TRY_LATER = 75
_WORDS = {
    "suspended": "The address refused it for good: no more letters or reminders until the person confirms it again.",
    "noted": "It was refused for good: noted, and tried no more; nobody's letters stop.",
    "known": "Known already: nothing to do.",
    "not_for_good": "Late, or refused for now: nothing to do.",
    "no_report": "No report of a delivery: nothing to do.",
    "not_ours": "Not about a mail of this installation, or about an address that changed: nothing to do.",
}


@click.command()
@click.option("--to", default="", help="The address that it was delivered to, where no header says so.")
@with_appcontext
def bounce(to: str) -> None:
    """Read one message from standard input, such as a mail server or fetchmail pipes it.

    Ends with 0 whatever the message is, so that nobody answers it, and with 75 when the database is away.
    """
    settings: Settings = current_app.config["SETTINGS"]
    if not settings.bounce_address:
        raise click.ClickException("BOUNCE_ADDRESS is not set, so no mail can be told by where it came back to.")
    raw = sys.stdin.buffer.read(MOST_BYTES)
    # The rest is taken from the pipe all the same, or the server takes us for broken.
    while sys.stdin.buffer.read(MOST_BYTES):
        pass
    try:
        outcome = take_bounce(db.session, settings, raw, clock.now(), to=to)
        db.session.commit()
    except DBAPIError:
        raise SystemExit(_TRY_LATER) from None
    click.echo(_WORDS[outcome])
