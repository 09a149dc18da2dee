"""Those of Flask-Security's views that we use, each with its policy and its limits; no other is reachable."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from uuid import uuid4

from flask import Blueprint, Flask, Response, current_app, flash, make_response, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from flask_security import logout_user, views, webauthn
from flask_security.recovery_codes import mf_recovery
from flask_security.tf_plugin import tf_check_state

from firststep.database import set_writing
from firststep.extensions import db
from firststep.models import User
from firststep.services import accounts
from firststep.services.outbox import enqueue
from firststep.web import clock
from firststep.web.policy import declare, factor_is_fresh, to_factor
from firststep.web.render import render
from firststep.web.security import limits
from firststep.web.security.destinations import after_sign_in, second_step
from firststep.web.security.devices import remember_own_device, session_object
from firststep.web.security.forms import CodeForm
from firststep.web.security.passwords import release_transaction

View = Callable[..., ResponseReturnValue]

# When somebody knew the password but not the code, the owner hears of it after this time.
CODE_MISSING_AFTER = timedelta(minutes=3)


def register_views(app: Flask) -> None:
    """Register the views under the names that Flask-Security itself links to."""
    blueprint = Blueprint("security", __name__)
    failed = limits.limited(limits.SIGN_IN, "sign-in", failures_only=True)
    factor = limits.limited(limits.FACTOR, "factor", failures_only=True)
    passkey = limits.limited(limits.PASSKEYS, "passkey", failures_only=True)
    offer = limits.limited(limits.PASSKEY_OFFERS, "passkey offer")

    def add(path: str, endpoint: str, view: View, **policies: Any) -> None:
        blueprint.add_url_rule(path, endpoint, view, methods=list(policies))
        declare(app, f"security.{endpoint}", **policies)

    add("/login", "login", failed(sign_in), GET="public", POST="public")
    add("/logout", "logout", sign_out, POST="public")
    add("/verify", "verify", factor(_hashing(views.verify)), GET="password", POST="password")
    add("/login/code", "two_factor_token_validation", factor(enter_code), GET="half", POST="half")
    add("/login/recovery", "mf_recovery", factor(use_recovery_code), GET="half", POST="half")
    add("/passkey/sign-in", "wan_signin", offer(webauthn.webauthn_signin), GET="public", POST="public")
    add("/passkey/sign-in/<token>", "wan_signin_response", passkey(sign_in_with_passkey), POST="public")
    add(
        "/settings/passkeys",
        "wan_register",
        passkey(_factor_change(webauthn.webauthn_register)),
        GET="password",
        POST="password",
    )
    add(
        "/settings/passkeys/<token>",
        "wan_register_response",
        passkey(_factor_change(webauthn.webauthn_register_response)),
        POST="password",
    )
    add("/settings/passkeys/remove", "wan_delete", passkey(_factor_change(webauthn.webauthn_delete)), POST="signed_in")
    add("/passkey/verify", "wan_verify", passkey(webauthn.webauthn_verify), GET="password", POST="password")
    add("/passkey/verify/<token>", "wan_verify_response", passkey(verify_with_passkey), POST="password")
    app.register_blueprint(blueprint)


def sign_in() -> ResponseReturnValue:
    """Sign in with address and password, or go on to the second step."""
    if request.method != "POST" or current_user.is_authenticated:
        return views.login()
    # Hashing takes long; nobody who writes may wait for it.
    release_transaction()
    set_writing(False)
    response = make_response(views.login())
    own_device = "own_device" in request.form
    if current_user.is_authenticated:
        remember_own_device(current_user, wanted=own_device)
        response.location = after_sign_in()
    elif session.get("tf_user_id"):
        remember_own_device(None, wanted=own_device)
        response.location = second_step()
        _note_missing_code()
    return response


def sign_out() -> ResponseReturnValue:
    """End the session: its row is deleted, so that a copy of the cookie opens nothing."""
    if current_user.is_authenticated:
        logout_user()
    session.clear()
    flash(_("You are signed out."), "success")
    response = make_response(redirect(url_for("pages.home"), 303))
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def enter_code() -> ResponseReturnValue:
    """Take the code of the authenticator app, the second step of signing in."""
    user = _half_signed_in()
    if user is None:
        return _too_late()
    form = CodeForm()
    form.user, form.primary_method, form.tf_totp_secret = user, "authenticator", user.tf_totp_secret or ""
    if form.validate_on_submit():
        complete_sign_in(user)
        return redirect(after_sign_in(), 303)
    page = render("security/two_factor_verify_code.html", form=form, has_recovery_codes=bool(user.mf_recovery_codes))
    return page, 422 if request.method == "POST" else 200


def complete_sign_in(user: User) -> None:
    """Sign in a person who has proven password and second factor."""
    own_device = bool(session.get("own_device"))
    current_app.extensions["security"].two_factor_plugins.tf_complete(user, True)
    # The counter of the code: it must be stored before anybody learns that the code was right.
    db.session.commit()
    remember_own_device(user, wanted=own_device)


def use_recovery_code() -> ResponseReturnValue:
    """Take a recovery code in place of the app's."""
    user = _half_signed_in()
    if user is None:
        return _too_late()
    own_device = bool(session.get("own_device"))
    response = make_response(mf_recovery())
    if current_user.is_authenticated:
        remember_own_device(user, wanted=own_device)
        _say_codes_left(len(user.mf_recovery_codes or ()))
        response.location = after_sign_in()
    return response


def _say_codes_left(number: int) -> None:
    left = ngettext("%(num)d recovery code is left.", "%(num)d recovery codes are left.", number)
    advice = _("If your phone is gone, set up another in the settings, under “Second factor and passkeys”.")
    flash(f"{left} {advice}", "warning")


def sign_in_with_passkey(token: str) -> ResponseReturnValue:
    """Sign in with what the passkey answered."""
    response = make_response(webauthn.webauthn_signin_response(token))
    if current_user.is_authenticated and response.status_code < 400:
        answer = request.get_json(silent=True) or {}
        remember_own_device(current_user, wanted=bool(isinstance(answer, dict) and answer.get("own_device")))
    return response


def verify_with_passkey(token: str) -> ResponseReturnValue:
    """Prove again who holds the device; this counts as the second factor too."""
    before = session.get("fs_paa")
    response = make_response(webauthn.webauthn_verify_response(token))
    if session.get("fs_paa") != before:
        session_object().mark_factor(clock.now())
    return response


def _hashing(view: View) -> View:
    """Let the view read without the write lock while it computes a password's hash."""

    @wraps(view)
    def without_lock(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        if request.method == "POST":
            release_transaction()
            set_writing(False)
        return view(*args, **kwargs)

    return without_lock


def _factor_change(view: View) -> View:
    """Let nobody add or remove a factor who has one and has not proven it."""

    @wraps(view)
    def checked(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        if current_user.is_authenticated and accounts.has_any_factor(current_user) and not factor_is_fresh():
            return to_factor()
        return view(*args, **kwargs)

    return checked


def _half_signed_in() -> User | None:
    """Return the person whose password was right, kept from parallel tries of the same code."""
    user = tf_check_state(["ready"])
    if not isinstance(user, User) or not user.active or not user.has_factor:
        return None
    return accounts.lock_account(db.session, user.id) if request.method == "POST" else user


def _too_late() -> Response:
    flash(_("That took too long. Please sign in again."), "error")
    return make_response(redirect(url_for("security.login"), 303))


def _note_missing_code() -> None:
    """Plan a mail to the owner, which is dropped if the code comes in time."""
    db.session.rollback()
    set_writing(True)
    now = clock.now()
    user = accounts.find_by_uniquifier(db.session, str(session["tf_user_id"]))
    if user is not None:
        enqueue(
            db.session,
            kind="code_missing",
            now=now,
            user_id=user.id,
            # Each half sign-in for itself: the owner's own, which is answered, must not hide a stranger's.
            dedupe_key=f"code_missing:{user.id}:{uuid4().hex}",
            run_at=now + CODE_MISSING_AFTER,
        )
    db.session.commit()
