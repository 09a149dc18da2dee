"""Tokens and codes in mails: signed for one purpose, one person and one serial, and never stored."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

Purpose = Literal["confirm", "reset", "address", "reach"]

LIFE = {
    "confirm": timedelta(days=2),
    "reset": timedelta(minutes=30),
    "address": timedelta(hours=2),
    "reach": timedelta(days=2),
}
# A code can be typed for at least this long and at most twice as long.
CODE_LIFE = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class MailedToken:
    """What a mailed link says."""

    purpose: Purpose
    user_id: UUID
    serial: int
    issued_at: datetime
    # The new address, for a change of address only.
    address: str = ""

    def is_expired(self, now: datetime) -> bool:
        """Tell whether the link is too old."""
        return not timedelta(0) <= now - self.issued_at <= LIFE[self.purpose]


def make_token(purpose: Purpose, user_id: UUID, serial: int, now: datetime, *, address: str = "") -> str:
    """Return the token of a mailed link."""
    return str(_serializer(purpose).dumps([user_id.hex, serial, int(now.timestamp()), address]))


def read_token(purpose: Purpose, token: str) -> MailedToken | None:
    """Return what the token says, or None when we did not write exactly this token."""
    serializer = _serializer(purpose)
    try:
        user_id, serial, issued, address = serializer.loads(token)
    except (BadData, ValueError, TypeError):
        return None
    # The last letter of a signature has bits that decoding ignores: only the very same text counts.
    if not hmac.compare_digest(str(serializer.dumps([user_id, serial, issued, address])), token):
        return None
    return MailedToken(
        purpose=purpose,
        user_id=UUID(user_id),
        serial=serial,
        issued_at=datetime.fromtimestamp(issued, UTC),
        address=address,
    )


def make_code(user_id: UUID, serial: int, now: datetime) -> str:
    """Return the six digits that do the same as the link of the confirmation mail."""
    return _code(user_id, serial, _period(now))


def code_matches(code: str, user_id: UUID, serial: int, now: datetime) -> bool:
    """Tell whether these are the digits of a mail of the last minutes."""
    period = _period(now)
    return any(hmac.compare_digest(_code(user_id, serial, recent), code) for recent in (period, period - 1))


def _period(now: datetime) -> int:
    return int(now.timestamp() // CODE_LIFE.total_seconds())


def _code(user_id: UUID, serial: int, period: int) -> str:
    key = str(current_app.secret_key).encode()
    digest = hmac.new(key, f"confirm-code:{user_id.hex}:{serial}:{period}".encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:8]) % 1_000_000:06d}"


def _serializer(purpose: Purpose) -> URLSafeSerializer:
    return URLSafeSerializer(
        str(current_app.secret_key), salt=f"mail-{purpose}", signer_kwargs={"digest_method": hashlib.sha256}
    )
