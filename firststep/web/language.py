"""The language and the time zone of the person behind the request."""

from __future__ import annotations

from flask import has_request_context, request
from flask_login import current_user

LOCALES = ("en",)


def choose_locale() -> str:
    """Return the person's language, or the best that the browser asks for."""
    if not has_request_context():
        return LOCALES[0]
    wanted = current_user.locale if current_user.is_authenticated else None
    return wanted if wanted in LOCALES else (request.accept_languages.best_match(LOCALES) or LOCALES[0])


def choose_zone() -> str | None:
    """Return the person's time zone, if somebody is signed in."""
    if has_request_context() and current_user.is_authenticated:
        zone: str = current_user.time_zone
        return zone
    return None
