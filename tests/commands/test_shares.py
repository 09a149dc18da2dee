"""The operator opens a share by command: at once, and readable in the patient's log."""

from __future__ import annotations

from datetime import date

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from firststep.extensions import db
from firststep.models import AccessEvent, Share
from tests.cast import Browser, Cast

PEOPLE = ("--patient", "ana@example.com", "--practitioner", "dee@example.com")


def run(app: Flask, *words: str) -> Result:
    """Run ``share add``."""
    return app.test_cli_runner().invoke(args=["share", "add", *words])


def test_an_added_share_is_open_at_once_and_in_the_log(app: Flask, cast: Cast, ana: Browser, dee: Browser) -> None:
    result = run(app, *PEOPLE, "--scope", "notes", "--until", "2027-01-31", "--cohort")
    assert result.exit_code == 0, result.output
    assert result.output == "dee@example.com sees ana@example.com until 2027-01-31: notes.\n"
    with app.app_context():
        share = db.session.scalars(select(Share).where(Share.practitioner_id == cast.dee)).one()
        assert (share.state, share.scope, share.until_on, share.cohort_use) == (
            "active",
            "notes",
            date(2027, 1, 31),
            True,
        )
        event = db.session.scalars(select(AccessEvent)).one()
        assert (event.what, event.actor_user_id, event.share_id) == ("share_added", None, share.id)
        share_id = share.id
    assert dee.get(f"/practice/{share_id}").status_code == 200
    assert "The operator of this site opened a share by command" in ana.get("/share/log").text


def test_without_a_last_day_it_lasts_half_a_year(app: Flask, cast: Cast) -> None:
    run(app, *PEOPLE, "--scope", "summary")
    with app.app_context():
        share = db.session.scalars(select(Share).where(Share.practitioner_id == cast.dee)).one()
        assert (share.until_on, share.cohort_use) == (date(2027, 5, 23), False)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ((*PEOPLE, "--scope", "all"), "is not one of"),
        ((*PEOPLE, "--scope", "notes", "--until", "tomorrow"), "--until: Choose a date."),
        ((*PEOPLE, "--scope", "notes", "--until", "2026-11-22"), "is over where the patient lives"),
        (("--patient", "dee@example.com", *PEOPLE[2:], "--scope", "notes"), "has no account as a patient"),
        ((*PEOPLE[:2], "--practitioner", "ben@example.com", "--scope", "notes"), "has no account as a practitioner"),
        ((*PEOPLE[:2], "--practitioner", "a@b@c", "--scope", "notes"), "is not one e-mail address"),
    ],
)
def test_what_cannot_be_added_says_why_and_adds_nothing(
    app: Flask, cast: Cast, words: tuple[str, ...], complaint: str
) -> None:
    result = run(app, *words)
    assert result.exit_code != 0
    assert complaint in result.output
    with app.app_context():
        assert db.session.scalars(select(Share.id)).all() == [cast.share]
        assert db.session.scalars(select(AccessEvent)).all() == []
