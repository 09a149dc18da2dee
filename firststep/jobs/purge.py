"""Deletes what need not be kept."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from firststep.extensions import db
from firststep.services import outbox, sessions
from firststep.web.sessions import LONGEST_REST

# Long enough to answer "did the mail go out?"; a week is told once all the same, the patient's row knows it.
SETTLED_MAIL_IS_KEPT = timedelta(days=30)


def purge(now: datetime) -> Counter[str]:
    """Delete mails that were settled a month ago and sessions that open nothing any more; return how many of each."""
    deleted = Counter(mails=outbox.purge_settled(db.session, now - SETTLED_MAIL_IS_KEPT))
    deleted["sessions"] = sessions.purge_resting(db.session, now - LONGEST_REST)
    db.session.commit()
    return deleted
