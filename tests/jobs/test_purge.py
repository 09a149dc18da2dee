"""What need not be kept is deleted, and nothing that is still used."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select

from firststep.extensions import db
from firststep.jobs.purge import purge
from firststep.models import UserSession
from firststep.web.sessions import allowed_life
from tests.cast import NOW, Cast, sign_in


def test_a_session_is_deleted_when_it_opens_nothing_any_more(app: Flask, cast: Cast) -> None:
    longest_rest, _ = allowed_life("patient", own_device=True)
    sign_in(app, cast.ana_user, at=NOW - longest_rest - timedelta(seconds=1))
    sign_in(app, cast.ana_user, pending=True, at=NOW - longest_rest - timedelta(seconds=1))
    sign_in(app, cast.ana_user, at=NOW - longest_rest)
    sign_in(app, cast.cho_user)
    with app.app_context():
        none = dict.fromkeys(("mails", "uploads", "cohorts", "invitations", "visits"), 0)
        assert purge(NOW) == {"sessions": 2, **none}
        assert db.session.scalar(select(func.count()).select_from(UserSession)) == 2
