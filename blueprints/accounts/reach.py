"""An address that refused our mail: tried once more by a mail whose link shows that it arrives."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints.accounts.area import accounts
from blueprints.accounts.links import LinkState, read_link
from firststep.extensions import db
from firststep.services import accounts as service
from firststep.web import clock
from firststep.web.actors import current_account
from firststep.web.policy import policy
from firststep.web.render import render
from firststep.web.security.limits import LINKS, MAILS, limited
from firststep.web.wake import wake_worker


@accounts.post("/settings/address/try")
@policy(POST="signed_in")
@limited(MAILS, "try address")
def try_address() -> ResponseReturnValue:
    """Send a mail to the person's address, whether it refused mail before or not."""
    user = current_account()
    service.ask_reach(db.session, user, clock.now())
    db.session.commit()
    wake_worker()
    flash(_("We sent a mail to %(address)s. Use the button in it.", address=user.email), "success")
    return redirect(url_for("accounts.settings"), 303)


@accounts.get("/address/arrives/<token>")
@policy(GET="token")
def reach(token: str) -> ResponseReturnValue:
    """Show a button: opening the link changes nothing."""
    link = read_link("reach", token)
    if link.state is LinkState.OVER:
        return _over()
    return render("accounts/arrives.html")


@accounts.post("/address/arrives/<token>")
@policy(POST="token")
@limited(LINKS, "reach link")
def reached(token: str) -> ResponseReturnValue:
    """Send letters and reminders to the address again."""
    link = read_link("reach", token)
    if link.state is LinkState.OVER:
        return _over()
    service.reached(db.session, link.user, clock.now())
    db.session.commit()
    flash(_("Your address is confirmed. Mails come to it again."), "success")
    return redirect(url_for("accounts.settings"), 303)


def _over() -> ResponseReturnValue:
    return render("accounts/link_over.html", form=None, action=url_for("accounts.settings")), 410
