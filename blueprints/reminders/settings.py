"""When and by what a patient is reminded, and a test of it."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints.reminders import view
from blueprints.reminders.area import reminders
from blueprints.reminders.forms import ReminderForm
from firststep.extensions import db
from firststep.services import push_subscriptions
from firststep.services import reminders as service
from firststep.web import clock
from firststep.web.actors import current_account, current_patient
from firststep.web.policy import policy
from firststep.web.security.limits import REMINDER_TESTS, limited
from firststep.web.wake import wake_worker


@reminders.get("/reminders")
@policy(GET="patient")
def settings() -> ResponseReturnValue:
    """Show when and by what the patient is reminded."""
    return view.page()


@reminders.post("/reminders")
@policy(POST="patient")
def save() -> ResponseReturnValue:
    """Store the hour, the mail and the repeat."""
    form = ReminderForm()
    if not form.validate_on_submit():
        return view.page(form), 422
    service.save(
        db.session,
        current_patient(),
        by_mail=form.by_mail.data,
        hour=int(form.hour.data),
        repeats=form.repeats.data,
        now=clock.now(),
    )
    db.session.commit()
    return back(_("Saved."))


@reminders.post("/reminders/test")
@policy(POST="patient")
@limited(REMINDER_TESTS, "test a reminder")
def send_test() -> ResponseReturnValue:
    """Send a reminder now, by mail or to the person's devices."""
    channel, user = request.form.get("channel"), current_account()
    if channel == "mail":
        service.note_test_mail(db.session, user.id, clock.now())
        message = _("It is on its way to %(address)s.", address=user.email)
    elif channel == "push" and push_subscriptions.note_test(db.session, user.id, clock.now()):
        message = _("It is on its way to your devices.")
    else:
        flash(_("Choose what to test: the mail, or a device that is switched on."), "error")
        return view.page(), 422
    db.session.commit()
    wake_worker()
    return back(message)


def back(message: str) -> ResponseReturnValue:
    """Return to the page with a word about what was done."""
    flash(message, "success")
    return redirect(url_for("reminders.settings"), 303)
