"""The people of the tests: Ana logs, Ben is another patient, Dr Cho treats Ana, Dr Dee is a stranger with a licence."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from firststep.extensions import db
from firststep.models import Base, User, UserSession
from firststep.web.sessions import _serializer, hash_token
from tests import factories

# The moment at which all tests take place, unless one sets the clock: a Monday morning in Berlin.
NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
TODAY = date(2026, 11, 23)

# Strings and a number that must never reach somebody who may not see Ana's data.
CANARY_NOTE = "canary-note-7f3a9"
CANARY_NAME = "Ana Canary"
CANARY_EMAIL = "ana@example.com"


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Ids of the people, so that a test reads fresh rows in its own session."""

    ana: UUID
    ana_user: UUID
    ben: UUID
    ben_user: UUID
    cho: UUID
    cho_user: UUID
    dee: UUID
    dee_user: UUID
    share: UUID


def make_cast(session: Session) -> Cast:
    """Add the four people, Ana's year of care and her share with Dr Cho, and commit."""
    ana = factories.make_patient(session, CANARY_EMAIL, name=CANARY_NAME)
    ben = factories.make_patient(session, "ben@example.com", name="Ben")
    cho = factories.make_practitioner(session, "cho@example.com", name="Dr Cho")
    dee = factories.make_practitioner(session, "dee@example.com", name="Dr Dee")
    factories.make_episode(session, ana, "acupuncture", TODAY - timedelta(days=42))
    falling = [
        8,
        8,
        7,
        8,
        7,
        8,
        7,
        *[7, 7, 6, 7, 6, 6, 6] * 2,
        *[5, 5, None, 4, 4, 5, 4] * 2,
        *[3, 3, 2, None, 3, 2, 2],
    ]
    factories.make_diary(session, ana, TODAY - timedelta(days=49), falling, note=CANARY_NOTE)
    share = factories.make_share(session, ana, cho, until_on=TODAY + timedelta(days=180))
    session.commit()
    return Cast(
        ana=ana.id,
        ana_user=ana.user_id or UUID(int=0),
        ben=ben.id,
        ben_user=ben.user_id or UUID(int=0),
        cho=cho.id,
        cho_user=cho.user_id,
        dee=dee.id,
        dee_user=dee.user_id,
        share=share.id,
    )


# What the cast holds, row by row: made once by a run, and then only stored again.
_STORED: list[tuple[Table, list[dict[str, Any]]]] = []
_CAST: list[Cast] = []


def stored_cast(session: Session) -> Cast:
    """Store the cast in empty tables, commit, and return it: the same rows under the same ids in every test."""
    if not _CAST:
        _CAST.append(make_cast(session))
        for table in Base.metadata.sorted_tables:
            rows = [dict(row) for row in session.execute(select(table)).mappings()]
            if rows:
                _STORED.append((table, rows))
    else:
        for table, rows in _STORED:
            session.execute(insert(table), rows)
    session.commit()
    return _CAST[0]


class Browser(FlaskClient):
    """A test client that sends what a browser on our own page sends: where it comes from, and the form token."""

    csrf_raw: str | None = None

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Send the request with the headers of a same-origin page."""
        headers = dict(kwargs.pop("headers", None) or {})
        headers.setdefault("Sec-Fetch-Site", "same-origin")
        if self.csrf_raw and kwargs.get("method", "GET") not in ("GET", "HEAD"):
            headers.setdefault("X-CSRFToken", self.csrf_token())
        return super().open(*args, headers={k: v for k, v in headers.items() if v is not None}, **kwargs)

    def csrf_token(self) -> str:
        """Return a form token that belongs to this client's session."""
        serializer = URLSafeTimedSerializer(str(self.application.secret_key), salt="wtf-csrf-token")
        return str(serializer.dumps(self.csrf_raw))


def sign_in(
    app: Flask, user_id: UUID | None, *, factor: bool = True, pending: bool = False, at: datetime = NOW
) -> Browser:
    """Return a client that holds a session of the user, as the sign-in flow would have left it."""
    client = app.test_client()
    assert isinstance(client, Browser)
    client.csrf_raw = secrets.token_hex(20)
    if user_id is None:
        client.set_cookie(
            app.config["SESSION_COOKIE_NAME"], _serializer(app).dumps({"v": {"csrf_token": client.csrf_raw}})
        )
        return client
    token = secrets.token_urlsafe(32)
    with app.app_context():
        user = db.session.get_one(User, user_id)
        data: dict[str, Any] = {"csrf_token": client.csrf_raw}
        if pending:
            data |= {"tf_user_id": user.fs_uniquifier, "tf_state": "ready", "tf_primary_method": "authenticator"}
        else:
            data |= {
                "_user_id": user.fs_uniquifier,
                "_fresh": True,
                "fs_cc": "set",
                "fs_paa": at.timestamp(),
                "fs_gexp": at.timestamp() + 3600,
            }
        db.session.add(
            UserSession(
                token_hash=hash_token(token),
                user_id=None if pending else user.id,
                created_at=at,
                last_seen_at=at,
                factor_checked_at=at if factor and not pending else None,
                label="Test",
                data=data,
            )
        )
        db.session.commit()
    client.set_cookie(app.config["SESSION_COOKIE_NAME"], _serializer(app).dumps({"s": token}))
    return client
