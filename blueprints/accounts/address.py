"""A change of the e-mail address: confirmed at the new one, told to the old one."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import auth_required

from blueprints.accounts.area import accounts
from blueprints.accounts.forms import AddressForm
from blueprints.accounts.links import LinkState, read_link
from firststep.extensions import db
from firststep.services import accounts as service
from firststep.web import clock
from firststep.web.actors import current_account
from firststep.web.policy import policy
from firststep.web.render import render
from firststep.web.security.limits import LINKS, MAILS, limited
from firststep.web.wake import wake_worker


@accounts.route("/settings/address", methods=["GET", "POST"])
@policy(GET="signed_in", POST="signed_in")
@limited(MAILS, "change address")
@auth_required("session", within=10, grace=0)
def change_address() -> ResponseReturnValue:
    """Send a link to the new address; nothing changes before it is used."""
    form = AddressForm()
    user = current_account()
    if not form.validate_on_submit():
        return render(
            "accounts/change_address.html", form=form, now_used=user.email
        ), 422 if form.is_submitted() else 200
    service.ask_address_change(db.session, user, form.email.data, clock.now())
    db.session.commit()
    wake_worker()
    flash(_("We sent a mail to the new address. Your address changes when you use the link in it."), "success")
    return redirect(url_for("accounts.settings"), 303)


@accounts.get("/address/<token>")
@policy(GET="token")
def confirm_address(token: str) -> ResponseReturnValue:
    """Show a button: opening the link changes nothing."""
    link = read_link("address", token)
    if link.state is LinkState.OVER:
        return _over()
    return render("accounts/confirm.html", address=link.address)


@accounts.post("/address/<token>")
@policy(POST="token")
@limited(LINKS, "address link")
def move_to_address(token: str) -> ResponseReturnValue:
    """Use the new address from now on; every device has to sign in again."""
    link = read_link("address", token)
    if link.state is LinkState.OVER:
        return _over()
    if not service.change_address(db.session, link.user, link.address, clock.now()):
        return _over()
    db.session.commit()
    wake_worker()
    flash(_("Your new address is confirmed. Please sign in with it."), "success")
    return redirect(url_for("security.login"), 303)


def _over() -> ResponseReturnValue:
    return render("accounts/link_over.html", form=None, action=url_for("accounts.change_address")), 410
