"""The Monday mail of a practitioner: who wants it, when it is due, and how many people stand where in the list.

It holds numbers only: no name and nothing of one person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from firststep.clinical.week import MONDAY
from firststep.models import DigestPreference, Practitioner, Triage, User
from firststep.models.triage import HIDDEN, REASONS, SNOOZED, UNKNOWN
from firststep.services import panel_rows
from firststep.services.mail_preferences import may_be_written_to
from firststep.services.mail_schedule import LATER, LATEST, Slots, last_slot, next_sending
from firststep.services.outbox import enqueue
from firststep.services.zones import local_day

KIND: Final = "monday_counts"
#: So many rows of the list that are due are computed for the mail; of more, it says that they are being counted.
MOST_COMPUTED: Final = 100


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """A practitioner as the Monday mail sees them."""

    practitioner: Practitioner
    user: User
    preference: DigestPreference

    @property
    def slots(self) -> Slots:
        """Return the Mondays, at the chosen time."""
        wish = self.preference
        return Slots(weekday=MONDAY, hour=wish.hour, minute=wish.minute, zone_name=self.user.time_zone)

    @property
    def is_on(self) -> bool:
        """Tell whether the mail is wanted and the address takes it."""
        return self.preference.wanted and self.preference.suspended_at is None


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many people share, how many of them stand under each reason, are put off, and are being counted anew."""

    people: int
    reasons: Mapping[str, int]
    snoozed: int
    unknown: int


def find_recipient(session: Session, practitioner_id: UUID) -> Recipient | None:
    """Return the practitioner with account and wish as they are now; without a stored wish nothing is wanted."""
    practitioner = session.get(Practitioner, practitioner_id, populate_existing=True)
    if practitioner is None:
        return None
    user = session.get_one(User, practitioner.user_id, populate_existing=True)
    wish = session.get(DigestPreference, practitioner_id, populate_existing=True)
    unasked = DigestPreference(practitioner_id=practitioner_id, wanted=False, hour=7, minute=30)
    return Recipient(practitioner=practitioner, user=user, preference=wish or unasked)


def find_recipient_of_user(session: Session, user_id: UUID) -> Recipient | None:
    """Return the practitioner whose account this is."""
    practitioner_id = session.scalar(select(Practitioner.id).where(Practitioner.user_id == user_id))
    return find_recipient(session, practitioner_id) if practitioner_id else None


def choose(session: Session, recipient: Recipient, *, wanted: bool, hour: int, minute: int, now: datetime) -> None:
    """Store whether and when the mail comes."""
    wish = recipient.preference
    wish.wanted, wish.hour, wish.minute = wanted, hour, minute
    session.add(wish)
    _plan(recipient, now)
    session.flush()


def switch(session: Session, practitioner_id: UUID, now: datetime, *, on: bool) -> bool:
    """Switch the mail on or off from itself; False when there is nobody (any more) to do it for."""
    recipient = find_recipient(session, practitioner_id)
    if recipient is None or session.get(DigestPreference, practitioner_id) is None:
        return False
    recipient.preference.wanted = on
    _plan(recipient, now)
    session.flush()
    return True


def is_wanted(session: Session, practitioner_id: UUID) -> bool:
    """Tell whether the practitioner chose the mail."""
    return bool(
        session.scalar(select(DigestPreference.wanted).where(DigestPreference.practitioner_id == practitioner_id))
    )


def replan(session: Session, practitioner_id: UUID, now: datetime) -> None:
    """Plan anew after the practitioner changed the time zone."""
    recipient = find_recipient(session, practitioner_id)
    if recipient is not None:
        _plan(recipient, now)
        session.flush()


def due(session: Session, now: datetime, *, most: int) -> Sequence[UUID]:
    """Return the practitioners whose planned moment has come, longest waiting first."""
    wish = DigestPreference
    found = select(wish.practitioner_id).where(wish.next_at <= now).order_by(wish.next_at)
    return session.scalars(found.limit(most)).all()


def look_again_later(session: Session, practitioner_id: UUID, now: datetime) -> None:
    """Put the practitioner's moment off, so that nobody waits behind them."""
    own = DigestPreference.practitioner_id == practitioner_id
    session.execute(update(DigestPreference).where(own).values(next_at=now + LATER))


def handle_due(session: Session, practitioner_id: UUID, now: datetime) -> bool:
    """Note the mail of the last Monday if it is due, and plan the next; False when nothing is to be sent."""
    recipient = find_recipient(session, practitioner_id)
    if recipient is None:
        return False
    slot = last_slot(recipient.slots, practitioner_id, now)
    wanted = recipient.is_on and now - slot <= LATEST and may_be_written_to(session, recipient.user)
    if wanted:
        day = local_day(slot, recipient.user.time_zone).isoformat()
        key = f"{KIND}:{practitioner_id}:{day}"
        about = {"day": day}
        enqueue(session, kind=KIND, now=now, user_id=recipient.user.id, parameters=about, dedupe_key=key)
    _plan(recipient, now)
    session.flush()
    return wanted


def willing(session: Session, user_id: UUID | None) -> Recipient | None:
    """Return the practitioner if the mail may still go to them: asked right before sending."""
    recipient = find_recipient_of_user(session, user_id) if user_id else None
    if recipient is None or not recipient.is_on or not may_be_written_to(session, recipient.user):
        return None
    return recipient


def count_list(
    session: Session,
    practitioner_id: UUID,
    now: datetime,
    *,
    on_fault: Callable[[Exception], None],
    most: int = MOST_COMPUTED,
) -> Counts:
    """Count the people of a list by where they stand now; it writes nothing.

    What is due is computed for the count as for the list's page; of more than ``most`` such rows the rest are counted
    as people who share without a reason yet, and so is a row of which a figure cannot be made (``on_fault`` hears).
    """
    rows = panel_rows.due_rows(session, now=now, most=most, practitioner_id=practitioner_id)
    computed = panel_rows.compute(session, rows, now=now, on_fault=on_fault)
    known = {one.share_id for one in computed}
    mine = (Triage.practitioner_id == practitioner_id, Triage.place < HIDDEN)
    is_due = Triage.due_at <= now
    places: Counter[int] = Counter(one.values["place"] for one in computed)
    settled = select(Triage.place, func.count()).where(*mine, is_due.is_not(True)).group_by(Triage.place)
    for place, count in session.execute(settled):
        places[place] += count
    others = select(func.count()).where(*mine, is_due, Triage.share_id.not_in(known))
    places[UNKNOWN] += session.scalar(others) or 0
    del places[HIDDEN]
    return Counts(
        people=places.total(),
        reasons={reason: places[place] for place, reason in enumerate(REASONS)},
        snoozed=places[SNOOZED],
        unknown=places[UNKNOWN],
    )


def _plan(recipient: Recipient, now: datetime) -> None:
    wish = recipient.preference
    wish.next_at = next_sending(recipient.slots, recipient.practitioner.id, now) if recipient.is_on else None
