"""The calendar feed: its secret address, and the file that calendar programs fetch."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, abort, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from blueprints.reminders import view
from blueprints.reminders.area import reminders
from blueprints.reminders.settings import back
from firststep.database import set_writing
from firststep.extensions import db
from firststep.mail.writing import link_to
from firststep.services import reminder_feed as service
from firststep.web import clock
from firststep.web.actors import current_patient
from firststep.web.language import spoken
from firststep.web.policy import policy
from firststep.web.security.limits import FEEDS, limited

_READ_EVERY = timedelta(hours=1)


@reminders.post("/reminders/calendar")
@policy(POST="patient")
def change_feed() -> ResponseReturnValue:
    """Make a new address of the feed, which is shown once, or switch the feed off."""
    action = request.form.get("action")
    if action == "new":
        token = service.renew(db.session, current_patient().id, clock.now())
        db.session.commit()
        return view.page(feed_token=token)
    if action == "off":
        service.switch_off(db.session, current_patient().id)
        db.session.commit()
        return back(_("The address leads nowhere any more."))
    flash(_("Choose whether to make an address or to switch it off."), "error")
    return view.page(), 422


@reminders.get("/reminders/calendar/<token>.ics")
@policy(GET="token")
@limited(FEEDS, "calendar feed", methods=("GET", "HEAD"))
def feed(token: str) -> ResponseReturnValue:
    """Answer with the calendar of whoever the address belongs to."""
    found = service.find(db.session, token)
    if found is None:
        abort(404)
    wish, user = found
    with force_locale(spoken(user.locale)):
        text = _("Time for today's check-in.")
    calendar = service.write(wish, user, now=clock.now(), title="Firststep", text=text, url=link_to("diary.today"))
    if wish.feed_read_at is None or clock.now() - wish.feed_read_at >= _READ_EVERY:
        # A GET that writes, once in a while: its transaction must be one that waits its turn.
        db.session.rollback()
        set_writing(True)
        service.note_read(db.session, token, clock.now())
        db.session.commit()
    answer = Response(calendar, mimetype="text/calendar")
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
