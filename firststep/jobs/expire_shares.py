"""Marks shares whose last day is over; they show nothing since that day ended, marked or not."""

from __future__ import annotations

from datetime import datetime

from firststep.extensions import db
from firststep.services import sharing
from firststep.services.audit import Actor
from firststep.web.trail import sealing_key


def expire_shares(now: datetime) -> int:
    """Mark each such share and note it in the patient's trail; return how many there were."""
    over = sharing.over_shares(db.session, now=now)
    db.session.rollback()
    actor = Actor(user_id=None, name="", now=now, key=sealing_key())
    for patient_id, share_id in over:
        sharing.expire(db.session, actor, patient_id, share_id)
        db.session.commit()
    return len(over)
