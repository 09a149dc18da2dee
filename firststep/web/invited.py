"""The invitation that somebody opened before they had an account: the way back to it, in the same browser.

It may be a patient's to a practitioner, or a practitioner's to a patient; the last one of each kind is remembered.

The session keeps it sealed, as it lies in the database once somebody is signed in: a link is nowhere stored readable.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable

from cryptography.fernet import Fernet, InvalidToken
from flask import current_app, session
from sqlalchemy.exc import NoResultFound

from firststep.extensions import db
from firststep.services.invitations import INVITATION_LIFE, InvitationOver, find_invitation
from firststep.services.patient_invitations import find_asked
from firststep.services.patient_invitations import hand_out_key as derived_key
from firststep.web import clock
from firststep.web.security.devices import session_object

#: Under which word a session keeps it: that of a patient, and that of a practitioner.
KEY, ASKED_KEY = "invitation", "asked"


def remember_invitation(token: str, key: str = KEY) -> None:
    """Keep the token of an invitation in the visitor's own cookie; with a session of the server a look would write."""
    if session_object().row_id is None and _kept(key) != token:
        session[key] = _seal().encrypt(token.encode()).decode()


def forget_invitation(key: str = KEY) -> None:
    """Forget the invitation: it was accepted, or works no more."""
    session.pop(key, None)


def open_invitation() -> str:
    """Return the token of the patient's invitation that this browser opened while it can still be used, or nothing."""
    return _still_open(KEY, find_invitation)


def open_asked() -> str:
    """Return the token of the practitioner's invitation that this browser opened while it works, or nothing."""
    return _still_open(ASKED_KEY, find_asked)


def hand_out_key() -> bytes:
    """Return the key from which this installation makes the links of hand-outs."""
    return derived_key(str(current_app.secret_key))


def _still_open(key: str, find: Callable[..., object]) -> str:
    token = _kept(key)
    if not token:
        return ""
    try:
        find(db.session, token, now=clock.now())
    except (InvitationOver, NoResultFound):
        return ""
    return token


def _kept(key: str) -> str:
    try:
        return _seal().decrypt(session.get(key, ""), ttl=int(INVITATION_LIFE.total_seconds())).decode()
    except InvalidToken:
        return ""


def _seal() -> Fernet:
    secret = str(current_app.secret_key).encode()
    return Fernet(base64.urlsafe_b64encode(hashlib.blake2b(secret, person=b"invitation", digest_size=32).digest()))
