"""Since when list mail that somebody wants is refused by their address: read with the session, said on every page."""

from __future__ import annotations

from typing import Final

from sqlalchemy import func, or_, select

from firststep.models import DigestPreference, MailPreference, Patient, Practitioner, Reminder, UserSession

_OF_PATIENT = (
    select(MailPreference.suspended_at)
    .join(Patient, Patient.id == MailPreference.patient_id)
    .outerjoin(Reminder, Reminder.patient_id == Patient.id)
    .where(Patient.user_id == UserSession.user_id)
    # Who stopped the letters and has no reminders by mail misses nothing.
    .where(or_(MailPreference.weekly & MailPreference.unsubscribed_at.is_(None), Reminder.by_mail))
    .correlate(UserSession)
    .scalar_subquery()
)
_OF_PRACTITIONER = (
    select(DigestPreference.suspended_at)
    .join(Practitioner, Practitioner.id == DigestPreference.practitioner_id)
    .where(Practitioner.user_id == UserSession.user_id, DigestPreference.wanted)
    .correlate(UserSession)
    .scalar_subquery()
)
#: A column for a statement about ``UserSession``; null while mail arrives, or while none is wanted.
MAIL_REFUSED: Final = func.coalesce(_OF_PATIENT, _OF_PRACTITIONER)
