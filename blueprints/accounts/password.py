"""A forgotten password, and a change of password."""

from __future__ import annotations

from flask import flash, redirect, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import auth_required, hash_password, verify_password

from blueprints.accounts.area import accounts
from blueprints.accounts.forms import AddressForm, ChangePasswordForm, NewPasswordForm
from blueprints.accounts.links import LinkState, read_link
from firststep.extensions import db
from firststep.services import accounts as service
from firststep.web import clock
from firststep.web.actors import current_account
from firststep.web.policy import policy
from firststep.web.render import render
from firststep.web.security.devices import session_object
from firststep.web.security.events import carry_session_over
from firststep.web.security.limits import FACTOR, LINKS, MAILS, limited
from firststep.web.security.passwords import release_transaction
from firststep.web.wake import wake_worker


@accounts.route("/reset", methods=["GET", "POST"])
@policy(GET="public", POST="public")
@limited(MAILS, "reset")
def forgot_password() -> ResponseReturnValue:
    """Send a link for a new password; the answer is the same for every address."""
    form = AddressForm()
    if not form.validate_on_submit():
        return render("accounts/forgot_password.html", form=form, sent=False), 422 if form.is_submitted() else 200
    service.ask_reset(db.session, form.email.data, clock.now())
    db.session.commit()
    wake_worker()
    return render("accounts/forgot_password.html", form=form, sent=True)


@accounts.get("/reset/<token>")
@policy(GET="token")
def reset_password(token: str) -> ResponseReturnValue:
    """Show the form for a new password; opening the link changes nothing."""
    if read_link("reset", token).state is LinkState.OVER:
        return _over()
    return render("accounts/reset_password.html", form=NewPasswordForm())


@accounts.post("/reset/<token>")
@policy(POST="token")
@limited(LINKS, "reset link")
def reset_by_link(token: str) -> ResponseReturnValue:
    """Store the new password; signing in, with the second factor, is the next step and not done here."""
    link = read_link("reset", token)
    if link.state is LinkState.OVER:
        return _over()
    form = NewPasswordForm()
    if not form.validate_on_submit():
        return render("accounts/reset_password.html", form=form), 422
    user_id, serial = link.user.id, link.user.reset_serial
    release_transaction()
    password_hash = hash_password(form.password.data)
    user = service.lock_account(db.session, user_id)
    if user.reset_serial != serial:
        return _over()
    service.set_password(db.session, user, password_hash, clock.now())
    db.session.commit()
    wake_worker()
    flash(_("Your password is changed and every device is signed out. Please sign in."), "success")
    return redirect(url_for("security.login"), 303)


@accounts.route("/settings/password", methods=["GET", "POST"])
@policy(GET="signed_in", POST="signed_in")
@limited(FACTOR, "change password", failures_only=True)
@auth_required("session", within=10, grace=0)
def change_password() -> ResponseReturnValue:
    """Change the password; this device stays signed in, all others do not."""
    form = ChangePasswordForm()
    if not form.validate_on_submit():
        return render("accounts/change_password.html", form=form), 422 if form.is_submitted() else 200
    user = current_account()
    user_id, old_hash = user.id, user.password or ""
    release_transaction()
    if not verify_password(form.current.data, old_hash):
        form.current.errors = [_("The password is not right.")]
        return render("accounts/change_password.html", form=form), 422
    password_hash = hash_password(form.password.data)
    user = service.lock_account(db.session, user_id)
    if user.password != old_hash:
        # Another change won while this one was hashed: a reset by the owner must not be undone by whoever sat here.
        db.session.rollback()
        form.current.errors = [_("The password was changed elsewhere meanwhile. Sign in with the new one.")]
        return render("accounts/change_password.html", form=form), 422
    service.set_password(db.session, user, password_hash, clock.now(), keep=session_object().row_id)
    carry_session_over(user)
    db.session.commit()
    wake_worker()
    flash(_("Your password is changed. All other devices are signed out."), "success")
    return redirect(url_for("accounts.settings"), 303)


def _over() -> ResponseReturnValue:
    form = AddressForm(formdata=None, email=session.get("confirm_address", ""))
    return render("accounts/link_over.html", form=form, action=url_for("accounts.forgot_password")), 410
