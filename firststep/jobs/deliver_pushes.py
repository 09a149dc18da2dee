"""Sends the pushes that wait, one after the other and outside of any transaction."""

from __future__ import annotations

import threading
import time
from collections import Counter
from datetime import datetime

import orjson
import structlog
from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from firststep.extensions import db
from firststep.mail.message import parse_sender
from firststep.models import User
from firststep.services import push_subscriptions as service
from firststep.services import reminders
from firststep.services.push_keys import private_key
from firststep.services.push_subscriptions import Push
from firststep.settings import Settings
from firststep.web import clock
from firststep.web.language import spoken

log = structlog.get_logger("firststep")

# Mail must not wait long for a row of push services that hang; the next round goes on.
ROUND_SECONDS = 10


def deliver_pushes(_now: datetime) -> Counter[str]:
    """Send what is due, and return how many ended how."""
    outcomes: Counter[str] = Counter()
    stopped = current_app.extensions.get("worker_stopped") or threading.Event()
    ends = time.monotonic() + ROUND_SECONDS
    while time.monotonic() < ends and not stopped.is_set():
        push = service.claim_next(db.session, clock.now())
        db.session.commit()
        if push is None:
            break
        outcome = _deliver(push)
        db.session.expunge_all()
        outcomes[outcome] += 1
        log.info("push", kind=push.kind, outcome=outcome, attempt=push.tries)
    return outcomes


def _deliver(push: Push) -> str:
    # Not at the top of the module: only a worker that has something to send needs it.
    from firststep.jobs.push_sending import Signer, send

    settings: Settings = current_app.config["SETTINGS"]
    person = _person(push)
    if person is None:
        db.session.rollback()
        service.mark_dropped(db.session, push)
        db.session.commit()
        return "dropped"
    payload = payload_for(push.kind, person.locale)
    db.session.commit()
    signer = Signer(private_key=private_key(settings), subject=f"mailto:{parse_sender(settings.mail_from).address}")
    outcome = send(push.to, payload, signer, local_host=settings.push_local_host)
    now = clock.now()
    if outcome == "delivered":
        service.mark_delivered(db.session, push, now)
    elif outcome == "gone":
        service.mark_gone(db.session, push, now)
    else:
        service.mark_failed(db.session, push, now, outcome)
    db.session.commit()
    return outcome


def _person(push: Push) -> User | None:
    """Return the person if the push is still wanted, right before it is sent."""
    if push.kind == "test" or push.on is None:
        return reminders.may_be_reminded(db.session, push.user_id)
    return reminders.still_wanted(db.session, push.user_id, push.on, clock.now())


def payload_for(kind: str, locale: str) -> bytes:
    """Return what the device shows: the same neutral words for everybody who speaks the language."""
    with force_locale(spoken(locale)):
        return orjson.dumps({"kind": kind, "title": "Firststep", "body": _("Time for today's check-in.")})
