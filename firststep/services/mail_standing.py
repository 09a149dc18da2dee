"""What decides whether a mail may still go out: read when it is written, and again right before it is handed over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from firststep.models import (
    Consent,
    DigestPreference,
    MailPreference,
    OutboxMail,
    Patient,
    Practitioner,
    Reminder,
    User,
)
from firststep.services.outbox import Claim

_LAST_CONSENT = select(func.max(Consent.id)).where(Consent.user_id == OutboxMail.user_id).scalar_subquery()
_FACTS = (
    *(User.email, User.active, User.confirmed_at, User.reset_serial, User.confirm_serial, User.locale),
    *(MailPreference.weekly, MailPreference.level, MailPreference.paused_at),
    *(MailPreference.unsubscribed_at, MailPreference.suspended_at),
    *(Reminder.by_mail, Patient.diary_closed_at, _LAST_CONSENT),
    *(DigestPreference.wanted, DigestPreference.suspended_at),
)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How things stand with a mail that a worker holds; any difference means: write it anew."""

    lease_until: datetime
    facts: tuple[Any, ...]


def standing(session: Session, claim: Claim) -> Standing | None:
    """Return how things stand in one statement; None when the mail is gone, settled or held by somebody else."""
    found = session.execute(
        select(OutboxMail.lease_until, *_FACTS)
        .outerjoin(User, User.id == OutboxMail.user_id)
        .outerjoin(Patient, Patient.user_id == User.id)
        .outerjoin(MailPreference, MailPreference.patient_id == Patient.id)
        .outerjoin(Reminder, Reminder.patient_id == Patient.id)
        .outerjoin(Practitioner, Practitioner.user_id == User.id)
        .outerjoin(DigestPreference, DigestPreference.practitioner_id == Practitioner.id)
        .where(OutboxMail.id == claim.id, OutboxMail.state == "leased", OutboxMail.attempts == claim.attempt)
    ).first()
    return Standing(lease_until=found[0], facts=tuple(found[1:])) if found and found[0] else None
