"""The second factor: set up, prove, and recovery codes."""

from __future__ import annotations

from flask import flash, redirect, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from flask_security import auth_required
from flask_security.proxies import _security

from blueprints.accounts.area import accounts
from blueprints.accounts.forms import CodeForm
from firststep.extensions import db
from firststep.models import User
from firststep.services import accounts as service
from firststep.web import clock
from firststep.web.actors import current_account
from firststep.web.invited import open_invitation
from firststep.web.policy import factor_is_fresh, policy
from firststep.web.qr import qr_svg
from firststep.web.render import render
from firststep.web.security.destinations import after_sign_in
from firststep.web.security.devices import session_object
from firststep.web.security.events import keep_this_session
from firststep.web.security.factors import totp
from firststep.web.security.limits import FACTOR, limited
from firststep.web.wake import wake_worker

# A clock that is half a minute off is common on phones.
CODE_WINDOW_S = 30


@accounts.get("/settings/factor")
@policy(GET="half")
def factor() -> ResponseReturnValue:
    """Show what there is, ask for what must be proven, or offer to set something up."""
    if not current_user.is_authenticated:
        return redirect(url_for("security.two_factor_token_validation"), 303)
    user = current_account()
    if service.has_any_factor(user) and not factor_is_fresh():
        return _ask(user, CodeForm())
    return render(
        "accounts/factor.html",
        has_app=user.has_factor,
        passkeys=[passkey.name for passkey in user.webauthn],
        codes_left=len(user.mf_recovery_codes or []),
        required=user.role == "practitioner" and not service.has_any_factor(user),
    )


@accounts.post("/settings/factor")
@policy(POST="half")
@limited(FACTOR, "factor", failures_only=True)
def prove_factor() -> ResponseReturnValue:
    """Take a code of the app or a recovery code from somebody who is signed in."""
    if not current_user.is_authenticated:
        return redirect(url_for("security.two_factor_token_validation"), 303)
    form = CodeForm()
    user = service.lock_account(db.session, current_account().id)
    if form.validate_on_submit() and _code_is_right(user, form.code.data):
        db.session.commit()
        session_object().mark_factor(clock.now())
        return redirect(after_sign_in(), 303)
    if not form.errors:
        form.code.errors = [_("This code is not right, or was used before. Wait for the next one.")]
    return _ask(user, form), 422


def _ask(user: User, form: CodeForm) -> str:
    return render("accounts/prove_factor.html", form=form, has_app=user.has_factor, has_passkey=bool(user.webauthn))


def _code_is_right(user: User, code: str) -> bool:
    if not user.has_factor or user.tf_totp_secret is None:
        return False
    if len(code) == 6:
        return totp().verify_totp(code, user.tf_totp_secret, user, window=CODE_WINDOW_S)
    codes = _security.mf_recovery_codes_util
    return bool(codes.check_recovery_code(user, code) and codes.delete_recovery_code(user, code))


@accounts.route("/settings/factor/app", methods=["GET", "POST"])
@policy(GET="password", POST="password")
@limited(FACTOR, "factor set-up", failures_only=True)
@auth_required("session", within=10, grace=0)
def set_up_app() -> ResponseReturnValue:
    """Show a new secret and take its first code; the secret counts from then on."""
    user = current_account()
    if service.has_any_factor(user) and not factor_is_fresh():
        return redirect(url_for("accounts.factor"), 303)
    form = CodeForm()
    secret = session.get("totp_setup") or totp().generate_totp_secret()
    session["totp_setup"] = secret
    if form.validate_on_submit():
        user = service.lock_account(db.session, user.id)
        if totp().is_first_code(form.code.data, secret, user, window_s=CODE_WINDOW_S):
            return _finish_app(user, secret)
        form.code.errors = [
            _("This code is not right. Check that the clock of your phone is right, then try the next one.")
        ]
    values = totp().fetch_setup_values(secret, user)
    page = render("accounts/set_up_app.html", form=form, key=values["key"], qr=qr_svg(values["uri"]), uri=values["uri"])
    return page, 422 if form.is_submitted() else 200


def _finish_app(user: User, secret: str) -> ResponseReturnValue:
    _security.datastore.tf_set(user, "authenticator", secret)
    session.pop("totp_setup")
    keep_this_session(user)
    codes = _security.mf_recovery_codes_util.create_recovery_codes(user)
    db.session.commit()
    wake_worker()
    session_object().mark_factor(clock.now())
    flash(_("Your authenticator app is set up."), "success")
    token = open_invitation() if user.role == "practitioner" else ""
    after = url_for("sharing.invitation", token=token) if token else url_for("accounts.home")
    return render("accounts/recovery_codes.html", codes=codes, after=after)


@accounts.post("/settings/factor/app/remove")
@policy(POST="signed_in")
@auth_required("session", within=10, grace=0)
def remove_app() -> ResponseReturnValue:
    """Take the authenticator app away, unless a practitioner would be left without a factor."""
    user = current_account()
    if not factor_is_fresh():
        return redirect(url_for("accounts.factor"), 303)
    if user.role == "practitioner" and not user.webauthn:
        flash(_("This is your only second factor. Set up another one first."), "error")
        return redirect(url_for("accounts.factor"), 303)
    service.remove_app(db.session, user)
    keep_this_session(user)
    db.session.commit()
    wake_worker()
    flash(_("The authenticator app and its recovery codes are removed."), "success")
    return redirect(url_for("accounts.factor"), 303)


@accounts.post("/settings/factor/codes")
@policy(POST="signed_in")
@auth_required("session", within=10, grace=0)
def new_recovery_codes() -> ResponseReturnValue:
    """Make new recovery codes; the old ones stop working."""
    user = current_account()
    if not user.has_factor or not factor_is_fresh():
        return redirect(url_for("accounts.factor"), 303)
    codes = _security.mf_recovery_codes_util.create_recovery_codes(user)
    db.session.commit()
    return render("accounts/recovery_codes.html", codes=codes, after=url_for("accounts.factor"))
