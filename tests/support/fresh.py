"""A browser whose person has just typed the password: what pages ask for before something that matters."""

from __future__ import annotations

import time
from uuid import UUID

from flask import Flask
from sqlalchemy import select

from firststep.extensions import db
from firststep.models import UserSession
from tests.cast import Browser, sign_in


def just_proven(app: Flask, user_id: UUID) -> Browser:
    """Sign the user in as `sign_in` does, with the password typed now by the real clock that Flask-Security reads."""
    browser = sign_in(app, user_id)
    freshen(app)
    return browser


def freshen(app: Flask) -> None:
    """Let everybody just have typed their password."""
    with app.app_context():
        for row in db.session.scalars(select(UserSession)):
            row.data = row.data | {"fs_paa": time.time()}
        db.session.commit()
