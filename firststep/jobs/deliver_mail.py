"""Empties the outbox."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import datetime
from typing import cast

from flask import Flask, current_app

from firststep.extensions import db
from firststep.mail.delivery import Round
from firststep.mail.domains import Domains
from firststep.mail.sink import mail_server
from firststep.mail.smtp import server_of
from firststep.services import outbox


def deliver_mail(now: datetime) -> Counter[str]:
    """Send every mail that is due, and return how many ended how."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    outbox.free_expired(db.session, now)
    due = outbox.has_due(db.session, now)
    db.session.commit()
    if not due:
        return Counter()
    stopped = app.extensions.get("worker_stopped") or threading.Event()
    with mail_server(app.config["SETTINGS"]) as url:
        return Round(app=app, server=server_of(url), stopped=stopped, domains=_domains(app)).run()


def _domains(app: Flask) -> Domains:
    """Return what this process knows of the domains: a round is over in moments, a domain's rest is not."""
    if "mail_domains" not in app.extensions:
        app.extensions["mail_domains"] = Domains(per_minute=app.config["SETTINGS"].mail_domain_per_minute)
    return cast(Domains, app.extensions["mail_domains"])
