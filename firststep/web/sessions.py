"""Sessions that live on the server: the signed cookie carries a random id, the database its hash.

A visitor who is not signed in and has nothing but a form token keeps it in the cookie itself, so that
passing robots write no rows.
"""

from __future__ import annotations

import hashlib
import secrets
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import CallbackDict

from firststep.database import set_writing
from firststep.extensions import db
from firststep.models import User, UserSession
from firststep.services.refused_mail import MAIL_REFUSED
from firststep.web import clock
from firststep.web.passive import is_passive_request

# What may lie in the cookie of somebody who is not signed in.
_COOKIE_KEYS = {
    *("csrf_token", "_flashes", "zone", "locale", "fs_cc", "confirm_address", "sign_in_address"),
    *("invitation", "asked"),
}
_SEEN_EVERY = timedelta(minutes=2)
_PENDING_LIFE = timedelta(minutes=30)
# No session that was not used for longer opens anything, whosever it is.
LONGEST_REST = timedelta(days=30)


class ServerSession(CallbackDict[str, Any], SessionMixin):
    """A session's values, the row they come from, and since when the person's address refuses mail."""

    def __init__(
        self,
        values: dict[str, Any] | None = None,
        row: UserSession | None = None,
        mail_refused_at: datetime | None = None,
    ) -> None:
        def on_update(_changed: CallbackDict[str, Any]) -> None:
            self.modified = True
            self.accessed = True

        super().__init__(values or {}, on_update)
        self.row_id: UUID | None = row.id if row else None
        self.row_user_id: UUID | None = row.user_id if row else None
        self.factor_checked_at: datetime | None = row.factor_checked_at if row else None
        self.created_at: datetime | None = row.created_at if row else None
        self.last_seen_at: datetime | None = row.last_seen_at if row else None
        self.own_device = bool(row and row.own_device)
        self.mail_refused_at = mail_refused_at
        self.new_id_wanted = False
        #: Why the session could not be read: the request is answered with that, before anything is done.
        self.fault: SQLAlchemyError | None = None
        #: Nothing of this request is stored, and the cookie stays what it is.
        self.unsaved = False
        self.new = row is None
        self.modified = False

    def __setitem__(self, key: str, value: Any) -> None:
        """Keep messages as text in the language of now; the lazy ones of Flask-Security cannot be stored."""
        if key == "_flashes":
            value = [(category, str(message)) for category, message in value]
        super().__setitem__(key, value)

    def mark_factor(self, moment: datetime) -> None:
        """Note that the second factor was proven now; the session gets a new id."""
        self.factor_checked_at = moment
        self.new_id_wanted = True
        self.modified = True

    def rotate(self) -> None:
        """Ask for a new id at the end of this request."""
        self.new_id_wanted = True
        self.modified = True


def hash_token(token: str) -> str:
    """Return the form in which a random token is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def allowed_life(role: str | None, own_device: bool) -> tuple[timedelta, timedelta]:
    """Return how long a session may rest, and how long it may live in all."""
    if role == "practitioner":
        return timedelta(minutes=30), timedelta(hours=12)
    if role == "patient" and own_device:
        return LONGEST_REST, timedelta(days=180)
    if role == "patient":
        return timedelta(hours=12), timedelta(hours=24)
    return _PENDING_LIFE, _PENDING_LIFE


class ServerSessionInterface(SessionInterface):
    """Opens and saves sessions for Flask."""

    def open_session(self, app: Flask, request: Request) -> ServerSession:
        """Return the session that the cookie names, or a fresh one."""
        cookie = request.cookies.get(self.get_cookie_name(app), "")
        payload = self._read(app, cookie) if cookie else None
        if not payload:
            return ServerSession()
        token = payload.get("s")
        if isinstance(token, str):
            try:
                found = self._living_row(token, clock.now())
            except SQLAlchemyError as error:
                return _unread(error)
            return ServerSession(dict(found[0].data), *found) if found else ServerSession()
        values = payload.get("v")
        return ServerSession(values if isinstance(values, dict) else None)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Store what changed, renew the id when the person behind it changed, and set the cookie."""
        assert isinstance(session, ServerSession)
        if session.unsaved:
            return
        moment = clock.now()
        if not session.modified:
            self._touch(session, moment)
            return
        # What a route did not commit must not be committed here.
        db.session.rollback()
        set_writing(True)
        if set(session) <= _COOKIE_KEYS:
            self._drop_row(session)
            self._set_cookie(app, response, {"v": dict(session)} if session else None, keep=False)
            return
        user_id = self._user_id(session)
        if session.row_id and not session.new_id_wanted and user_id == session.row_user_id:
            self._update(session, moment)
            return
        token = self._replace_row(session, user_id, moment)
        if token is None:
            return
        self._set_cookie(app, response, {"s": token}, keep=session.own_device)

    def _living_row(self, token: str, moment: datetime) -> tuple[UserSession, datetime | None] | None:
        found = db.session.execute(
            select(UserSession, User.role, MAIL_REFUSED)
            .outerjoin(User, User.id == UserSession.user_id)
            .where(UserSession.token_hash == hash_token(token), UserSession.revoked_at.is_(None))
        ).one_or_none()
        if found is None:
            return None
        row, role, mail_refused_at = found
        idle, absolute = allowed_life(role, row.own_device)
        if moment - row.last_seen_at > idle or moment - row.created_at > absolute:
            return None
        return row, mail_refused_at

    def _touch(self, session: ServerSession, moment: datetime) -> None:
        seen = session.last_seen_at
        if session.row_id is None or (seen and moment - seen < _SEEN_EVERY) or is_passive_request():
            return
        db.session.rollback()
        set_writing(True)
        self._write(session, last_seen_at=moment)

    def _update(self, session: ServerSession, moment: datetime) -> None:
        self._write(session, data=dict(session), last_seen_at=moment, factor_checked_at=session.factor_checked_at)

    def _write(self, session: ServerSession, **values: Any) -> None:
        db.session.execute(update(UserSession).where(UserSession.id == session.row_id).values(**values))
        db.session.commit()

    def _replace_row(self, session: ServerSession, user_id: UUID | None, moment: datetime) -> str | None:
        """Store the session under a new id; None when it was ended or renewed while this request ran.

        Then the answer leaves the cookie alone: a sign-out stays one, and of two renewals one session is left.
        """
        token = secrets.token_urlsafe(32)
        # A new id for the same person does not make the session younger.
        same_person = session.row_id is not None and user_id == session.row_user_id
        created_at = session.created_at if same_person and session.created_at else moment
        if session.row_id and not self._take_row(session.row_id) and user_id is not None:
            db.session.rollback()
            return None
        db.session.execute(
            insert(UserSession).values(
                token_hash=hash_token(token),
                user_id=user_id,
                created_at=created_at,
                last_seen_at=moment,
                factor_checked_at=session.factor_checked_at,
                own_device=session.own_device,
                label=str(session.get("label", ""))[:120],
                data=dict(session),
            )
        )
        db.session.commit()
        return token

    def _take_row(self, row_id: UUID) -> bool:
        living = delete(UserSession).where(UserSession.id == row_id, UserSession.revoked_at.is_(None))
        return db.session.execute(living.returning(UserSession.id)).first() is not None

    def _drop_row(self, session: ServerSession) -> None:
        if session.row_id:
            db.session.execute(delete(UserSession).where(UserSession.id == session.row_id))
            db.session.commit()

    def _user_id(self, session: ServerSession) -> UUID | None:
        uniquifier = session.get("_user_id")
        if not uniquifier:
            return None
        return db.session.scalar(select(User.id).where(User.fs_uniquifier == str(uniquifier)))

    def _read(self, app: Flask, cookie: str) -> dict[str, Any] | None:
        try:
            payload = _serializer(app).loads(cookie)
        except BadSignature:
            return None
        return payload if isinstance(payload, dict) else None

    def _set_cookie(self, app: Flask, response: Response, payload: dict[str, Any] | None, *, keep: bool) -> None:
        name = self.get_cookie_name(app)
        secure = bool(app.config["SESSION_COOKIE_SECURE"])
        if payload is None:
            response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="Lax")
            return
        response.set_cookie(
            name,
            _serializer(app).dumps(payload),
            max_age=timedelta(days=180) if keep else None,
            path="/",
            secure=secure,
            httponly=True,
            samesite="Lax",
        )


def _unread(error: SQLAlchemyError) -> ServerSession:
    """Return a session for the answer that says why there is none; Flask would answer without any page of ours."""
    with suppress(SQLAlchemyError):
        db.session.rollback()
    session = ServerSession()
    session.fault, session.unsaved = error, True
    return session


def _serializer(app: Flask) -> URLSafeSerializer:
    return URLSafeSerializer(str(app.secret_key), salt="session", signer_kwargs={"digest_method": hashlib.sha256})
