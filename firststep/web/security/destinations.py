"""Where a person goes after signing in."""

from __future__ import annotations

import re

from flask import request, url_for
from flask_security import url_for_security

# A path on this site: no second slash or backslash, which browsers take for another site, and no control characters.
_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")
LONGEST = 2000


def safe_path(text: str | None) -> str:
    """Return the path if it surely stays on this site, otherwise nothing."""
    if not text or len(text) > LONGEST or not text.isascii() or not _PATH.fullmatch(text):
        return ""
    return "" if "%0d" in text.casefold() or "%0a" in text.casefold() else text


def wanted_path() -> str:
    """Return the path that the request asks to go to afterwards, if it is safe."""
    return safe_path(request.form.get("next")) or safe_path(request.args.get("next"))


def after_sign_in() -> str:
    """Return where the person goes now."""
    return wanted_path() or url_for("accounts.home")


def second_step() -> str:
    """Return the page that asks for the second factor."""
    return str(url_for_security("two_factor_token_validation", next=wanted_path() or None))
