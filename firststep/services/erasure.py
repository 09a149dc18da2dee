"""Leaving: a diary is emptied or an account deleted at once, with mails and shares; one way for person and operator.

What stays is the sealed record of looks and shares, without entries, and a random id in the ledger of deletions.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from firststep.models import CaseInvitation, MailPreference, OutboxMail, PatientInvitation, Share, User
from firststep.services import audit, case_claims, sharing
from firststep.services.accounts import lock_account
from firststep.services.audit import Actor
from firststep.services.deletion_ledger import erase_account_rows, erase_diary_rows, note
from firststep.services.diary_ops import lock_diary
from firststep.services.outbox import GOODBYE, LIST_KINDS, enqueue

#: So long an operator keeps a backup at most (docs/operations.md).
BACKUPS_ARE_KEPT: Final = timedelta(days=35)


def backups_until(today: date) -> date:
    """Return the day by which the last backup with what is deleted today is gone."""
    return today + BACKUPS_ARE_KEPT


def erase_diary(session: Session, actor: Actor, user: User) -> None:
    """Empty the diary of a patient's account, which stays: every entry, its history, every share, waiting letters."""
    user = lock_account(session, user.id)
    assert user.patient is not None
    patient_id = user.patient.id
    # In the order in which whoever opens a share takes them.
    audit.lock_trail(session, patient_id)
    lock_diary(session, patient_id)
    _drop_invitations(session, patient_id)
    sharing.stop_all(session, actor, patient_id)
    session.execute(delete(OutboxMail).where(OutboxMail.user_id == user.id, OutboxMail.kind.in_(LIST_KINDS)))
    erase_diary_rows(session, patient_id)
    wish = session.get(MailPreference, patient_id)
    if wish is not None:
        wish.last_week_on, wish.empty_weeks = None, 0
    audit.record(session, actor, patient_id, "diary_deleted")
    note(session, "diary", patient_id, actor.now)
    session.expire_all()


def erase_account(session: Session, actor: Actor, user: User) -> None:
    """Delete the account with all that hangs on it, sessions too; one last mail goes to a confirmed address."""
    user = lock_account(session, user.id)
    if user.practitioner is not None:
        case_claims.drop_mails(session, CaseInvitation.practitioner_id == user.practitioner.id)
    case_claims.drop_mails(session, CaseInvitation.invited_email == user.email)
    user_id, address, locale, confirmed = user.id, user.email, user.locale, user.confirmed_at is not None
    if user.patient is not None:
        _drop_invitations(session, user.patient.id)
        sharing.stop_all(session, actor, user.patient.id)
        audit.record(session, actor, user.patient.id, "account_deleted")
    _drop_patient_invitations(session, user, address)
    session.execute(delete(OutboxMail).where(OutboxMail.user_id == user_id))
    erase_account_rows(session, user_id)
    session.expire_all()
    note(session, "account", user_id, actor.now)
    if confirmed:
        enqueue(session, kind=GOODBYE, now=actor.now, address=address, parameters={"locale": locale})


def _drop_invitations(session: Session, patient_id: UUID) -> None:
    """Delete the mails to those whom the person invited: also a sent one holds the address."""
    shares = session.execute(select(Share.id, Share.invited_email).where(Share.patient_id == patient_id)).all()
    addresses = {row.invited_email for row in shares}
    mails = select(OutboxMail.id, OutboxMail.parameters).where(
        OutboxMail.kind == "share_invitation", OutboxMail.address.in_(addresses)
    )
    own = {row.id.hex for row in shares}
    gone = [row.id for row in session.execute(mails) if row.parameters.get("share") in own]
    session.execute(delete(OutboxMail).where(OutboxMail.id.in_(gone)))


def _drop_patient_invitations(session: Session, user: User, address: str) -> None:
    """Delete the mails in which practitioners invited the person, and those in which a practitioner invited others."""
    kind = OutboxMail.kind == "patient_invitation"
    session.execute(delete(OutboxMail).where(kind, func.lower(OutboxMail.address) == address.lower()))
    if user.practitioner is None:
        return
    made = select(PatientInvitation.id).where(PatientInvitation.practitioner_id == user.practitioner.id)
    own = {one.hex for one in session.scalars(made)}
    mails = session.execute(select(OutboxMail.id, OutboxMail.parameters).where(kind))
    gone = [row.id for row in mails if row.parameters.get("patient_invitation") in own]
    session.execute(delete(OutboxMail).where(OutboxMail.id.in_(gone)))
