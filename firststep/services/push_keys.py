"""The key pair by which push services know this installation (VAPID, RFC 8292): made on first use, kept beside the
other secrets.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from firststep.settings import Settings, SettingsError, keep_secret

_BYTES = 32


def private_key(settings: Settings) -> str:
    """Return the private number in base64url; the first time a new one."""
    if settings.vapid_private_key:
        return settings.vapid_private_key
    path = settings.var_dir / "vapid_key"
    if not path.exists():
        settings.var_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
        keep_secret(path, as_base64url(number.to_bytes(_BYTES)))
    found = path.read_text(encoding="ascii").strip()
    if len(from_base64url(found)) != _BYTES:
        raise SettingsError(f"{path} holds no key of {_BYTES} bytes; delete it to get a new one.")
    return found


def public_key(settings: Settings) -> str:
    """Return the public point in base64url, as browsers want it when they subscribe."""
    return _public(private_key(settings))


@lru_cache(maxsize=4)
def _public(private: str) -> str:
    key = ec.derive_private_key(int.from_bytes(from_base64url(private)), ec.SECP256R1())
    return as_base64url(key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def as_base64url(raw: bytes) -> str:
    """Return the bytes as text without padding."""
    return urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def from_base64url(text: str) -> bytes:
    """Return the bytes; ValueError for what is no such text."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
