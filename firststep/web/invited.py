"""The invitation that somebody opened before they had an account: the way back to it, in the same browser.

The session keeps it sealed, as it lies in the database once somebody is signed in: a link is nowhere stored readable.
"""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from flask import current_app, session
from sqlalchemy.exc import NoResultFound

from firststep.extensions import db
from firststep.services.invitations import INVITATION_LIFE, InvitationOver, find_invitation
from firststep.web import clock
from firststep.web.security.devices import session_object

KEY = "invitation"


def remember_invitation(token: str) -> None:
    """Keep the token of an invitation in the visitor's own cookie; with a session of the server a look would write."""
    if session_object().row_id is None and _kept() != token:
        session[KEY] = _seal().encrypt(token.encode()).decode()


def forget_invitation() -> None:
    """Forget the invitation: it was accepted, or works no more."""
    session.pop(KEY, None)


def open_invitation() -> str:
    """Return the token of the invitation that this browser opened while it can still be used, otherwise nothing."""
    token = _kept()
    if not token:
        return ""
    try:
        find_invitation(db.session, token, now=clock.now())
    except (InvitationOver, NoResultFound):
        return ""
    return token


def _kept() -> str:
    try:
        return _seal().decrypt(session.get(KEY, ""), ttl=int(INVITATION_LIFE.total_seconds())).decode()
    except InvalidToken:
        return ""


def _seal() -> Fernet:
    secret = str(current_app.secret_key).encode()
    return Fernet(base64.urlsafe_b64encode(hashlib.blake2b(secret, person=b"invitation", digest_size=32).digest()))
