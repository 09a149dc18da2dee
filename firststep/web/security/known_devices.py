"""Devices on which somebody signed in before: wrong passwords that others try elsewhere do not keep their owner out.

The cookie gives no right and holds no address. It only moves the count of wrong passwords for the one address that
was used here from the count that all strangers share to one of this device.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta

from flask import Response, current_app, request

LIFE = timedelta(days=180)


def remember_device(response: Response, address: str) -> Response:
    """Let the browser keep that somebody signed in here with this address."""
    device = device_of(address) or secrets.token_urlsafe(16)
    response.set_cookie(
        _cookie_name(),
        f"{device}.{_seal(device, address)}",
        max_age=LIFE,
        path="/",
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        httponly=True,
        samesite="Lax",
    )
    return response


def device_of(address: str) -> str | None:
    """Return the name of this device when this address was signed in with here before."""
    device, _, seal = request.cookies.get(_cookie_name(), "").partition(".")
    known = hmac.compare_digest(seal.encode(), _seal(device, address).encode())
    return device if known else None


def _seal(device: str, address: str) -> str:
    key = str(current_app.secret_key).encode()
    text = f"known-device:{device}:{address}".encode(errors="replace")
    return hmac.new(key, text, hashlib.sha256).hexdigest()


def _cookie_name() -> str:
    return "__Host-device" if current_app.config["SESSION_COOKIE_SECURE"] else "device"
