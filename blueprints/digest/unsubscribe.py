"""Unsubscribing from the mail itself: looking changes nothing, as mail scanners look; only a POST acts."""

from __future__ import annotations

from flask import abort, request
from flask.typing import ResponseReturnValue

from blueprints.digest.area import digest
from firststep.extensions import csrf, db
from firststep.mail.unsubscribing import Unsubscription, read_token
from firststep.services import mail_preferences as service
from firststep.services import reminders
from firststep.web import clock
from firststep.web.policy import policy
from firststep.web.render import render


@digest.get("/mail/unsubscribe/<token>")
@policy(GET="token")
def unsubscribe(token: str) -> ResponseReturnValue:
    """Show a button."""
    wanted = _read_or_404(token)
    if wanted.kind == "reminder":
        subscribed = reminders.mail_is_on(db.session, wanted.patient_id)
    else:
        subscribed = service.is_subscribed(db.session, wanted.patient_id)
    return _page(wanted, token, "asking" if subscribed else "done")


@digest.post("/mail/unsubscribe/<token>")
@policy(POST="token")
def unsubscribe_now(token: str) -> ResponseReturnValue:
    """Stop the letters, or take that back; mailbox providers send this without a page, a cookie or a form token."""
    wanted = _read_or_404(token)
    undo = request.form.get("undo") == "yes"
    found = _switch(wanted, on=undo)
    db.session.commit()
    if undo:
        return _page(wanted, token, "back" if found else "done")
    # Somebody whose account is gone is unsubscribed as well.
    return _page(wanted, token, "done", can_undo=found)


csrf.exempt(unsubscribe_now)
unsubscribe_now.accepts_foreign_post = True  # type: ignore[attr-defined]


def _read_or_404(token: str) -> Unsubscription:
    wanted = read_token(token)
    if wanted is None:
        abort(404)
    return wanted


def _switch(wanted: Unsubscription, *, on: bool) -> bool:
    if wanted.kind == "reminder":
        return reminders.switch_mail(db.session, wanted.patient_id, clock.now(), on=on)
    change = service.subscribe_again if on else service.unsubscribe
    return change(db.session, wanted.patient_id, clock.now())


def _page(wanted: Unsubscription, token: str, state: str, *, can_undo: bool = False) -> str:
    name = "reminders/unsubscribe.html" if wanted.kind == "reminder" else "digest/unsubscribe.html"
    return render(name, token=token, state=state, can_undo=can_undo)
