"""Deletes what need not be kept."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from firststep.extensions import db
from firststep.services import cohort_results, invitations, outbox, sessions, uploads, visit_access
from firststep.web.erasing import finish_erasure
from firststep.web.sessions import LONGEST_REST

# Long enough to answer "did the mail go out?"; a week is told once all the same, the patient's row knows it.
SETTLED_MAIL_IS_KEPT = timedelta(days=30)
ENDED_INVITATION_IS_KEPT = timedelta(days=30)


def purge(now: datetime) -> Counter[str]:
    """Delete what is over: mails, sessions, invitations, visits, files nobody brought back, cohorts of other days.

    Returns how many of each. Then the log of the database is emptied, which may hold what was deleted.
    """
    deleted = Counter(mails=outbox.purge_settled(db.session, now - SETTLED_MAIL_IS_KEPT))
    deleted["sessions"] = sessions.purge_resting(db.session, now - LONGEST_REST)
    deleted["uploads"] = uploads.purge_uploads(db.session, now - uploads.WAITS_FOR)
    deleted["cohorts"] = cohort_results.purge_results(db.session, now=now)
    deleted["invitations"] = invitations.purge_ended(db.session, now - ENDED_INVITATION_IS_KEPT)
    deleted["visits"] = visit_access.purge_old(db.session, now - ENDED_INVITATION_IS_KEPT)
    db.session.commit()
    finish_erasure()
    return deleted
