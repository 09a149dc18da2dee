"""How often something may be tried: by network address and by account, counted together over all doors."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import Any, TypeVar, cast

from flask import Response, request, session
from flask_limiter.util import get_remote_address
from flask_login import current_user

from firststep.extensions import db, limiter
from firststep.services.accounts import find_by_uniquifier
from firststep.services.addresses import BadAddress, canonical_address
from firststep.web.security.known_devices import device_of

View = TypeVar("View", bound=Callable[..., Any])

SIGN_IN = (
    ("30 per 15 minutes", "network"),
    ("10 per 15 minutes", "account and network"),
    ("100 per hour", "account or device"),
)
FACTOR = (("5 per 15 minutes", "person"), ("60 per 15 minutes", "network"))
# Failures are counted when the answer is known; tries of one person that run at the same time are bounded besides.
TRIES = "20 per 15 minutes"
MAILS = (("20 per hour", "network"), ("5 per hour", "account"))
CODES = (("20 per hour", "network"), ("5 per 15 minutes", "awaited account"))
LINKS = (("60 per hour", "network"),)
REMINDER_TESTS = (("6 per hour", "person"),)
# Each reads everything that is kept of a person.
EXPORTS = (("20 per hour", "person"),)
UPLOADS = (("30 per hour", "person"),)
DEVICES = (("60 per hour", "person"),)
# Six digits of a visit. Of 200 wrong ones one in 5,000 meets a given code, and then the patient still has to allow.
VISIT_CODES = (("30 per 15 minutes", "network"),)
WRONG_VISIT_CODES = (("10 per 15 minutes", "network"), ("200 per 15 minutes", "everybody"))
# Calendar programs ask a few times a day, and many of them from the same few networks.
FEEDS = (("600 per hour", "network"),)
PASSKEYS = (("30 per 15 minutes", "network"),)
# The sign-in page asks for one each time it is opened.
PASSKEY_OFFERS = (("300 per 15 minutes", "network"),)


def limited(
    limits: tuple[tuple[str, str], ...],
    door: str,
    *,
    failures_only: bool = False,
    methods: tuple[str, ...] = ("POST",),
) -> Callable[[View], View]:
    """Limit the POSTs of a view, or other requests; views with the same ``door`` share one count."""

    def decorate(view: View) -> View:
        limited_view: Any = view
        if failures_only and limits is FACTOR:
            limited_view = limiter.shared_limit(
                TRIES, scope=f"{door} tries", key_func=_KEYS["person"], methods=["POST"]
            )(limited_view)
        for amount, key in limits:
            limited_view = limiter.shared_limit(
                amount,
                scope=f"{door} {key}",
                key_func=_KEYS[key],
                methods=list(methods),
                deduct_when=_failed if failures_only else None,
            )(limited_view)
        return cast(View, limited_view)

    return decorate


def _failed(response: Response) -> bool:
    return response.status_code >= 400


def network_of(address: str) -> str:
    """Return the network of a client: an IPv6 customer is given 2^64 addresses at once, and counts as one."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return str(found)
    return str(found.ipv4_mapped or ip_network((found, 64), strict=False))


def _network() -> str:
    return network_of(get_remote_address())


def _account() -> str:
    """Return a key for the address that was typed, whether it has an account or not."""
    return _hashed(_typed_address())


def _account_or_device() -> str:
    """Return a key for the address that was typed; on a device of its owner one that strangers cannot use up."""
    address = _typed_address()
    return f"{_hashed(address)} {device_of(address) or ''}"


def _awaited_account() -> str:
    """Return a key for the address that this browser signed up with; what the request says does not count."""
    return _hashed(_canonical(str(session.get("confirm_address", ""))))


def _typed_address() -> str:
    body = request.get_json(silent=True) if request.is_json else None
    return _canonical(str((body if isinstance(body, dict) else request.form).get("email", "")))


def _canonical(typed: str) -> str:
    try:
        return canonical_address(typed)
    except BadAddress:
        return typed[:254].casefold()


def _hashed(address: str) -> str:
    return hashlib.sha256(address.encode(errors="replace")).hexdigest()


def _account_and_network() -> str:
    return f"{_account_or_device()} {_network()}"


def _person() -> str:
    """Return a key for the person who is signed in, wholly or by half; a new password opens no new count."""
    if current_user.is_authenticated:
        return str(current_user.id)
    uniquifier = session.get("tf_user_id")
    half = find_by_uniquifier(db.session, str(uniquifier)) if uniquifier else None
    return str(half.id) if half else _network()


_KEYS: dict[str, Callable[[], str]] = {
    "network": _network,
    "account": _account,
    "awaited account": _awaited_account,
    "account or device": _account_or_device,
    "account and network": _account_and_network,
    "person": _person,
    "everybody": lambda: "everybody",
}
