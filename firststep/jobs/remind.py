"""Notes the reminders whose hour has come, each person in a transaction of their own."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from flask import current_app

from firststep.extensions import db
from firststep.services.reminders import due_reminders, note_due

# Bounded like the weekly letters; the next round goes on.
MOST_AT_ONCE = 500


def remind(now: datetime) -> Counter[str]:
    """Note what is due, and return how many people are reminded and how many need not be."""
    outcomes: Counter[str] = Counter()
    found = due_reminders(db.session, now, most=MOST_AT_ONCE)
    db.session.commit()
    stopped = current_app.extensions.get("worker_stopped")
    for due in found:
        if stopped is not None and stopped.is_set():
            break
        outcomes["noted" if note_due(db.session, due, now) else "left_out"] += 1
        db.session.commit()
        db.session.expunge_all()
    return outcomes
