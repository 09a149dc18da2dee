"""Invitations from the practitioner's side: a mail to one address, or a hand-out on paper, that a patient takes up.

Whoever holds the link reads who asks, and nothing else. The share begins when a signed-in patient has read that,
chosen what to show and confirmed the person. Whether an address has an account makes no difference to any answer.
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from firststep.models import Patient, PatientInvitation, Practice, Practitioner, Share, User
from firststep.services import sharing
from firststep.services.audit import Actor
from firststep.services.invitations import (
    INVITATION_LIFE,
    InvitationOver,
    check_patient_invitation_limits,
    end_invitation,
    give_link,
    token_hash,
)
from firststep.services.outbox import enqueue
from firststep.services.share_lists import Person, person_of
from firststep.services.sharing import Terms


@dataclass(frozen=True, kw_only=True)
class Asked:
    """An invitation that can be taken up, and who made it."""

    id: UUID
    practitioner_id: UUID
    person: Person
    practice: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class MadeInvitation:
    """One line of the practitioner's list; ``over``: nobody took it up in its seven days."""

    id: UUID
    invited_email: str | None
    meant_for: str
    state: str
    over: bool
    made_at: datetime
    expires_at: datetime
    ended_at: datetime | None


def hand_out_key(secret: str) -> bytes:
    """Return the key from which the links of hand-outs are made: derived, so that a leak of it signs no session."""
    return hmac.digest(secret.encode(), b"firststep hand-out links, version 1", "sha256")


def hand_out_token(key: bytes, invitation_id: UUID) -> str:
    """Return the 256 bits of a hand-out's link: it can be printed again, and lies nowhere readable."""
    digest = hmac.digest(key, invitation_id.bytes, "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def invite_by_mail(
    session: Session, practitioner_id: UUID, address: str, *, meant_for: str, now: datetime
) -> PatientInvitation:
    """Note an invitation and its mail; an earlier one to the same address is dead. Raises TooManyInvitations."""
    _lock(session, practitioner_id)
    check_patient_invitation_limits(session, practitioner_id, address, now=now)
    earlier = _open_of(session, practitioner_id, PatientInvitation.invited_email == address)
    for invitation in earlier:
        end_invitation(invitation, "withdrawn", now)
    made = _add(session, practitioner_id, meant_for=meant_for, now=now, invited_email=address)
    enqueue(
        session, kind="patient_invitation", now=now, address=address, parameters={"patient_invitation": made.id.hex}
    )
    return made


def make_hand_out(
    session: Session, practitioner_id: UUID, *, meant_for: str, key: bytes, now: datetime
) -> PatientInvitation:
    """Note an invitation that is given on paper; raise TooManyInvitations when there were enough for one day."""
    _lock(session, practitioner_id)
    check_patient_invitation_limits(session, practitioner_id, None, now=now)
    made = _add(session, practitioner_id, meant_for=meant_for, now=now)
    made.token_hash = token_hash(hand_out_token(key, made.id))
    session.flush()
    return made


def make_mail_token(session: Session, invitation_id: UUID, *, now: datetime) -> str | None:
    """Return the token for the mail that goes out now, of which only the hash is kept; None when it is not wanted."""
    found = select(PatientInvitation).where(PatientInvitation.id == invitation_id).with_for_update()
    invitation = session.scalars(found.execution_options(populate_existing=True)).one_or_none()
    if invitation is None or invitation.state != "open":
        return None
    return give_link(session, invitation, now=now)


def find_asked(session: Session, token: str, *, now: datetime) -> Asked:
    """Return the token's invitation; raise NoResultFound for an unknown one, InvitationOver for a dead one."""
    found = (
        select(PatientInvitation, Practitioner, User, Practice.name)
        .join(Practitioner, Practitioner.id == PatientInvitation.practitioner_id)
        .join(User, User.id == Practitioner.user_id)
        .outerjoin(Practice, Practice.id == Practitioner.practice_id)
        .where(PatientInvitation.token_hash == token_hash(token))
        .execution_options(populate_existing=True)
    )
    invitation, practitioner, user, practice = session.execute(found).one()
    _must_be_open(invitation, now, active=user.active)
    return Asked(
        id=invitation.id,
        practitioner_id=practitioner.id,
        person=person_of(practitioner, user.name, user.email),
        practice=practice or "",
        expires_at=invitation.expires_at,
    )


def take_up(session: Session, actor: Actor, patient: Patient, token: str, terms: Terms) -> Share:
    """Open the share that the patient was asked for; raise as `find_asked` does.

    It ends an earlier share with the same person. Of two who hold the link the first gets it, and the other does not
    learn who that was.
    """
    asked = find_asked(session, token, now=actor.now)
    # The practitioner may withdraw it at this moment, or another take it up.
    mine = select(PatientInvitation).where(PatientInvitation.id == asked.id).with_for_update()
    invitation = session.scalars(mine.execution_options(populate_existing=True)).one()
    _must_be_open(invitation, actor.now, active=True)
    practitioner = session.get_one(Practitioner, asked.practitioner_id)
    share = sharing.add_active(session, actor, patient, practitioner, terms, what="share_taken_up")
    end_invitation(invitation, "taken", actor.now)
    # From here on the share says who it is, as long as the patient wants.
    invitation.invited_email, invitation.meant_for = None, ""
    session.flush()
    return share


def withdraw(session: Session, practitioner_id: UUID, invitation_id: UUID, *, now: datetime) -> bool:
    """Take an own invitation back; return whether that was still possible. NoResultFound: it is not an own one."""
    found = select(PatientInvitation).where(
        PatientInvitation.id == invitation_id, PatientInvitation.practitioner_id == practitioner_id
    )
    invitation = session.scalars(found.with_for_update().execution_options(populate_existing=True)).one()
    if invitation.state == "open":
        end_invitation(invitation, "withdrawn", now)
    session.flush()
    return invitation.state == "withdrawn"


def list_made(session: Session, practitioner_id: UUID, *, now: datetime) -> list[MadeInvitation]:
    """Return the practitioner's invitations, the newest first, in one statement."""
    made = select(PatientInvitation).where(PatientInvitation.practitioner_id == practitioner_id)
    rows = session.scalars(made.order_by(PatientInvitation.made_at.desc(), PatientInvitation.id))
    return [
        MadeInvitation(
            id=row.id,
            invited_email=row.invited_email,
            meant_for=row.meant_for,
            state=row.state,
            over=row.state == "open" and now > row.expires_at,
            made_at=row.made_at,
            expires_at=row.expires_at,
            ended_at=row.ended_at,
        )
        for row in rows
    ]


def find_hand_out(session: Session, practitioner_id: UUID, invitation_id: UUID, *, now: datetime) -> MadeInvitation:
    """Return an own hand-out that can still be taken up, for printing; NoResultFound when there is none."""
    for made in list_made(session, practitioner_id, now=now):
        if made.id == invitation_id and made.invited_email is None and made.state == "open" and not made.over:
            return made
    raise NoResultFound


def _add(
    session: Session, practitioner_id: UUID, *, meant_for: str, now: datetime, invited_email: str | None = None
) -> PatientInvitation:
    made = PatientInvitation(
        practitioner_id=practitioner_id,
        invited_email=invited_email,
        meant_for=meant_for,
        state="open",
        made_at=now,
        expires_at=now + INVITATION_LIFE,
    )
    session.add(made)
    session.flush()
    return made


def _lock(session: Session, practitioner_id: UUID) -> None:
    """Let one transaction at a time count and add to a practitioner's invitations, until it ends."""
    session.execute(select(Practitioner.id).where(Practitioner.id == practitioner_id).with_for_update())


def _open_of(session: Session, practitioner_id: UUID, *which: ColumnElement[bool]) -> list[PatientInvitation]:
    mine = (PatientInvitation.practitioner_id == practitioner_id, PatientInvitation.state == "open")
    found = select(PatientInvitation).where(*mine, *which).with_for_update()
    return list(session.scalars(found.execution_options(populate_existing=True)))


def _must_be_open(invitation: PatientInvitation, now: datetime, *, active: bool) -> None:
    if invitation.state == "taken":
        raise InvitationOver("used", invitation.ended_at or invitation.made_at)
    # Whose account is closed asks nobody any more.
    if invitation.state != "open" or not active:
        raise InvitationOver("withdrawn", invitation.ended_at or invitation.made_at)
    if now > invitation.expires_at:
        raise InvitationOver("expired", invitation.expires_at)
