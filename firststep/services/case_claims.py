"""Cases from a practice's sheet, and how a person takes over the one that is about them.

The practitioner invites one address to one case. Whoever has an account with that address sees what the case holds,
and confirms: then its visits are theirs. The practitioner sees them through a share, or not at all; an undo of the
sheet leaves them, and a later sheet adds to them only while the person shares.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from firststep.models import (
    CaseInvitation,
    ImportBatch,
    ImportedCase,
    ImportedCourse,
    OutboxMail,
    Patient,
    Practitioner,
    User,
    Visit,
)
from firststep.services import audit
from firststep.services.audit import Actor
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
from firststep.services.sheet_imports import lock_imports

MOST_PER_PRACTITIONER, PRACTITIONER_WINDOW = 20, timedelta(days=1)
_KIND: Final = "case_invitation"


@dataclass(frozen=True, kw_only=True)
class CaseLine:
    """One case in its practitioner's list; of a claimed one no more than that, as the rest is the person's."""

    id: UUID
    alias: str
    claimed: bool
    visits: int = 0
    first_on: date | None = None
    last_on: date | None = None
    invited_email: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Offer:
    """An invitation that can still be used: to which case, of whom, for which address."""

    id: UUID
    case_id: UUID
    alias: str
    practitioner_id: UUID
    practitioner: User
    profession: tuple[str, str, str]
    invited_email: str
    expires_at: datetime


class ClaimedBefore(Exception):
    """The person took over another case of the same practitioner before; two cannot be told apart any more."""


def list_cases(session: Session, practitioner_id: UUID, *, now: datetime) -> list[CaseLine]:
    """Return the practitioner's cases by alias, in three statements however many they are."""
    counted = dict[UUID, tuple[int, date | None, date | None]](
        (patient_id, (count, first, last))
        for patient_id, count, first, last in session.execute(
            select(Visit.patient_id, func.count(), func.min(Visit.day), func.max(Visit.day))
            .join(ImportBatch, ImportBatch.id == Visit.batch_id)
            .where(ImportBatch.practitioner_id == practitioner_id)
            .group_by(Visit.patient_id)
        )
    )
    waiting = {
        one.patient_id: one
        for one in session.scalars(
            select(CaseInvitation).where(
                CaseInvitation.practitioner_id == practitioner_id,
                CaseInvitation.state == "invited",
                CaseInvitation.expires_at >= now,
            )
        )
    }
    rows = session.execute(
        select(ImportedCase, Patient.alias)
        .join(Patient, Patient.id == ImportedCase.patient_id)
        .where(ImportedCase.practitioner_id == practitioner_id)
        .order_by(ImportedCase.alias_key)
        .execution_options(populate_existing=True)
    )
    return [_line(case, alias, counted.get(case.patient_id), waiting.get(case.patient_id)) for case, alias in rows]


def _line(
    case: ImportedCase,
    alias: str,
    counted: tuple[int, date | None, date | None] | None,
    waiting: CaseInvitation | None,
) -> CaseLine:
    if case.claimed_at is not None:
        # The alias of the person would be their name.
        return CaseLine(id=case.patient_id, alias=case.alias_key, claimed=True)
    visits, first_on, last_on = counted or (0, None, None)
    return CaseLine(
        id=case.patient_id,
        alias=alias,
        claimed=False,
        visits=visits,
        first_on=first_on,
        last_on=last_on,
        invited_email=waiting.invited_email if waiting else "",
        expires_at=waiting.expires_at if waiting else None,
    )


def find_case(session: Session, practitioner_id: UUID, case_id: UUID) -> ImportedCase:
    """Return a case of the practitioner that nobody took over; NoResultFound for any other."""
    found = select(ImportedCase).where(
        ImportedCase.patient_id == case_id,
        ImportedCase.practitioner_id == practitioner_id,
        ImportedCase.claimed_at.is_(None),
    )
    return session.scalars(found.execution_options(populate_existing=True)).one()


def invite(session: Session, practitioner_id: UUID, case_id: UUID, address: str, *, now: datetime) -> CaseInvitation:
    """Note the invitation and its mail; an earlier one to the same case is dead at once.

    Raises TooManyInvitations, and NoResultFound for a case that is another's or was taken over.
    """
    lock_imports(session, practitioner_id)
    find_case(session, practitioner_id, case_id)
    _check_limits(session, practitioner_id, address, now=now)
    for earlier in _open(session, practitioner_id, case_id):
        end_invitation(earlier, "withdrawn", now)
    invitation = CaseInvitation(
        patient_id=case_id,
        practitioner_id=practitioner_id,
        invited_email=address,
        state="invited",
        invited_at=now,
        expires_at=now + INVITATION_LIFE,
    )
    session.add(invitation)
    session.flush()
    enqueue(session, kind=_KIND, now=now, address=address, parameters={"invitation": invitation.id.hex})
    return invitation


def withdraw(session: Session, practitioner_id: UUID, case_id: UUID, *, now: datetime) -> None:
    """Take the open invitation to a case back, if there is one; NoResultFound for another's case."""
    lock_imports(session, practitioner_id)
    find_case(session, practitioner_id, case_id)
    for invitation in _open(session, practitioner_id, case_id):
        end_invitation(invitation, "withdrawn", now)
    session.flush()


def make_link_token(session: Session, invitation_id: UUID, *, now: datetime) -> str | None:
    """Return a new token for the invitation, of which only the hash is kept; None when nobody is invited any more."""
    invitation = session.get(CaseInvitation, invitation_id, with_for_update=True, populate_existing=True)
    if invitation is None or invitation.state != "invited":
        return None
    return give_link(session, invitation, now=now)


def language_of(session: Session, invitation_id: UUID) -> str:
    """Return the language of who invites."""
    of_practitioner = (
        select(User.locale)
        .join(Practitioner, Practitioner.user_id == User.id)
        .join(CaseInvitation, CaseInvitation.practitioner_id == Practitioner.id)
        .where(CaseInvitation.id == invitation_id)
    )
    return session.scalars(of_practitioner).one()


def find_offer(session: Session, token: str, *, now: datetime) -> Offer:
    """Return the token's offer; raise NoResultFound for an unknown one, InvitationOver for a dead one."""
    invitation, practitioner, user, alias = session.execute(
        select(CaseInvitation, Practitioner, User, Patient.alias)
        .join(Practitioner, Practitioner.id == CaseInvitation.practitioner_id)
        .join(User, User.id == Practitioner.user_id)
        .join(Patient, Patient.id == CaseInvitation.patient_id)
        .where(CaseInvitation.token_hash == token_hash(token))
        .execution_options(populate_existing=True)
    ).one()
    if invitation.state != "invited":
        reason = "used" if invitation.state == "claimed" else "withdrawn"
        raise InvitationOver(reason, invitation.ended_at or invitation.invited_at)
    if now > invitation.expires_at:
        raise InvitationOver("expired", invitation.expires_at)
    return Offer(
        id=invitation.id,
        case_id=invitation.patient_id,
        alias=alias,
        practitioner_id=practitioner.id,
        practitioner=user,
        profession=(practitioner.profession, practitioner.credential_issuer, practitioner.credential_number),
        invited_email=invitation.invited_email,
        expires_at=invitation.expires_at,
    )


def offer_waits(session: Session, address: str, *, now: datetime) -> bool:
    """Tell whether an invitation to the address can still be used, and nothing else about it."""
    waits = select(CaseInvitation.id).where(
        func.lower(CaseInvitation.invited_email) == address.lower(),
        CaseInvitation.state == "invited",
        CaseInvitation.expires_at >= now,
    )
    return session.scalars(waits.limit(1)).first() is not None


def claim(session: Session, actor: Actor, patient: Patient, token: str) -> int:
    """Make the case the patient's own, and return how many visits that were.

    Raises NoResultFound for an unknown token, InvitationOver for a dead one, OtherAddress for an account of another
    address, ClaimedBefore for who took over a case of this practitioner already.
    """
    lock_imports(session, find_offer(session, token, now=actor.now).practitioner_id)
    audit.lock_trail(session, patient.id)
    # Asked again under the lock: of two windows one is first.
    offer = find_offer(session, token, now=actor.now)
    if patient.user is None or not is_for(offer.invited_email, patient.user):
        raise OtherAddress
    case = find_case(session, offer.practitioner_id, offer.case_id)
    before = select(ImportedCase.patient_id).where(
        ImportedCase.patient_id == patient.id, ImportedCase.practitioner_id == offer.practitioner_id
    )
    if session.scalars(before).first() is not None:
        raise ClaimedBefore
    moved = session.scalars(
        update(Visit).where(Visit.patient_id == offer.case_id).values(patient_id=patient.id).returning(Visit.id)
    ).all()
    session.execute(
        update(ImportedCourse).where(ImportedCourse.patient_id == offer.case_id).values(patient_id=patient.id)
    )
    case.patient_id, case.claimed_at = patient.id, actor.now
    invitation = session.get_one(CaseInvitation, offer.id)
    invitation.patient_id = patient.id
    end_invitation(invitation, "claimed", actor.now)
    session.flush()
    session.execute(delete(Patient).where(Patient.id == offer.case_id, Patient.user_id.is_(None)))
    session.expire_all()
    audit.record(session, actor, patient.id, "case_claimed")
    return len(moved)


def drop_mails(session: Session, *which: ColumnElement[bool]) -> None:
    """Delete the mails of the invitations: also a sent one holds the address."""
    rows = session.execute(select(CaseInvitation.id, CaseInvitation.invited_email).where(*which)).all()
    mails = select(OutboxMail.id, OutboxMail.parameters).where(
        OutboxMail.kind == _KIND, OutboxMail.address.in_({row.invited_email for row in rows})
    )
    own = {row.id.hex for row in rows}
    gone = [row.id for row in session.execute(mails) if row.parameters.get("invitation") in own]
    session.execute(delete(OutboxMail).where(OutboxMail.id.in_(gone)))


def _check_limits(session: Session, practitioner_id: UUID, address: str, *, now: datetime) -> None:
    """Raise TooManyInvitations when one more mail would be too many; each mail has a row."""
    made = select(CaseInvitation.invited_at).where(
        CaseInvitation.practitioner_id == practitioner_id, CaseInvitation.invited_at > now - PRACTITIONER_WINDOW
    )
    check_rate(session, "practitioner", [made], MOST_PER_PRACTITIONER, PRACTITIONER_WINDOW)
    check_address(session, address, now)


def _open(session: Session, practitioner_id: UUID, case_id: UUID) -> Sequence[CaseInvitation]:
    found = select(CaseInvitation).where(
        CaseInvitation.practitioner_id == practitioner_id,
        CaseInvitation.patient_id == case_id,
        CaseInvitation.state == "invited",
    )
    return session.scalars(found.execution_options(populate_existing=True)).all()
