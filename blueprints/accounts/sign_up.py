"""Signing up, and confirming the address: by link or by code."""

from __future__ import annotations

from datetime import datetime

from flask import flash, redirect, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from flask_security import hash_password

from blueprints.accounts.area import accounts
from blueprints.accounts.forms import AddressForm, ConfirmCodeForm, SignUpForm
from blueprints.accounts.links import LinkState, read_link
from firststep.extensions import db
from firststep.models import User
from firststep.services import accounts as service
from firststep.web import clock
from firststep.web.invited import open_asked, open_invitation
from firststep.web.language import choose_locale
from firststep.web.policy import policy
from firststep.web.render import render
from firststep.web.security.limits import CODES, LINKS, MAILS, limited
from firststep.web.security.passwords import release_transaction
from firststep.web.security.tokens import code_matches
from firststep.web.wake import wake_worker


@accounts.route("/sign-up", methods=["GET", "POST"])
@policy(GET="public", POST="public")
@limited(MAILS, "sign-up")
def sign_up() -> ResponseReturnValue:
    """Take a sign-up; the answer is the same whether the address has an account or not."""
    if current_user.is_authenticated:
        return redirect(url_for("accounts.home"), 303)
    form = SignUpForm(role=_invited_as())
    if not form.validate_on_submit():
        return render("accounts/sign_up.html", form=form), 422 if form.is_submitted() else 200
    release_transaction()
    wish = service.Wish(
        role=form.role.data,
        address=form.email.data,
        name=form.name.data,
        password_hash=hash_password(form.password.data),
        time_zone=form.time_zone.data,
        locale=choose_locale(),
    )
    service.sign_up(db.session, wish, clock.now())
    db.session.commit()
    wake_worker()
    session["confirm_address"] = form.email.data
    return redirect(url_for("accounts.confirm_wait"), 303)


def _invited_as() -> str | None:
    """Return as whom the visitor was invited, if at all."""
    if open_invitation():
        return "practitioner"
    return "patient" if open_asked() else None


@accounts.get("/confirm")
@policy(GET="public")
def confirm_wait() -> ResponseReturnValue:
    """Say that a mail is on its way, and take its code."""
    return _wait(ConfirmCodeForm())


@accounts.post("/confirm")
@policy(POST="public")
@limited(CODES, "confirm code")
def confirm_code() -> ResponseReturnValue:
    """Confirm with the six digits of the mail, in the browser that signed up."""
    form = ConfirmCodeForm()
    now = clock.now()
    user = service.find_account(db.session, session.get("confirm_address", ""))
    right = user is not None and user.active and user.confirmed_at is None
    if form.validate_on_submit():
        if user is not None and right and code_matches(form.code.data, user.id, user.confirm_serial, now):
            return _confirmed(user, now)
        form.code.errors = [_("This code is not right or too old. Look at the newest mail, or ask for another one.")]
    return _wait(form), 422


@accounts.post("/confirm/again")
@policy(POST="public")
@limited(MAILS, "confirm again")
def confirm_again() -> ResponseReturnValue:
    """Send another confirmation mail."""
    form = AddressForm()
    if not form.validate_on_submit():
        return render("accounts/confirm_wait.html", form=ConfirmCodeForm(formdata=None), again=form, address=""), 422
    service.resend_confirmation(db.session, form.email.data, clock.now())
    db.session.commit()
    wake_worker()
    session["confirm_address"] = form.email.data
    flash(_("If this address waits for confirmation, a new mail is on its way. Older mails no longer work."), "success")
    return redirect(url_for("accounts.confirm_wait"), 303)


@accounts.get("/confirm/<token>")
@policy(GET="token")
def confirm(token: str) -> ResponseReturnValue:
    """Show a button: mail programs open links by themselves, and that must change nothing."""
    link = read_link("confirm", token)
    if link.state is LinkState.OVER:
        return _over()
    return render("accounts/confirm.html", address=link.user.email)


@accounts.post("/confirm/<token>")
@policy(POST="token")
@limited(LINKS, "confirm link")
def confirm_by_link(token: str) -> ResponseReturnValue:
    """Confirm the address."""
    link = read_link("confirm", token)
    if link.state is LinkState.OVER:
        return _over()
    return _confirmed(link.user, clock.now())


def _confirmed(user: User, now: datetime) -> ResponseReturnValue:
    service.confirm_address(db.session, user, now)
    db.session.commit()
    if session.pop("confirm_address", None) == user.email:
        # The browser that signed up need not type its address once more.
        session["sign_in_address"] = user.email
    flash(_("Thank you, your address is confirmed. Please sign in."), "success")
    return redirect(url_for("security.login"), 303)


def _wait(form: ConfirmCodeForm) -> str:
    address = session.get("confirm_address", "")
    again = AddressForm(formdata=None, email=address)
    return render("accounts/confirm_wait.html", form=form, again=again, address=address)


def _over() -> ResponseReturnValue:
    again = AddressForm(formdata=None, email=session.get("confirm_address", ""))
    return render("accounts/link_over.html", form=again, action=url_for("accounts.confirm_again")), 410
