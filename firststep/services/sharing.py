"""Shares: a patient names a practitioner, who accepts, whom the patient confirms; then and only then something is seen.

States: invited → accepted → active → stopped or expired; withdrawn before active. Each step is taken under the lock of
the patient's trail and noted in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from firststep.models import Patient, Practitioner, Share, User
from firststep.services import audit, visit_access
from firststep.services.access import is_over
from firststep.services.audit import Actor
from firststep.services.invitations import INVITATION_LIFE, check_limits, find_invitation
from firststep.services.outbox import enqueue
from firststep.services.zones import local_day

_DEFAULT_MONTHS = 6
_LONGEST_DAYS = 2 * 366
_EARLIEST = date(2000, 1, 1)
PENDING = ("invited", "accepted")


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a patient agrees to show: how much, from which day, until which day, and whether it may be counted."""

    scope: str
    until_on: date | None
    from_day: date | None = None
    cohort_use: bool = False


class WrongStep(Exception):
    """The share is not in a state from which this step can be taken; ``state`` is the one it is in."""

    def __init__(self, state: str) -> None:
        super().__init__(f"The share is {state}.")
        self.state = state


def default_until(today: date) -> date:
    """Return the day half a year from today, or the last day of that month where it has no such day."""
    year, month = divmod(today.month - 1 + _DEFAULT_MONTHS, 12)
    first = date(today.year + year, month + 1, 1)
    last_of_month = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return min(first + timedelta(days=today.day - 1), last_of_month)


def until_range(today: date) -> tuple[date, date]:
    """Return the first and the last day on which a share may end."""
    return today, today + timedelta(days=_LONGEST_DAYS)


def from_range(today: date) -> tuple[date, date]:
    """Return the first and the last day with which what is shown may begin."""
    return _EARLIEST, today


def invite(session: Session, actor: Actor, patient_id: UUID, address: str, terms: Terms) -> Share:
    """Note the invitation and its mail; raise TooManyInvitations when the sender or the address had enough."""
    audit.lock_trail(session, patient_id)
    check_limits(session, patient_id, address, now=actor.now)
    share = Share(
        patient_id=patient_id,
        invited_email=address,
        scope=terms.scope,
        until_on=terms.until_on,
        from_day=terms.from_day,
        cohort_use=terms.cohort_use,
        state="invited",
        invited_at=actor.now,
        invitation_expires_at=actor.now + INVITATION_LIFE,
    )
    session.add(share)
    session.flush()
    _send_invitation(session, actor, share)
    audit.record(session, actor, patient_id, "share_invited", share_id=share.id)
    return share


def resend(session: Session, actor: Actor, patient_id: UUID, share_id: UUID) -> Share:
    """Send the invitation again; the link of the earlier mail is dead at once."""
    share = _own(session, patient_id, share_id)
    _must_be(share, "invited")
    check_limits(session, patient_id, share.invited_email, now=actor.now)
    share.invitation_hash = None
    share.invitation_expires_at = actor.now + INVITATION_LIFE
    _send_invitation(session, actor, share)
    audit.record(session, actor, patient_id, "share_resent", share_id=share.id)
    return share


def accept(session: Session, actor: Actor, practitioner_id: UUID, token: str) -> Share:
    """Use the invitation up for this practitioner; what it is for stays hidden until the patient confirms the person.

    Raises NoResultFound for a token that is not known, InvitationOver for one that was used, withdrawn or is too old.
    """
    known = find_invitation(session, token, now=actor.now)
    share = _own(session, known.patient_id, known.share_id)
    # Asked again under the lock: of two who hold the link, one is first.
    find_invitation(session, token, now=actor.now)
    share.state = "accepted"
    share.practitioner_id = practitioner_id
    share.accepted_at = actor.now
    audit.record(session, actor, share.patient_id, "share_accepted", share_id=share.id)
    patient = session.get_one(Patient, share.patient_id)
    enqueue(
        session,
        kind="share_accepted",
        now=actor.now,
        user_id=patient.user_id,
        parameters={"share": share.id.hex},
        dedupe_key=f"share_accepted:{share.id.hex}",
    )
    return share


def confirm(session: Session, actor: Actor, patient_id: UUID, share_id: UUID) -> Share:
    """Open the share to the person who accepted; it takes the place of an earlier one with the same person."""
    share = _own(session, patient_id, share_id)
    if share.state == "active":
        return share
    _must_be(share, "accepted")
    _end_others(session, actor, share)
    share.state = "active"
    share.confirmed_at = actor.now
    audit.record(session, actor, patient_id, "share_confirmed", share_id=share.id)
    return share


def withdraw(session: Session, actor: Actor, patient_id: UUID, share_id: UUID) -> Share:
    """Take the invitation back, whether or not somebody accepted it."""
    share = _own(session, patient_id, share_id)
    if share.state == "withdrawn":
        return share
    _must_be(share, *PENDING)
    _end(session, actor, share, "withdrawn")
    return share


def stop(session: Session, actor: Actor, patient_id: UUID, share_id: UUID) -> Share:
    """End the share: the practitioner's next request finds nothing."""
    share = _own(session, patient_id, share_id)
    if share.state in ("stopped", "expired"):
        return share
    _must_be(share, "active")
    _end(session, actor, share, "stopped")
    return share


def stop_all(session: Session, actor: Actor, patient_id: UUID) -> int:
    """End every share, take back every invitation and end every look at a visit; return how many there were."""
    at_visits = visit_access.end_all(session, actor, patient_id)
    open_shares = _of(session, patient_id, (*PENDING, "active"))
    for share in open_shares:
        _end(session, actor, share, "stopped" if share.state == "active" else "withdrawn")
    return len(open_shares) + at_visits


def renew(session: Session, actor: Actor, patient_id: UUID, share_id: UUID, *, today: date) -> Share:
    """Let a share last half a year from today, if that is longer than it would; one that ended by itself opens again.

    It shows what it showed, to the same person. One that was stopped does not open again: the patient meant it to end.
    Nor does one whose place another with the same person took.
    """
    share = _own(session, patient_id, share_id)
    _must_be(share, "active", "expired")
    if share.state == "expired" or is_over(share.until_on, today):
        return _reopen(session, actor, share, today)
    if share.until_on is not None and share.until_on < default_until(today):
        share.until_on = default_until(today)
        audit.record(session, actor, patient_id, "share_renewed", share_id=share.id)
    return share


def get_open(session: Session, patient_id: UUID, share_id: UUID) -> Share:
    """Return the patient's share that is open or may become so; NoResultFound when it is another's or over."""
    found = select(Share).where(
        Share.id == share_id, Share.patient_id == patient_id, Share.state.in_((*PENDING, "active"))
    )
    return session.scalars(found).one()


def set_cohort_use(session: Session, actor: Actor, patient_id: UUID, share_id: UUID, *, counts: bool) -> Share:
    """Say whether the person may be counted, without the name, in the practitioner's figures; the rest stays."""
    share = _own(session, patient_id, share_id)
    _must_be(share, *PENDING, "active")
    if share.cohort_use != counts:
        share.cohort_use = counts
        audit.record(session, actor, patient_id, "share_counted" if counts else "share_not_counted", share_id=share.id)
    return share


def counted_shares(session: Session, patient_id: UUID) -> list[Share]:
    """Return the shares, open or to be opened, with which the person may be counted."""
    return [share for share in _of(session, patient_id, (*PENDING, "active")) if share.cohort_use]


def _takes_place(other: Share, share: Share) -> bool:
    return other.practitioner_id == share.practitioner_id and other.id != share.id


def _reopen(session: Session, actor: Actor, share: Share, today: date) -> Share:
    others = _of(session, share.patient_id, ("active",))
    if any(_takes_place(other, share) and not is_over(other.until_on, today) for other in others):
        raise WrongStep("expired")
    share.state, share.ended_at = "active", None
    share.until_on = default_until(today)
    audit.record(session, actor, share.patient_id, "share_reopened", share_id=share.id)
    return share


def add_active(
    session: Session,
    actor: Actor,
    patient: Patient,
    practitioner: Practitioner,
    terms: Terms,
    *,
    what: str = "share_added",
) -> Share:
    """Add a share that is open at once: an operator's act, or the patient's who was asked (``what`` in the trail)."""
    audit.lock_trail(session, patient.id)
    share = Share(
        patient_id=patient.id,
        practitioner_id=practitioner.id,
        invited_email=practitioner.user.email,
        scope=terms.scope,
        until_on=terms.until_on,
        from_day=terms.from_day,
        cohort_use=terms.cohort_use,
        state="active",
        invited_at=actor.now,
        accepted_at=actor.now,
        confirmed_at=actor.now,
    )
    session.add(share)
    session.flush()
    _end_others(session, actor, share)
    audit.record(session, actor, patient.id, what, share_id=share.id)
    return share


def over_shares(session: Session, *, now: datetime) -> list[tuple[UUID, UUID]]:
    """Return (patient, share) of the active shares whose last day is over where the patient lives."""
    # No local date is more than a day ahead of UTC's: later last days cannot be over anywhere.
    rows = session.execute(
        select(Share.patient_id, Share.id, Share.until_on, User.time_zone)
        .join(Patient, Patient.id == Share.patient_id)
        .outerjoin(User, User.id == Patient.user_id)
        .where(Share.state == "active", Share.until_on <= now.date())
    )
    return [
        (patient_id, share_id)
        for patient_id, share_id, until_on, zone_name in rows
        if is_over(until_on, local_day(now, zone_name or "UTC"))
    ]


def expire(session: Session, actor: Actor, patient_id: UUID, share_id: UUID) -> None:
    """Mark a share whose last day is over; that it shows nothing any more does not wait for this."""
    share = _own(session, patient_id, share_id)
    if share.state == "active":
        _end(session, actor, share, "expired")


def _send_invitation(session: Session, actor: Actor, share: Share) -> None:
    enqueue(
        session, kind="share_invitation", now=actor.now, address=share.invited_email, parameters={"share": share.id.hex}
    )


def _end(session: Session, actor: Actor, share: Share, state: str) -> None:
    share.state = state
    share.ended_at = actor.now
    audit.record(session, actor, share.patient_id, f"share_{state}", share_id=share.id)


def _end_others(session: Session, actor: Actor, share: Share) -> None:
    for other in _of(session, share.patient_id, ("active",)):
        if other.practitioner_id == share.practitioner_id and other.id != share.id:
            _end(session, actor, other, "stopped")


def _own(session: Session, patient_id: UUID, share_id: UUID) -> Share:
    """Return the patient's share as it stands under the lock; NoResultFound when it is another's."""
    audit.lock_trail(session, patient_id)
    found = select(Share).where(Share.id == share_id, Share.patient_id == patient_id)
    return session.scalars(found.execution_options(populate_existing=True)).one()


def _of(session: Session, patient_id: UUID, states: Sequence[str]) -> list[Share]:
    found = select(Share).where(Share.patient_id == patient_id, Share.state.in_(states)).order_by(Share.invited_at)
    return list(session.scalars(found.execution_options(populate_existing=True)))


def _must_be(share: Share, *states: str) -> None:
    if share.state not in states:
        raise WrongStep(share.state)
