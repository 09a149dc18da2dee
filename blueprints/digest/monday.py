"""A practitioner's Monday summary: switched on by them alone, with what it says beside the form."""

from __future__ import annotations

from flask import abort, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints.digest.area import digest
from blueprints.digest.forms import MondayForm, parse_time
from firststep.extensions import db
from firststep.mail.monday_counts import counts_letter
from firststep.services import monday_counts as service
from firststep.services.monday_counts import Recipient
from firststep.services.zones import local_day
from firststep.web import clock
from firststep.web.actors import current_practitioner
from firststep.web.logs import log_fault
from firststep.web.panel_upkeep import MOST_IN_REQUEST
from firststep.web.policy import policy
from firststep.web.render import render


@digest.get("/settings/monday")
@policy(GET="practitioner")
def monday() -> ResponseReturnValue:
    """Show whether the summary comes, when, and what it says today."""
    recipient = _recipient()
    return _page(recipient, _form(recipient, formdata=None))


@digest.post("/settings/monday")
@policy(POST="practitioner")
def save_monday() -> ResponseReturnValue:
    """Switch the summary on at a time, or off."""
    recipient = _recipient()
    form = _form(recipient)
    time = parse_time(form.time.data or "")
    if not form.validate_on_submit() or time is None:
        return make_response(_page(recipient, form), 422)
    wanted = request.form.get("wanted") != "no"
    service.choose(db.session, recipient, wanted=wanted, hour=time[0], minute=time[1], now=clock.now())
    db.session.commit()
    flash(_("Saved."), "success")
    return redirect(url_for("digest.monday"), 303)


def _recipient() -> Recipient:
    recipient = service.find_recipient(db.session, current_practitioner().id)
    if recipient is None:
        abort(404)
    return recipient


def _form(recipient: Recipient, **kwargs: object) -> MondayForm:
    wish = recipient.preference
    return MondayForm(data={"time": f"{wish.hour:02d}:{wish.minute:02d}"}, **kwargs)


def _page(recipient: Recipient, form: MondayForm) -> str:
    now = clock.now()
    counts = service.count_list(db.session, recipient.practitioner.id, now, on_fault=log_fault, most=MOST_IN_REQUEST)
    return render(
        "digest/monday.html",
        form=form,
        wish=recipient.preference,
        address=recipient.user.email,
        zone=recipient.user.time_zone,
        has_people=counts.people > 0,
        letter=counts_letter(recipient, counts, local_day(now, recipient.user.time_zone)),
    )
