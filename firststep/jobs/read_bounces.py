"""Reads what came back into the Maildir that the operator named."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from flask import current_app

from firststep.extensions import db
from firststep.mail.bounce_folder import empty_folder
from firststep.settings import Settings


def read_bounces(now: datetime) -> Counter[str]:
    """Do what follows from each new message; return how many ended how, nothing without a folder."""
    settings: Settings = current_app.config["SETTINGS"]
    if settings.bounce_maildir is None:
        return Counter()
    return empty_folder(db.session, settings, settings.bounce_maildir, now)
