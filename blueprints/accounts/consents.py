"""What the person agreed to, and taking it back."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints.accounts.area import accounts
from firststep.extensions import db
from firststep.services import consents as service
from firststep.web import clock
from firststep.web.actors import current_account
from firststep.web.policy import policy
from firststep.web.render import render
from firststep.web.trail import acting


@accounts.get("/settings/consents")
@policy(GET="signed_in")
def consents() -> ResponseReturnValue:
    """Show every consent with its version and dates, and what withdrawing the health data one means."""
    user = current_account()
    return render(
        "accounts/consents.html",
        standings=service.consent_standings(db.session, user.id),
        is_patient=user.role == "patient",
        diary_closed=user.patient is not None and user.patient.diary_closed_at is not None,
    )


@accounts.post("/settings/consents/health-data/withdraw")
@policy(POST="signed_in")
def withdraw_health_data() -> ResponseReturnValue:
    """Stop keeping new health data of the person."""
    service.withdraw_health_data(db.session, acting(), current_account())
    db.session.commit()
    flash(_("Withdrawn. The diary is closed, nothing is shared and no weekly mail is sent."), "success")
    return redirect(url_for("accounts.consents"), 303)


@accounts.post("/settings/consents/health-data/give")
@policy(POST="signed_in")
def give_health_data() -> ResponseReturnValue:
    """Open the diary again."""
    service.give_health_data(db.session, current_account(), clock.now())
    db.session.commit()
    flash(_("Thank you. The diary is open again."), "success")
    return redirect(url_for("accounts.consents"), 303)
