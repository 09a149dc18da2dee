"""What happens besides, when Flask-Security says that somebody signed in or changed a passkey."""

from __future__ import annotations

from typing import Any

from flask import Flask, after_this_request, session
from flask_security import user_authenticated, wan_deleted, wan_registered

from firststep.extensions import db
from firststep.models import User
from firststep.services import accounts
from firststep.web import clock
from firststep.web.security.devices import label_session, session_object
from firststep.web.security.known_devices import remember_device


def watch_events(app: Flask) -> None:
    """Connect the handlers."""
    user_authenticated.connect(_signed_in, app)
    wan_registered.connect(_passkey_added, app)
    wan_deleted.connect(_passkey_removed, app)


def _signed_in(_app: Flask, *, user: User, authn_via: list[str] | None = None, **_extra: Any) -> None:
    label_session()
    address = user.email
    after_this_request(lambda response: remember_device(response, address))
    # None: Flask-Security completed the second step. A passkey is two factors in one: we demand that the
    # device checks who holds it.
    if authn_via is None or authn_via == ["webauthn"]:
        session_object().mark_factor(clock.now())


def _passkey_added(_app: Flask, *, user: User, **_extra: Any) -> None:
    keep_this_session(user)
    # Making it was a use of it.
    session_object().mark_factor(clock.now())


def _passkey_removed(_app: Flask, *, user: User, **_extra: Any) -> None:
    keep_this_session(user)


def keep_this_session(user: User) -> None:
    """End the person's other sessions after a change of factor, and carry this one over."""
    mine = db.session.get_one(User, user.id)
    accounts.factor_changed(db.session, mine, clock.now(), keep=session_object().row_id)
    carry_session_over(mine)


def carry_session_over(user: User) -> None:
    """Let this session follow the person's new uniquifier, under a new id."""
    session["_user_id"] = user.fs_uniquifier
    session_object().rotate()
