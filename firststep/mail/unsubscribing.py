"""The address in each list mail that stops mail of its kind: for one person, and good for nothing else."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from uuid import UUID

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from firststep.mail.writing import link_to


@dataclass(frozen=True, kw_only=True)
class Unsubscription:
    """Whose mail of which kind the bearer may stop: a patient's, or of ``monday_counts`` a practitioner's."""

    owner_id: UUID
    kind: str


def unsubscribe_link(owner_id: UUID, kind: str) -> str:
    """Return the full address that stops this kind of mail for this person; it never expires."""
    return link_to("digest.unsubscribe", token=make_token(owner_id, kind))


def make_token(owner_id: UUID, kind: str) -> str:
    """Return the signed token of the address."""
    return str(_serializer().dumps([owner_id.hex, kind]))


def read_token(token: str) -> Unsubscription | None:
    """Return what the token says, or None when we did not write exactly this text."""
    serializer = _serializer()
    try:
        owner, kind = serializer.loads(token)
        found = Unsubscription(owner_id=UUID(owner), kind=str(kind))
    except (BadData, ValueError, TypeError, AttributeError):
        return None
    # The last letter of a signature has bits that decoding ignores: only the very same text counts.
    return found if hmac.compare_digest(make_token(found.owner_id, found.kind), token) else None


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(
        str(current_app.secret_key), salt="mail-unsubscribe", signer_kwargs={"digest_method": hashlib.sha256}
    )
