"""Invitations to a practice: mailed to one address, stored as a hash, used once, by that address's account alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from firststep.models import Practice, PracticeInvitation, Practitioner, User
from firststep.services.invitations import (
    INVITATION_LIFE,
    InvitationOver,
    OtherAddress,
    check_address,
    check_rate,
    end_invitation,
    give_link,
    is_for,
    token_hash,
)
from firststep.services.outbox import enqueue
from firststep.services.practices import InPractice, lock_practice, lock_practitioner, owned

MOST_PER_PRACTICE, PRACTICE_WINDOW = 20, timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Offer:
    """An invitation that can still be used, and the name of the practice that sent it."""

    id: UUID
    practice_id: UUID
    practice_name: str
    invited_email: str
    expires_at: datetime


def invite(session: Session, owner_id: UUID, address: str, *, now: datetime) -> PracticeInvitation:
    """Note the invitation and its mail; an earlier one to the address is dead at once.

    Raises TooManyInvitations, and NoResultFound for whoever does not own a practice.
    """
    practice = owned(session, owner_id)
    _check_limits(session, practice.id, address, now=now)
    for earlier in _open(session, practice.id, PracticeInvitation.invited_email == address):
        end_invitation(earlier, "withdrawn", now)
    invitation = PracticeInvitation(
        practice_id=practice.id,
        invited_email=address,
        state="invited",
        invited_at=now,
        expires_at=now + INVITATION_LIFE,
    )
    session.add(invitation)
    session.flush()
    parameters = {"invitation": invitation.id.hex}
    enqueue(session, kind="practice_invitation", now=now, address=address, parameters=parameters)
    return invitation


def withdraw(session: Session, owner_id: UUID, invitation_id: UUID, *, now: datetime) -> None:
    """Take an open invitation back; one that is over stays as it is. NoResultFound for another practice's."""
    practice = owned(session, owner_id)
    found = select(PracticeInvitation).where(
        PracticeInvitation.id == invitation_id, PracticeInvitation.practice_id == practice.id
    )
    invitation = session.scalars(found.execution_options(populate_existing=True)).one()
    if invitation.state == "invited":
        end_invitation(invitation, "withdrawn", now)
    session.flush()


def open_invitations(session: Session, practice_id: UUID) -> list[PracticeInvitation]:
    """Return what was neither accepted nor withdrawn, the newest first, too old ones included."""
    return _open(session, practice_id)


def make_link_token(session: Session, invitation_id: UUID, *, now: datetime) -> str | None:
    """Return a new token for the invitation, of which only the hash is kept; None when nobody is invited any more.

    It takes 256 random bits and lives for seven days from now; an earlier one is dead.
    """
    invitation = session.get(PracticeInvitation, invitation_id, with_for_update=True, populate_existing=True)
    if invitation is None or invitation.state != "invited":
        return None
    return give_link(session, invitation, now=now)


def language_of(session: Session, invitation_id: UUID) -> str:
    """Return the language of the practice's owner."""
    of_owner = (
        select(User.locale)
        .join(Practitioner, Practitioner.user_id == User.id)
        .join(PracticeInvitation, PracticeInvitation.practice_id == Practitioner.practice_id)
        .where(PracticeInvitation.id == invitation_id, Practitioner.practice_role == "owner")
    )
    return session.scalars(of_owner).one()


def find_offer(session: Session, token: str, *, now: datetime) -> Offer:
    """Return the token's offer; raise NoResultFound for an unknown one, InvitationOver for a dead one."""
    invitation, name = session.execute(
        select(PracticeInvitation, Practice.name)
        .join(Practice, Practice.id == PracticeInvitation.practice_id)
        .where(PracticeInvitation.token_hash == token_hash(token))
        .execution_options(populate_existing=True)
    ).one()
    if invitation.state != "invited":
        reason = "used" if invitation.state == "accepted" else "withdrawn"
        raise InvitationOver(reason, invitation.ended_at or invitation.invited_at)
    if now > invitation.expires_at:
        raise InvitationOver("expired", invitation.expires_at)
    return Offer(
        id=invitation.id,
        practice_id=invitation.practice_id,
        practice_name=name,
        invited_email=invitation.invited_email,
        expires_at=invitation.expires_at,
    )


def accept(session: Session, practitioner_id: UUID, token: str, *, now: datetime) -> Practice:
    """Use the invitation up: the practitioner is a member from now on.

    Raises NoResultFound for an unknown token, InvitationOver for a dead one, OtherAddress for an account of another
    address, InPractice for who belongs to a practice already.
    """
    practice = lock_practice(session, find_offer(session, token, now=now).practice_id)
    # Asked again under the lock: of two windows one is first.
    offer = find_offer(session, token, now=now)
    joining = lock_practitioner(session, practitioner_id)
    if not is_for(offer.invited_email, joining.user):
        raise OtherAddress
    if joining.practice_id is not None:
        raise InPractice
    joining.practice_id, joining.practice_role = practice.id, "member"
    end_invitation(session.get_one(PracticeInvitation, offer.id), "accepted", now)
    session.flush()
    return practice


def offer_waits(session: Session, address: str, *, now: datetime) -> bool:
    """Tell whether an invitation to the address can still be accepted, and nothing else about it."""
    waits = select(PracticeInvitation.id).where(
        func.lower(PracticeInvitation.invited_email) == address.lower(),
        PracticeInvitation.state == "invited",
        PracticeInvitation.expires_at >= now,
    )
    return session.scalars(waits.limit(1)).first() is not None


def _check_limits(session: Session, practice_id: UUID, address: str, *, now: datetime) -> None:
    """Raise TooManyInvitations when one more mail would be too many; each mail has a row."""
    made = select(PracticeInvitation.invited_at).where(
        PracticeInvitation.practice_id == practice_id, PracticeInvitation.invited_at > now - PRACTICE_WINDOW
    )
    check_rate(session, "practice", [made], MOST_PER_PRACTICE, PRACTICE_WINDOW)
    check_address(session, address, now)


def _open(session: Session, practice_id: UUID, *which: ColumnElement[bool]) -> list[PracticeInvitation]:
    found = select(PracticeInvitation).where(
        PracticeInvitation.practice_id == practice_id, PracticeInvitation.state == "invited", *which
    )
    return list(session.scalars(found.order_by(PracticeInvitation.invited_at.desc(), PracticeInvitation.id)))
