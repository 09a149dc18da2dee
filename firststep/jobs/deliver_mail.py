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
from firststep.mail.welcome import Welcome
from firststep.services import outbox


def deliver_mail(now: datetime) -> Counter[str]:
    """Send every mail that is due, and return how many ended how."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    outbox.free_expired(db.session, now)
    due = outbox.has_due(db.session, now)
    db.session.commit()
    welcome = _welcome(app)
    if not due or welcome.is_refused():
        return Counter()
    stopped = app.extensions.get("worker_stopped") or threading.Event()
    with mail_server(app.config["SETTINGS"]) as url:
        server = server_of(url)
        return Round(app=app, server=server, stopped=stopped, domains=_domains(app), welcome=welcome).run()


def _domains(app: Flask) -> Domains:
    """Return what this process knows of the domains: a round is over in moments, a domain's rest is not."""
    if "mail_domains" not in app.extensions:
        app.extensions["mail_domains"] = Domains(per_minute=app.config["SETTINGS"].mail_domain_per_minute)
    return cast(Domains, app.extensions["mail_domains"])


def _welcome(app: Flask) -> Welcome:
    """Return what this process knows of the server: a password that is refused in one round is refused in the next."""
    return cast(Welcome, app.extensions.setdefault("mail_welcome", Welcome()))
