"""Whose phone this is: a name for the signed-in patient under which the browser keeps entries."""

from __future__ import annotations

import hashlib
from uuid import UUID

from flask import current_app


def sync_user(user_id: UUID) -> str:
    """Return a name for the user that tells two users apart on one phone and says nothing else."""
    key = str(current_app.secret_key).encode()[:64]
    return hashlib.blake2b(user_id.bytes, key=key, digest_size=16, person=b"sync-user").hexdigest()
