"""Notes the weekly letters whose time has come, each person in a transaction of their own."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from functools import partial
from uuid import UUID

from flask import current_app

from firststep.extensions import db
from firststep.jobs.one_by_one import handle_one
from firststep.services.mail_preferences import look_again_later, readers_due, readers_without_plan, replan
from firststep.services.weekly_mail import handle_due

# Bounded, so that account mail never waits for a long round of letters; the next round goes on.
MOST_AT_ONCE = 500


def note_weekly_letters(now: datetime) -> Counter[str]:
    """Note what is due and plan what is not planned yet; return how many people got which."""
    outcomes: Counter[str] = Counter()
    due = readers_due(db.session, now, most=MOST_AT_ONCE)
    new = readers_without_plan(db.session, most=MOST_AT_ONCE)
    db.session.commit()
    stopped = current_app.extensions.get("worker_stopped")
    for patient_id in due:
        if stopped is not None and stopped.is_set():
            break
        outcome = handle_one(
            partial(_handle, patient_id, now),
            partial(look_again_later, db.session, patient_id, now),
            failed="failed",
        )
        outcomes[outcome] += 1
    for patient_id in new:
        replan(db.session, patient_id, now)
        db.session.commit()
    return outcomes


def _handle(patient_id: UUID, now: datetime) -> str:
    return handle_due(db.session, patient_id, now) or "not_due"
