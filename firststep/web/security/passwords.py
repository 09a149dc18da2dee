"""What a password must be: long enough and not one that everybody uses; nothing about its composition."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from flask_security import PasswordUtil

from firststep.extensions import db

SHORTEST = 8
# Longer ones are refused before anything is computed from them.
LONGEST = 256

_COMMON = Path(__file__).with_name("common_passwords.txt")


class PasswordRules(PasswordUtil):
    """Checks new passwords for Flask-Security and for our own forms."""

    def validate(
        self,
        password: str,
        is_register: bool,  # noqa: ARG002 - the signature is Flask-Security's
        **kwargs: Any,  # noqa: ARG002
    ) -> tuple[list[str] | None, str]:
        """Return the complaints, if any, and the password in its normal form."""
        if len(password) > LONGEST:
            return [_("Use at most %(number)s characters.", number=LONGEST)], password
        normal = self.normalize(password)
        if len(normal) < SHORTEST:
            return [_("Use at least %(number)s characters.", number=SHORTEST)], normal
        if is_common(normal):
            return [_("Too many people use this password. Choose another one.")], normal
        return None, normal


@cache
def _common_passwords() -> frozenset[str]:
    return frozenset(_COMMON.read_text(encoding="ascii").split("\n"))


def is_common(password: str) -> bool:
    """Tell whether the password is among those that are guessed first."""
    plain = password.casefold()
    return plain in _common_passwords() or len(set(plain)) < 3 or plain.startswith("firststep")


def release_transaction() -> None:
    """End the request's transaction, so that no other writer waits while a password is hashed."""
    db.session.rollback()
