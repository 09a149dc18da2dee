"""What a patient wants by mail each week or month, and who must get nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, union, update
from sqlalchemy.orm import Session

from firststep.clinical.week import Month, Week
from firststep.models import DigestPreference, MailPreference, Patient, Practitioner, User
from firststep.services.consents import consent_standings, give_consent, withdraw_consent
from firststep.services.mail_schedule import (
    LATER,
    Slots,
    last_complete_month,
    last_complete_week,
    last_slot,
    next_sending,
)
from firststep.services.outbox import drop_asked

Level = Literal["discreet", "detailed"]
Rhythm = Literal["weekly", "monthly"]

# After so many weeks without an entry one question is asked, and the letters rest.
EMPTY_WEEKS_BEFORE_REST = 2


@dataclass(frozen=True, kw_only=True)
class Reader:
    """A patient as the weekly letter sees them."""

    patient: Patient
    user: User
    preference: MailPreference

    @property
    def slots(self) -> Slots:
        """Return the moments that the person chose."""
        wish = self.preference
        return Slots(
            weekday=wish.weekday,
            hour=wish.hour,
            minute=wish.minute,
            zone_name=self.user.time_zone,
            monthly=wish.rhythm == "monthly",
        )

    def told_at(self, moment: datetime) -> Week | Month:
        """Return the days that a letter of this moment is about: the last whole week or month of the person."""
        if self.preference.rhythm == "monthly":
            return last_complete_month(moment, self.user.time_zone)
        return last_complete_week(moment, self.user.time_zone, self.user.week_starts_on)

    @property
    def rests(self) -> bool:
        """Tell whether the letters rest because nothing was logged; they come back with the next logged week."""
        return self.preference.paused_at is not None and self.preference.empty_weeks >= EMPTY_WEEKS_BEFORE_REST

    @property
    def is_on(self) -> bool:
        """Tell whether the person wants the letter and the address takes it; a resting one is on."""
        wish = self.preference
        stopped = wish.unsubscribed_at or wish.suspended_at or (wish.paused_at and not self.rests)
        return bool(wish.weekly and not stopped)


def find_reader(session: Session, patient_id: UUID) -> Reader | None:
    """Return the patient with account and wishes as they are now; None without an account."""
    return _find_reader(session, Patient.id == patient_id)


def find_reader_of_user(session: Session, user_id: UUID) -> Reader | None:
    """Return the patient whose account this is."""
    return _find_reader(session, Patient.user_id == user_id)


def _find_reader(session: Session, which: ColumnElement[bool]) -> Reader | None:
    """Return one patient in one statement: a letter is written for each of very many."""
    found = session.execute(
        select(Patient, User, MailPreference)
        .join(User, User.id == Patient.user_id)
        .outerjoin(MailPreference, MailPreference.patient_id == Patient.id)
        .where(which)
        .execution_options(populate_existing=True)
    ).first()
    if found is None:
        return None
    patient, user = found[0], found[1]
    # The types of SQLAlchemy do not know that an outer join may find nothing.
    wish: MailPreference | None = found[2]
    return Reader(patient=patient, user=user, preference=wish or preference_of(session, patient.id))


def preference_of(session: Session, patient_id: UUID) -> MailPreference:
    """Return the patient's wishes; the first time with the defaults."""
    wish = session.get(MailPreference, patient_id, populate_existing=True)
    if wish is None:
        wish = MailPreference(patient_id=patient_id)
        session.add(wish)
        session.flush()
    return wish


def may_be_written_to(session: Session, user: User) -> bool:
    """Tell whether list mail about the diary may go to this person at all."""
    if not user.active or user.confirmed_at is None:
        return False
    health = consent_standings(session, user.id).get("health_data")
    # An operator who added the account by command holds the agreement on paper: only taking it back counts here.
    return health is None or health.holds


def sees_figures(session: Session, reader: Reader) -> bool:
    """Tell whether the person switched figures on and still agrees to that."""
    if reader.preference.level != "detailed":
        return False
    consent = consent_standings(session, reader.user.id).get("detailed_mail")
    return bool(consent and consent.holds)


def change_schedule(
    session: Session, reader: Reader, *, rhythm: Rhythm, weekday: int, hour: int, minute: int, now: datetime
) -> None:
    """Move the letter to another time, or to months; days that a letter was due for do not come twice as its end."""
    wish = reader.preference
    wish.rhythm = rhythm
    wish.weekday, wish.hour, wish.minute = weekday, hour, minute
    plan(session, reader, now)


def change_level(session: Session, reader: Reader, level: Level, now: datetime) -> None:
    """Switch figures on or off, and keep the consent that goes with them."""
    reader.preference.level = level
    if level == "detailed":
        give_consent(session, reader.user.id, "detailed_mail", now)
    else:
        withdraw_consent(session, reader.user.id, "detailed_mail", now)
    session.flush()


def switch_on(session: Session, reader: Reader, now: datetime) -> None:
    """Send letters again from the next slot on, whatever the person had stopped them by."""
    wish = reader.preference
    wish.weekly = True
    wish.paused_at = wish.unsubscribed_at = None
    wish.empty_weeks = 0
    plan(session, reader, now)


def pause(session: Session, reader: Reader, now: datetime) -> None:
    """Send nothing until the person switches the letters on again."""
    drop_asked(session, reader.patient.id, "weekly_summary")
    reader.preference.paused_at = now
    reader.preference.empty_weeks = 0
    plan(session, reader, now)


def switch_off(session: Session, reader: Reader, now: datetime) -> None:
    """Send no weekly letters any more."""
    drop_asked(session, reader.patient.id, "weekly_summary")
    reader.preference.weekly = False
    plan(session, reader, now)


def unsubscribe(session: Session, patient_id: UUID, now: datetime) -> bool:
    """Stop the letters from the mail itself; False when there is nobody (any more) to stop them for."""
    drop_asked(session, patient_id, "weekly_summary")
    return _set_unsubscribed(session, patient_id, now)


def subscribe_again(session: Session, patient_id: UUID, now: datetime) -> bool:
    """Undo an unsubscription, and nothing else that the person or the server had stopped."""
    done = _set_unsubscribed(session, patient_id, None)
    reader = find_reader(session, patient_id) if done else None
    if reader is not None:
        plan(session, reader, now)
    return done


def is_subscribed(session: Session, patient_id: UUID) -> bool:
    """Tell whether the person gets letters as far as unsubscribing goes."""
    wish = session.get(MailPreference, patient_id)
    return wish is not None and wish.weekly and wish.unsubscribed_at is None


def suspend_refused(session: Session, user_id: UUID, address: str, now: datetime) -> bool:
    """Suspend the person's address if it is the one that was refused; False when it is another, or not any more."""
    own = session.scalar(select(User.email).where(User.id == user_id))
    if own is None or own.lower() != address.lower():
        return False
    suspend_address(session, user_id, now)
    return True


def suspend_address(session: Session, user_id: UUID, now: datetime) -> None:
    """Send no list mail to a person whose address refuses mail for good."""
    patients = select(Patient.id).where(Patient.user_id == user_id)
    session.execute(
        update(MailPreference)
        .where(MailPreference.patient_id.in_(patients), MailPreference.suspended_at.is_(None))
        .values(suspended_at=now, next_at=None)
    )
    practitioners = select(Practitioner.id).where(Practitioner.user_id == user_id)
    session.execute(
        update(DigestPreference)
        .where(DigestPreference.practitioner_id.in_(practitioners), DigestPreference.suspended_at.is_(None))
        .values(suspended_at=now, next_at=None)
    )


def count_suspended(session: Session) -> int:
    """Count the people whose address refused mail for good, so that no list mail goes there."""
    patients = select(Patient.user_id).join(MailPreference).where(MailPreference.suspended_at.is_not(None))
    practitioners = (
        select(Practitioner.user_id).join(DigestPreference).where(DigestPreference.suspended_at.is_not(None))
    )
    people = union(patients, practitioners).subquery()
    return session.scalar(select(func.count()).select_from(people)) or 0


def plan(session: Session, reader: Reader, now: datetime) -> None:
    """Note when the next letter is due, or that none is."""
    wish = reader.preference
    wish.next_at = next_sending(reader.slots, reader.patient.id, now) if reader.is_on else None
    session.flush()


def replan(session: Session, patient_id: UUID, now: datetime) -> None:
    """Plan anew after the person changed the time zone or the first day of the week."""
    reader = find_reader(session, patient_id)
    if reader is not None:
        plan(session, reader, now)


def slot_to_tell(reader: Reader, now: datetime) -> datetime:
    """Return the last slot whose letter was to go out by now."""
    return last_slot(reader.slots, reader.patient.id, now)


def readers_due(session: Session, now: datetime, *, most: int) -> Sequence[UUID]:
    """Return the patients whose planned moment has come, longest waiting first."""
    due = select(MailPreference.patient_id).where(MailPreference.next_at <= now)
    return session.scalars(due.order_by(MailPreference.next_at).limit(most)).all()


def look_again_later(session: Session, patient_id: UUID, now: datetime) -> None:
    """Put the person's moment off, so that nobody waits behind them."""
    session.execute(update(MailPreference).where(MailPreference.patient_id == patient_id).values(next_at=now + LATER))


def readers_without_plan(session: Session, *, most: int) -> Sequence[UUID]:
    """Return the patients with an account who want letters and have no planned moment yet."""
    wish = MailPreference
    new = (
        select(wish.patient_id)
        .join(Patient, Patient.id == wish.patient_id)
        .where(wish.next_at.is_(None), wish.weekly, Patient.user_id.is_not(None))
        .where(wish.paused_at.is_(None), wish.unsubscribed_at.is_(None), wish.suspended_at.is_(None))
    )
    return session.scalars(new.limit(most)).all()


def _set_unsubscribed(session: Session, patient_id: UUID, moment: datetime | None) -> bool:
    values: dict[str, object] = {"unsubscribed_at": moment}
    if moment is not None:
        values["next_at"] = None
    found = session.execute(
        update(MailPreference)
        .where(MailPreference.patient_id == patient_id)
        .values(values)
        .returning(MailPreference.patient_id)
    )
    return found.first() is not None
