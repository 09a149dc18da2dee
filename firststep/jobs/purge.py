"""Deletes what need not be kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from firststep.extensions import db
from firststep.services import outbox

# Long enough to answer "did the mail go out?"; a week is told once all the same, the patient's row knows it.
SETTLED_MAIL_IS_KEPT = timedelta(days=30)


def purge(now: datetime) -> int:
    """Delete settled mails after a month."""
    deleted = outbox.purge_settled(db.session, now - SETTLED_MAIL_IS_KEPT)
    db.session.commit()
    return deleted
