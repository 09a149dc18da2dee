"""What a person agreed to, in which version of the text, and what was withdrawn; rows are only added."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from firststep.models import Consent, MailPreference, Share, User
from firststep.services import sharing
from firststep.services.audit import Actor

# The version of the pages /terms and /privacy and of the sentences at sign-up; a new text gets a new one.
TEXT_VERSION = "2026-11"
_OF_EVERYBODY = ("terms", "privacy")


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a consent stands now."""

    kind: str
    text_version: str
    given_at: datetime | None
    withdrawn_at: datetime | None

    @property
    def holds(self) -> bool:
        """Tell whether the consent is given and not withdrawn."""
        return self.given_at is not None and self.withdrawn_at is None


def kinds_at_sign_up(role: str) -> tuple[str, ...]:
    """Return what somebody agrees to at sign-up: only patients enter anything about their health."""
    return (*_OF_EVERYBODY, "health_data") if role == "patient" else _OF_EVERYBODY


def give_consent(session: Session, user_id: UUID, kind: str, now: datetime) -> None:
    """Add that the person agrees to the current text."""
    session.add(Consent(user_id=user_id, kind=kind, text_version=TEXT_VERSION, given_at=now))
    session.flush()


def withdraw_consent(session: Session, user_id: UUID, kind: str, now: datetime) -> None:
    """Add that the person no longer agrees; nothing happens when there is nothing to withdraw."""
    standing = consent_standings(session, user_id).get(kind)
    if standing is None or not standing.holds:
        return
    session.add(
        Consent(
            user_id=user_id,
            kind=kind,
            text_version=standing.text_version,
            given_at=standing.given_at,
            withdrawn_at=now,
        )
    )
    session.flush()


def withdraw_health_data(session: Session, actor: Actor, user: User) -> None:
    """Close the diary: no entry is taken or shown, every share ends, and no weekly mail is due."""
    withdraw_consent(session, user.id, "health_data", actor.now)
    if user.patient is None or user.patient.diary_closed_at is not None:
        return
    user.patient.diary_closed_at = actor.now
    sharing.stop_all(session, actor, user.patient.id)
    session.execute(
        update(MailPreference).where(MailPreference.patient_id == user.patient.id).values(weekly=False, next_at=None)
    )
    session.flush()


def give_health_data(session: Session, user: User, now: datetime) -> None:
    """Open the diary again; shares and mails stay off until the person switches them on."""
    if user.patient is None or user.patient.diary_closed_at is None:
        return
    give_consent(session, user.id, "health_data", now)
    user.patient.diary_closed_at = None
    session.flush()


def give_cohort_use(session: Session, user_id: UUID, now: datetime) -> None:
    """Note that the person may be counted, without the name, where a share says so; said once, it holds."""
    standing = consent_standings(session, user_id).get("cohort_use")
    if standing is None or not standing.holds:
        give_consent(session, user_id, "cohort_use", now)


def set_cohort_use(session: Session, actor: Actor, user: User, share_id: UUID, *, counts: bool) -> Share:
    """Say for one share whether the person may be counted; without any such share left the consent ends, too."""
    assert user.patient is not None
    share = sharing.set_cohort_use(session, actor, user.patient.id, share_id, counts=counts)
    if counts:
        give_cohort_use(session, user.id, actor.now)
    elif not sharing.counted_shares(session, user.patient.id):
        withdraw_consent(session, user.id, "cohort_use", actor.now)
    return share


def withdraw_cohort_use(session: Session, actor: Actor, user: User) -> None:
    """Take the person out of every practice's figures; the shares go on."""
    if user.patient is not None:
        for share in sharing.counted_shares(session, user.patient.id):
            sharing.set_cohort_use(session, actor, user.patient.id, share.id, counts=False)
        of_person = Share.patient_id == user.patient.id
        session.execute(update(Share).where(of_person, Share.cohort_use).values(cohort_use=False))
    withdraw_consent(session, user.id, "cohort_use", actor.now)
    session.flush()


def consent_standings(session: Session, user_id: UUID) -> dict[str, Standing]:
    """Return the last word of the person on each kind that was ever asked."""
    rows = session.scalars(select(Consent).where(Consent.user_id == user_id).order_by(Consent.id))
    return {
        row.kind: Standing(
            kind=row.kind,
            text_version=row.text_version,
            given_at=row.given_at,
            withdrawn_at=row.withdrawn_at,
        )
        for row in rows
    }
