"""An address that refused mail and was shown to take it again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from firststep.services import mail_preferences, monday_counts


def lift_suspension(session: Session, user_id: UUID, now: datetime) -> None:
    """Send list mail to the person again: nothing else ends a suspension."""
    reader = mail_preferences.find_reader_of_user(session, user_id)
    if reader is not None and reader.preference.suspended_at is not None:
        reader.preference.suspended_at = None
        mail_preferences.plan(session, reader, now)
    recipient = monday_counts.find_recipient_of_user(session, user_id)
    if recipient is not None and recipient.preference.suspended_at is not None:
        recipient.preference.suspended_at = None
        session.flush()
        monday_counts.replan(session, recipient.practitioner.id, now)
