"""Notes the Monday mails whose time has come, each practitioner in a transaction of their own."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from firststep.extensions import db
from firststep.jobs.one_by_one import handle_one
from firststep.services.monday_counts import due, handle_due, look_again_later

MOST_AT_ONCE = 200


def note_monday_counts(now: datetime) -> int:
    """Note what is due; return how many mails."""
    found = due(db.session, now, most=MOST_AT_ONCE)
    db.session.commit()
    noted = 0
    for practitioner_id in found:
        noted += handle_one(
            partial(handle_due, db.session, practitioner_id, now),
            partial(look_again_later, db.session, practitioner_id, now),
            failed=False,
        )
    return noted
