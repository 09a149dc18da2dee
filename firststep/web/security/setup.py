"""Flask-Security's configuration: what it does, what it says, and what it must not do."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from typing import Any

from flask import Flask, request
from flask_babel import gettext as _
from flask_security import FSQLALiteUserDatastore, MailUtil, Security
from flask_security.babel import FsDomain
from flask_security.mail_util import EmailValidateException

from firststep.extensions import db
from firststep.models import User, WebAuthn
from firststep.services.addresses import BadAddress, canonical_address
from firststep.settings import Settings
from firststep.web.policy import to_sign_in
from firststep.web.render import render
from firststep.web.security.events import watch_events
from firststep.web.security.factors import CountingTotp, PhonePasskeys
from firststep.web.security.forms import FORMS
from firststep.web.security.messages import MESSAGES
from firststep.web.security.passwords import PasswordRules
from firststep.web.security.views import register_views

PRODUCT = "Firststep"
# How long a proof of the password counts for changes of password, address and factor.
STEP_UP_LIFE = timedelta(minutes=10)


class AccountDatastore(FSQLALiteUserDatastore):
    """Flask-Security's way to our users; a user has one role in a column, not a table of them."""

    def _prepare_create_user_args(self, **kwargs: Any) -> dict[str, Any]:
        prepared: dict[str, Any] = super()._prepare_create_user_args(**kwargs)
        prepared.pop("roles", None)
        return prepared


class NoDirectMail(MailUtil):
    """Addresses in our one form; mail leaves through the outbox and in no other way."""

    def normalize(self, email: str) -> str:
        """Return the address as it is stored."""
        try:
            return canonical_address(email)
        except BadAddress as error:
            raise EmailValidateException(_("Enter one e-mail address, like name@example.com.")) from error

    validate = normalize

    def send_mail(self, *_args: Any, **_kwargs: Any) -> None:
        """Refuse: a mail sent from a request would be lost with it."""
        raise RuntimeError("Account mail goes through the outbox.")


class Sentences(FsDomain):
    """Flask-Security's sentences and ours in its place, as plain text in the reader's language."""

    def gettext(self, string: Any, **variables: Any) -> str:
        """Return the sentence; ours are lazy, which its JSON answers do not take."""
        return str(super().gettext(str(string), **variables))


# There is no table of roles: a user has one, in a column.
datastore = AccountDatastore(db, User, None, WebAuthn)  # type: ignore[arg-type]
security = Security(
    totp_cls=CountingTotp,
    webauthn_util_cls=PhonePasskeys,
    password_util_cls=PasswordRules,
    mail_util_cls=NoDirectMail,
)


def init_security(app: Flask, settings: Settings) -> None:
    """Configure and start Flask-Security with only those of its views that we use."""
    app.config.update({f"SECURITY_{name}": value for name, value in _configuration(settings).items()})
    app.config.update({f"SECURITY_MSG_{name}": value for name, value in MESSAGES.items()})
    security.init_app(app, datastore, register_blueprint=False, render_template=_render, **FORMS)
    security.i18n_domain = Sentences(app)
    app.jinja_env.globals["_fsdomain"] = security.i18n_domain.gettext
    security.want_json(lambda _request: bool(request.is_json and (request.endpoint or "").startswith("security.wan_")))
    security.unauthn_handler(lambda *_args, **_kwargs: to_sign_in())
    # No bearer tokens: a session is the only thing that signs a request.
    security.login_manager.request_loader(lambda _request: None)
    # Phones change their network address all day; what ends a session here is the session's own row.
    security.login_manager.session_protection = None
    watch_events(app)
    register_views(app)


def _configuration(settings: Settings) -> dict[str, Any]:
    return {
        "PASSWORD_SALT": _derived(settings, "password"),
        "PASSWORD_HASH": "argon2",
        "PASSWORD_SCHEMES": ["argon2"],
        "PASSWORD_HASH_PASSLIB_OPTIONS": {
            "argon2__memory_cost": 19456,
            "argon2__time_cost": 2,
            "argon2__parallelism": 1,
        },
        "PASSWORD_NORMALIZE_FORM": "NFKC",
        "JOIN_USER_ROLES": False,
        "USER_IDENTITY_ATTRIBUTES": [{"email": {"mapper": _identity, "case_insensitive": False}}],
        "CONFIRMABLE": True,
        "RETURN_GENERIC_RESPONSES": True,
        "LOGOUT_CSRF": True,
        "API_ENABLED_METHODS": ["session"],
        "FRESHNESS": STEP_UP_LIFE,
        "FRESHNESS_GRACE_PERIOD": timedelta(0),
        "POST_LOGIN_VIEW": "accounts.home",
        "POST_VERIFY_VIEW": "accounts.settings",
        "TWO_FACTOR": True,
        "TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "TWO_FACTOR_AUTHENTICATOR_VALIDITY": 30,
        "TWO_FACTOR_RESCUE_EMAIL": False,
        "TOTP_SECRETS": {"1": _derived(settings, "totp")},
        "TOTP_ISSUER": PRODUCT,
        "MULTI_FACTOR_RECOVERY_CODES": True,
        "MULTI_FACTOR_RECOVERY_CODES_N": 8,
        "MULTI_FACTOR_RECOVERY_CODES_KEYS": [_fernet_key(settings)],
        "WEBAUTHN": True,
        "WAN_RP_NAME": PRODUCT,
        "WAN_ALLOW_USER_HINTS": False,
        "WAN_ALLOW_AS_VERIFY": ["first"],
        "WAN_POST_REGISTER_VIEW": "accounts.factor",
        "WAN_SALT": _derived(settings, "passkey"),
        "REMEMBER_SALT": _derived(settings, "remember"),
        "CLI_USERS_NAME": None,
        "CLI_ROLES_NAME": None,
    }


def _render(template: str, **context: Any) -> str | tuple[str, int]:
    """Render one of Flask-Security's pages; a refused form answers 422, which it does not do itself."""
    page = render(template, **context)
    forms = [value for value in context.values() if hasattr(value, "form_errors")]
    refused = request.method == "POST" and any(form.errors for form in forms)
    return (page, 422) if refused else page


def _identity(text: str) -> str | None:
    try:
        return canonical_address(text)
    except BadAddress:
        return None


def _derived(settings: Settings, purpose: str) -> str:
    return hashlib.blake2b(settings.secret_key.encode(), person=purpose.encode()[:16], digest_size=32).hexdigest()


def _fernet_key(settings: Settings) -> bytes:
    digest = hashlib.blake2b(settings.secret_key.encode(), person=b"recovery codes", digest_size=32).digest()
    return base64.urlsafe_b64encode(digest)
