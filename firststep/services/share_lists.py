"""What a patient sees of the own shares: with whom, how much, until when, and when somebody last looked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from firststep.models import AccessEvent, Practitioner, Share, User
from firststep.services.access import is_over
from firststep.services.audit import VIEWED


@dataclass(frozen=True, kw_only=True)
class Person:
    """A practitioner as the patient must see one before confirming; what is stated was not checked by us."""

    name: str
    email: str
    profession: str
    credential_issuer: str
    credential_number: str


@dataclass(frozen=True, kw_only=True)
class ShareLine:
    """One share in the patient's list; ``state`` is what holds today, also before a job marked it."""

    id: UUID
    state: str
    scope: str
    invited_email: str
    person: Person | None
    from_day: date | None
    until_on: date | None
    cohort_use: bool
    invited_at: datetime
    invitation_over: bool
    ended_at: datetime | None
    last_looked_at: datetime | None

    @property
    def other_address(self) -> bool:
        """Tell whether the link was used by an account with another address than the invited one."""
        return self.person is not None and self.person.email.lower() != self.invited_email.lower()


def list_shares(session: Session, patient_id: UUID, *, today: date, now: datetime) -> list[ShareLine]:
    """Return the patient's shares in one statement: what waits for the patient first, then the newest."""
    last_look = (
        select(func.max(AccessEvent.at))
        .where(AccessEvent.share_id == Share.id, AccessEvent.what.in_(VIEWED))
        .correlate(Share)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Share, Practitioner, User.name, User.email, last_look)
        .outerjoin(Practitioner, Practitioner.id == Share.practitioner_id)
        .outerjoin(User, User.id == Practitioner.user_id)
        .where(Share.patient_id == patient_id)
    )
    lines = [
        _line(
            share,
            _person(practitioner, name, email),
            looked_at,
            today=today,
            now=now,
        )
        for share, practitioner, name, email, looked_at in rows
    ]
    order = {"accepted": 0, "active": 1, "invited": 2}
    return sorted(lines, key=lambda line: (order.get(line.state, 3), -line.invited_at.timestamp()))


def _person(practitioner: Practitioner | None, name: str | None, email: str | None) -> Person | None:
    # Of an invitation that nobody accepted there is none.
    return None if practitioner is None else person_of(practitioner, name, email)


def person_of(practitioner: Practitioner, name: str | None, email: str | None) -> Person:
    """Return the practitioner with the name and the address of the account."""
    return Person(
        name=name or "",
        email=email or "",
        profession=practitioner.profession,
        credential_issuer=practitioner.credential_issuer,
        credential_number=practitioner.credential_number,
    )


def _line(share: Share, person: Person | None, looked_at: datetime | None, *, today: date, now: datetime) -> ShareLine:
    expires_at = share.invitation_expires_at
    return ShareLine(
        id=share.id,
        state="expired" if share.state == "active" and is_over(share.until_on, today) else share.state,
        scope=share.scope,
        invited_email=share.invited_email,
        person=person,
        from_day=share.from_day,
        until_on=share.until_on,
        cohort_use=share.cohort_use,
        invited_at=share.invited_at,
        invitation_over=share.state == "invited" and expires_at is not None and now > expires_at,
        ended_at=share.ended_at,
        last_looked_at=looked_at,
    )
