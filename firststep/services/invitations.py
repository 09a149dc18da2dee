"""The mailed link of an invitation: made when the mail is sent, stored as a hash, used once, and rationed."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import Select, delete, exists, func, or_, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from firststep.models import AccessEvent, CaseInvitation, PatientInvitation, PracticeInvitation, Share, User
from firststep.services.audit import lock_trail

INVITATION_LIFE = timedelta(days=7)
# A stranger's mailbox is not ours to fill.
MOST_PER_PATIENT, PATIENT_WINDOW = 20, timedelta(days=1)
MOST_PER_ADDRESS, ADDRESS_WINDOW = 3, timedelta(days=7)
# Paper troubles nobody, but a list without an end does.
MOST_HAND_OUTS = 60
_SENT = ("share_invited", "share_resent")
#: Each has a link that is made when its mail goes out, and used once.
MailedLink: TypeAlias = CaseInvitation | PatientInvitation | PracticeInvitation


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """A link that can still be used."""

    share_id: UUID
    patient_id: UUID
    expires_at: datetime


class InvitationOver(Exception):
    """A link that was genuine but works no more: ``reason`` is used, withdrawn or expired, ``at`` when that was."""

    def __init__(self, reason: str, at: datetime) -> None:
        super().__init__(reason)
        self.reason = reason
        self.at = at


class OtherAddress(Exception):
    """The link was mailed to another address than that of the account which holds it."""


class TooManyInvitations(Exception):
    """There were as many invitations as may be; ``which`` says of whom, ``free_at`` until when.

    ``which`` is patient, practitioner, hand_outs or address.
    """

    def __init__(self, which: str, free_at: datetime) -> None:
        super().__init__(which)
        self.which = which
        self.free_at = free_at


def give_link(session: Session, invitation: MailedLink, *, now: datetime) -> str:
    """Return a new token of 256 random bits, of which only the hash is kept, for seven days; an earlier one is dead."""
    token = secrets.token_urlsafe(32)
    invitation.token_hash = token_hash(token)
    invitation.expires_at = now + INVITATION_LIFE
    session.flush()
    return token


def is_for(invited_email: str, user: User) -> bool:
    """Tell whether what was mailed to this address is for this account."""
    return invited_email.lower() == user.email.lower()


def end_invitation(invitation: MailedLink, state: str, now: datetime) -> None:
    """Let the invitation be over."""
    invitation.state = state
    invitation.ended_at = now


def make_link_token(session: Session, share_id: UUID, *, now: datetime) -> str | None:
    """Return a new token for the invitation, of which only the hash is kept; any earlier one is dead.

    None when nobody is invited any more. It takes 256 random bits and lives for seven days from now.
    """
    share = session.get(Share, share_id)
    if share is None:
        return None
    lock_trail(session, share.patient_id)
    session.refresh(share)
    if share.state != "invited":
        return None
    token = secrets.token_urlsafe(32)
    share.invitation_hash = token_hash(token)
    share.invitation_expires_at = now + INVITATION_LIFE
    session.flush()
    return token


def find_invitation(session: Session, token: str, *, now: datetime) -> Invitation:
    """Return the token's invitation; raise NoResultFound for an unknown one, InvitationOver for a dead one."""
    found = select(Share).where(Share.invitation_hash == token_hash(token)).execution_options(populate_existing=True)
    share = session.scalars(found).one()
    if share.accepted_at is not None:
        raise InvitationOver("used", share.accepted_at)
    if share.state != "invited":
        raise InvitationOver("withdrawn", share.ended_at or share.invited_at)
    if share.invitation_expires_at is None:
        raise NoResultFound
    if now > share.invitation_expires_at:
        raise InvitationOver("expired", share.invitation_expires_at)
    return Invitation(share_id=share.id, patient_id=share.patient_id, expires_at=share.invitation_expires_at)


def invitation_waits(session: Session, address: str, *, now: datetime) -> bool:
    """Tell whether an invitation to the address can still be accepted, and nothing else about it."""
    waits = exists().where(
        # Nobody has accepted: by that the index finds the invitations among all shares of the installation.
        Share.practitioner_id.is_(None),
        func.lower(Share.invited_email) == address.lower(),
        Share.state == "invited",
        Share.invitation_expires_at >= now,
    )
    return session.scalar(select(waits)) is True


def check_limits(session: Session, patient_id: UUID, address: str, *, now: datetime) -> None:
    """Raise TooManyInvitations when one more mail would be too many; the trail is what is counted."""
    by_patient = select(AccessEvent.at).where(
        AccessEvent.patient_id == patient_id, AccessEvent.what.in_(_SENT), AccessEvent.at > now - PATIENT_WINDOW
    )
    check_rate(session, "patient", [by_patient], MOST_PER_PATIENT, PATIENT_WINDOW)
    check_address(session, address, now)


def check_patient_invitation_limits(
    session: Session, practitioner_id: UUID, address: str | None, *, now: datetime
) -> None:
    """Raise TooManyInvitations when one more mail, or without an address one more hand-out, would be too many."""
    made = select(PatientInvitation.made_at).where(
        PatientInvitation.practitioner_id == practitioner_id, PatientInvitation.made_at > now - PATIENT_WINDOW
    )
    if address is None:
        # One that was taken up has no address any more and counts with these.
        on_paper = made.where(PatientInvitation.invited_email.is_(None))
        check_rate(session, "hand_outs", [on_paper], MOST_HAND_OUTS, PATIENT_WINDOW)
        return
    mailed = made.where(PatientInvitation.invited_email.is_not(None))
    check_rate(session, "practitioner", [mailed], MOST_PER_PATIENT, PATIENT_WINDOW)
    check_address(session, address, now)


def check_address(session: Session, address: str, now: datetime) -> None:
    """Raise TooManyInvitations when one more mail to the address would be too many, whoever had them sent."""
    since = now - ADDRESS_WINDOW
    by_patients = (
        select(AccessEvent.at)
        .join(Share, Share.id == AccessEvent.share_id)
        .where(func.lower(Share.invited_email) == address.lower(), AccessEvent.what.in_(_SENT), AccessEvent.at > since)
    )
    by_others = [
        select(sent_at).where(func.lower(invited_email) == address.lower(), sent_at > since)
        for invited_email, sent_at in (
            (PatientInvitation.invited_email, PatientInvitation.made_at),
            (PracticeInvitation.invited_email, PracticeInvitation.invited_at),
            (CaseInvitation.invited_email, CaseInvitation.invited_at),
        )
    ]
    check_rate(session, "address", [by_patients, *by_others], MOST_PER_ADDRESS, ADDRESS_WINDOW)


def purge_ended(session: Session, before: datetime) -> int:
    """Delete invitations that ended, or were not taken up, before the moment; return how many there were.

    Those of patients are shares, which stay in their trail.
    """
    deleted = 0
    for table in (CaseInvitation, PatientInvitation, PracticeInvitation):
        over = or_(table.ended_at < before, table.expires_at < before)
        deleted += len(session.execute(delete(table).where(over).returning(table.id)).all())
    return deleted


def check_rate(session: Session, which: str, sent: Sequence[Select[datetime]], most: int, window: timedelta) -> None:
    """Raise TooManyInvitations when the window holds as many of these moments as may be; ``sent`` asks within it."""
    # The newest of each kind are enough to tell when there is room again.
    moments = [
        moment for one in sent for moment in session.scalars(one.order_by(one.selected_columns[0].desc()).limit(most))
    ]
    latest_first = sorted(moments, reverse=True)[:most]
    if len(latest_first) == most:
        raise TooManyInvitations(which, latest_first[-1] + window)


def token_hash(token: str) -> str:
    """Return the form in which the token of a link is stored."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
