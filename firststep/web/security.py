"""Flask-Security, set up for this product: who signs in, with what, and for how long."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Flask
from flask_security import FSQLALiteUserDatastore

from firststep.extensions import db, security
from firststep.models import User, WebAuthn
from firststep.settings import Settings
from firststep.web.policy import declare


class AccountDatastore(FSQLALiteUserDatastore):  # type: ignore[misc]
    """Flask-Security's way to our users; a user has one role in a column, not a table of them."""

    def _prepare_create_user_args(self, **kwargs: Any) -> dict[str, Any]:
        prepared: dict[str, Any] = super()._prepare_create_user_args(**kwargs)
        prepared.pop("roles", None)
        return prepared


datastore = AccountDatastore(db, User, None, WebAuthn)


def init_security(app: Flask, settings: Settings) -> None:
    """Configure and start Flask-Security."""
    app.config.update(
        SECURITY_PASSWORD_SALT=_derived(settings, "password"),
        SECURITY_PASSWORD_HASH="argon2",
        SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS={
            "argon2__memory_cost": 19456,
            "argon2__time_cost": 2,
            "argon2__parallelism": 1,
        },
        SECURITY_JOIN_USER_ROLES=False,
    )
    security.init_app(app, datastore)
    declare(app, "security.static", GET="public")
    declare(app, "security.login", GET="public", POST="public")
    declare(app, "security.logout", POST="signed_in")
    declare(app, "security.verify", GET="signed_in", POST="signed_in")


def _derived(settings: Settings, purpose: str) -> str:
    return hashlib.blake2b(settings.secret_key.encode(), person=purpose.encode()[:16], digest_size=32).hexdigest()
