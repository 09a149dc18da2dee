"""The language and the time zone of the person behind the request."""

from __future__ import annotations

from babel import Locale
from flask import current_app, has_request_context, request
from flask_babel import get_locale
from flask_login import current_user

from firststep.extensions import babel

ENGLISH = "en"


def languages() -> list[str]:
    """Return English, in which the program is written, and every language with a compiled catalogue."""
    found: list[str] | None = current_app.extensions.get("languages")
    if found is None:
        translated = babel.list_translations()  # type: ignore[no-untyped-call]
        others = {str(locale) for locale in translated} - {ENGLISH}
        found = current_app.extensions["languages"] = [ENGLISH, *sorted(others)]
    return found


def language_choices() -> list[tuple[str, str]]:
    """Return (language, its own name) of each language, as a list to choose from."""
    return [(tag, Locale.parse(tag).get_display_name(tag) or tag) for tag in languages()]


def spoken(language: str) -> str:
    """Return the language, or English when its catalogue is not there any more."""
    return language if language in languages() else ENGLISH


def choose_locale() -> str:
    """Return the language that the person chose; for whoever is not signed in, the best that the browser asks for."""
    if not has_request_context():
        return ENGLISH
    if current_user.is_authenticated:
        return spoken(current_user.locale)
    return request.accept_languages.best_match(languages()) or ENGLISH


def language_tag() -> str:
    """Return the language of this answer as HTML and manifests name it, such as "pt-BR"."""
    return str(get_locale() or ENGLISH).replace("_", "-")


def choose_zone() -> str | None:
    """Return the person's time zone, if somebody is signed in."""
    if has_request_context() and current_user.is_authenticated:
        zone: str = current_user.time_zone
        return zone
    return None
