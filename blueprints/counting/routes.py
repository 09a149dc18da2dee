"""Being counted, without the name, in the results of a practitioner: the patient's own switch at each share."""

from __future__ import annotations

from typing import TypeAlias
from uuid import UUID

from flask import Blueprint, Response, abort, flash, make_response, redirect, request, url_for
from flask_babel import gettext as _

from firststep.clinical.cohort_table import FEWEST
from firststep.extensions import db
from firststep.services import consents, sharing
from firststep.web.actors import current_account, current_patient
from firststep.web.policy import policy
from firststep.web.render import render
from firststep.web.trail import acting

counting = Blueprint("counting", __name__, url_prefix="/share")

Answer: TypeAlias = Response | str


@counting.get("/<uuid:share_id>/counting")
@policy(GET="patient")
def ask(share_id: UUID) -> Answer:
    """Say what being counted means, whether the person is, and offer the other."""
    share = sharing.get_open(db.session, current_patient().id, share_id)
    person = share.practitioner.user if share.practitioner else None
    return render(
        "counting/counting.html",
        share_id=share.id,
        name=(person.name or person.email) if person else share.invited_email,
        counts=share.cohort_use,
        fewest=FEWEST,
    )


@counting.post("/<uuid:share_id>/counting")
@policy(POST="patient")
def choose(share_id: UUID) -> Answer:
    """Set the switch of one share."""
    asked = request.form.get("counts")
    if asked not in ("yes", "no"):
        # Another's share looks like one that is not there, whatever is sent.
        sharing.get_open(db.session, current_patient().id, share_id)
        abort(400)
    counts = asked == "yes"
    try:
        consents.set_cohort_use(db.session, acting(), current_account(), share_id, counts=counts)
    except sharing.WrongStep:
        db.session.rollback()
        flash(_("This share has changed meanwhile. Look at it again."), "warning")
        return _to_list()
    db.session.commit()
    flash(
        _("You count in their results from now on, without your name.")
        if counts
        else _("You are in no figure of theirs that is computed from now on."),
        "success",
    )
    return _to_list()


@counting.post("/counting/stop")
@policy(POST="patient")
def stop_everywhere() -> Answer:
    """Take the person out of the results of everybody; what they may see stays as it is."""
    consents.withdraw_cohort_use(db.session, acting(), current_account())
    db.session.commit()
    flash(_("You are in no figure of anybody that is computed from now on."), "success")
    return make_response(redirect(url_for("accounts.consents"), 303))


def _to_list() -> Response:
    return make_response(redirect(url_for("sharing.shares"), 303))
