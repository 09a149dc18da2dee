"""The sender on a mail's envelope: with ``BOUNCE_ADDRESS`` one for each mail, so that nobody can make up a bounce."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from firststep.mail.message import parse_sender
from firststep.settings import Settings

_SEAL_BYTES = 10
# In base32, because servers may change the case of what stands before the @.
_TOKEN = r"([A-Za-z2-7]{42})"  # noqa: S105 - a pattern


@dataclass(frozen=True, kw_only=True)
class Returned:
    """What the address of a bounce says: which mail came back, and the seal over it and its recipient."""

    mail_id: UUID
    seal: bytes


def envelope_sender(settings: Settings, mail_id: UUID, to: str) -> str:
    """Return the address to which a server sends back what it cannot deliver."""
    if not settings.bounce_address:
        return parse_sender(settings.mail_from).address
    local, _, domain = settings.bounce_address.rpartition("@")
    token = base64.b32encode(mail_id.bytes + _seal(settings, mail_id, to)).decode().rstrip("=").lower()
    return f"{local}+{token}@{domain}"


def find_returned(settings: Settings, texts: Iterable[str]) -> list[Returned]:
    """Return what every address of ours in the texts says, each once; whether it is genuine is asked separately."""
    local, _, domain = settings.bounce_address.rpartition("@")
    pattern = re.compile(rf"(?<![\w.+-]){re.escape(local)}\+{_TOKEN}@{re.escape(domain)}(?![\w.-])", re.IGNORECASE)
    tokens = dict.fromkeys(token.upper() for text in texts for token in pattern.findall(text))
    return [_read(token) for token in tokens if _reads(token)] if settings.bounce_address else []


def is_genuine(settings: Settings, returned: Returned, to: str) -> bool:
    """Tell whether we wrote this mail to this address."""
    return hmac.compare_digest(returned.seal, _seal(settings, returned.mail_id, to))


def _read(token: str) -> Returned:
    raw = base64.b32decode(token + "=" * (-len(token) % 8))
    return Returned(mail_id=UUID(bytes=raw[:16]), seal=raw[16:])


def _reads(token: str) -> bool:
    try:
        return len(_read(token).seal) == _SEAL_BYTES
    except (binascii.Error, ValueError):
        return False


def _seal(settings: Settings, mail_id: UUID, to: str) -> bytes:
    said = b"mail-bounce:" + mail_id.bytes + to.lower().encode()
    return hmac.new(settings.secret_key.encode(), said, hashlib.sha256).digest()[:_SEAL_BYTES]
