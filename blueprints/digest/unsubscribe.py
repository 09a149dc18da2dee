"""Unsubscribing from the mail itself: looking changes nothing, as mail scanners look; only a POST acts."""

from __future__ import annotations

from flask import abort, request
from flask.typing import ResponseReturnValue

from blueprints.digest.area import digest
from firststep.extensions import csrf, db
from firststep.mail.unsubscribing import Unsubscription, read_token
from firststep.services import mail_preferences as service
from firststep.web import clock
from firststep.web.policy import policy
from firststep.web.render import render


@digest.get("/mail/unsubscribe/<token>")
@policy(GET="token")
def unsubscribe(token: str) -> ResponseReturnValue:
    """Show a button."""
    wanted = _read_or_404(token)
    subscribed = service.is_subscribed(db.session, wanted.patient_id)
    return render("digest/unsubscribe.html", token=token, state="asking" if subscribed else "done", can_undo=False)


@digest.post("/mail/unsubscribe/<token>")
@policy(POST="token")
def unsubscribe_now(token: str) -> ResponseReturnValue:
    """Stop the letters, or take that back; mailbox providers send this without a page, a cookie or a form token."""
    wanted = _read_or_404(token)
    if request.form.get("undo") == "yes":
        back = service.subscribe_again(db.session, wanted.patient_id, clock.now())
        db.session.commit()
        return render("digest/unsubscribe.html", token=token, state="back" if back else "done", can_undo=False)
    found = service.unsubscribe(db.session, wanted.patient_id, clock.now())
    db.session.commit()
    # Somebody whose account is gone is unsubscribed as well.
    return render("digest/unsubscribe.html", token=token, state="done", can_undo=found)


csrf.exempt(unsubscribe_now)
unsubscribe_now.accepts_foreign_post = True  # type: ignore[attr-defined]


def _read_or_404(token: str) -> Unsubscription:
    wanted = read_token(token)
    if wanted is None:
        abort(404)
    return wanted
