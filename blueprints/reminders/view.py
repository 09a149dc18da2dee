"""What the page of the reminders shows."""

from __future__ import annotations

from flask import current_app
from flask_babel import gettext as _

from blueprints.reminders.forms import ReminderForm
from firststep.extensions import db
from firststep.models import Reminder
from firststep.services import push_subscriptions, reminders
from firststep.services.push_keys import public_key
from firststep.web import clock
from firststep.web.actors import current_account, current_patient
from firststep.web.render import render


def wishes() -> Reminder:
    """Return what the patient chose."""
    return reminders.wishes_of(db.session, current_patient().id)


def page(form: ReminderForm | None = None, *, feed_token: str = "") -> str:
    """Return the page; ``feed_token`` is shown this once, as only its hash is kept."""
    user, wish = current_account(), wishes()
    # The fields of what is stored; a refused form shows what was typed.
    stored = {"hour": str(wish.hour), "by_mail": wish.by_mail, "repeats": wish.repeats}
    devices = push_subscriptions.devices(db.session, user.id)
    mail = reminders.mail_state(db.session, user.id)
    return render(
        "reminders/settings.html",
        form=form or ReminderForm(data=stored, formdata=None),
        wish=wish,
        next_at=reminders.next_possible(db.session, wish, user.time_zone, clock.now()),
        address=user.email,
        zone=user.time_zone,
        mail=mail,
        mail_error=mail_error(mail.error) if mail.error else "",
        devices=devices,
        push_delivered_at=max((row.delivered_at for row in devices if row.delivered_at), default=None),
        push_error=next((push_error(row.last_error) for row in devices if row.last_error), ""),
        push_key=public_key(current_app.config["SETTINGS"]),
        feed_token=feed_token,
    )


def mail_error(error: str) -> str:
    """Say why a mail did not go out."""
    if error.startswith(("recipient_", "content_")):
        return _("The mail server refused the mail.")
    return _("The mail server could not be reached or asked to wait. It is tried again.")


def push_error(error: str) -> str:
    """Say why a push did not go out."""
    if error == "status_429":
        return _("The push service of your browser asked to wait. It is tried again.")
    if error == "refused_address":
        return _("The push service has an address to which this server sends nothing.")
    if error.startswith("status_4"):
        return _("The push service of your browser refused the message.")
    return _("The push service of your browser could not be reached. It is tried again.")
