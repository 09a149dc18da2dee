"""What a session remembers about the device: a name that its owner recognises, and whether it is their own."""

from __future__ import annotations

from flask import request, session

from firststep.models import User
from firststep.web.sessions import ServerSession

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def device_label(user_agent: str) -> str:
    """Return a name such as "Chrome on Android"; empty when the browser does not say."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return " on ".join(part for part in (browser, system) if part)


def label_session() -> None:
    """Give the session the name of the device that signs in."""
    session["label"] = device_label(request.headers.get("User-Agent", ""))


def remember_own_device(user: User | None, *, wanted: bool) -> None:
    """Keep the choice "this is my own phone" until the person is wholly signed in, then apply it."""
    if user is None:
        session["own_device"] = wanted
        return
    assert isinstance(session_object(), ServerSession)
    session_object().own_device = wanted and user.role == "patient"
    session.pop("own_device", None)


def session_object() -> ServerSession:
    """Return the session behind Flask's proxy."""
    real = session._get_current_object()  # type: ignore[attr-defined]
    assert isinstance(real, ServerSession)
    return real
