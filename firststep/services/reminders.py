"""Reminders of a patient: what they chose, which are due, and whether one may still go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select, update
from sqlalchemy.orm import Session

from firststep.models import Day, FootDay, MailPreference, OutboxMail, Patient, PushSubscription, Reminder, User
from firststep.services import outbox
from firststep.services.diary_fields import DAY_ANSWERS, FOOT_FIELDS
from firststep.services.diary_reading import read_logged_days
from firststep.services.mail_preferences import may_be_written_to
from firststep.services.reminder_times import LAST_OF_DAY, next_slot
from firststep.services.zones import local_day

MAIL_KINDS = ("reminder", "reminder_test")
# One that could not be sent for this long is left out: the hour was chosen for a reason.
LATEST = timedelta(minutes=90)


@dataclass(frozen=True, kw_only=True)
class Due:
    """A reminder whose moment has come, and whether somebody may get it as far as one statement can tell."""

    patient_id: UUID
    user_id: UUID
    at: datetime
    on: date
    number: int
    by_mail: bool
    wanted: bool


@dataclass(frozen=True, kw_only=True)
class MailState:
    """What became of the last mails: when one was taken, and why the newest was not."""

    sent_at: datetime | None
    error: str | None


def wishes_of(session: Session, patient_id: UUID) -> Reminder:
    """Return what the patient chose, or else the defaults as a row that is not stored."""
    found = session.get(Reminder, patient_id, populate_existing=True)
    return found or Reminder(patient_id=patient_id, by_mail=False, repeats=False, hour=20)


def save(session: Session, patient: Patient, *, by_mail: bool, hour: int, repeats: bool, now: datetime) -> None:
    """Store when and how the patient is reminded."""
    if not by_mail and mail_is_on(session, patient.id):
        outbox.drop_asked(session, patient.id, "reminder_test")
    wish = _stored(session, patient.id)
    wish.by_mail, wish.hour, wish.repeats = by_mail, hour, repeats
    replan(session, patient.id, now)


def switch_mail(session: Session, patient_id: UUID, now: datetime, *, on: bool) -> bool:
    """Switch only the mail on or off; False when there is nobody (any more) to do it for."""
    if not on:
        outbox.drop_asked(session, patient_id, "reminder_test")
    wish = session.get(Reminder, patient_id, populate_existing=True)
    if wish is None:
        return False
    wish.by_mail = on
    replan(session, patient_id, now)
    return True


def mail_is_on(session: Session, patient_id: UUID) -> bool:
    """Tell whether the patient chose mail."""
    return bool(session.scalar(select(Reminder.by_mail).where(Reminder.patient_id == patient_id)))


def replan(session: Session, patient_id: UUID, now: datetime) -> None:
    """Note when the next reminder is due, or that none is, after something about it changed."""
    wish = session.get(Reminder, patient_id)
    patient = session.get(Patient, patient_id)
    if wish is None or patient is None or patient.user is None:
        return
    session.flush()
    if wish.by_mail or has_devices(session, patient.user.id):
        last = (wish.last_on, wish.last_number or 1) if wish.last_on else None
        slot = next_slot(now, wish.hour, patient.user.time_zone, repeats=wish.repeats, after=last)
        wish.next_at, wish.next_on, wish.next_number = slot.at, slot.on, slot.number
    else:
        wish.next_at = wish.next_on = wish.next_number = None
    session.flush()


def next_possible(session: Session, wish: Reminder, zone_name: str, now: datetime) -> datetime | None:
    """Return when the next reminder can really come, as the days stand now; None when all are off.

    The plan itself keeps a day that is filled already: it may be emptied again before its hour.
    """
    on, at = wish.next_on, wish.next_at
    while on is not None and read_logged_days(session, wish.patient_id, first=on, last=on):
        slot = next_slot(now, wish.hour, zone_name, repeats=wish.repeats, after=(on, LAST_OF_DAY))
        on, at = slot.on, slot.at
    return at


def begin(session: Session, patient_id: UUID, now: datetime) -> None:
    """Plan reminders for a patient who just added a device."""
    _stored(session, patient_id)
    replan(session, patient_id, now)


def has_devices(session: Session, user_id: UUID) -> bool:
    """Tell whether any device of the person takes pushes."""
    return session.scalar(select(exists().where(PushSubscription.user_id == user_id))) is True


def due_reminders(session: Session, now: datetime, *, most: int) -> Sequence[Due]:
    """Return everybody's reminders whose moment has come, in one statement."""
    answered = or_(_answered(FootDay, FOOT_FIELDS), _answered(Day, DAY_ANSWERS))
    found = session.execute(
        select(
            Reminder.patient_id,
            Patient.user_id,
            Reminder.next_at,
            Reminder.next_on,
            Reminder.next_number,
            Reminder.by_mail,
            answered,
            Patient.diary_closed_at.is_not(None),
            User.active,
            MailPreference.suspended_at.is_not(None),
        )
        .join(Patient, Patient.id == Reminder.patient_id)
        .join(User, User.id == Patient.user_id)
        .outerjoin(MailPreference, MailPreference.patient_id == Patient.id)
        .where(Reminder.next_at <= now)
        .order_by(Reminder.next_at)
        .limit(most)
    )
    return [
        Due(
            patient_id=patient,
            user_id=user,
            at=at,
            on=on,
            number=number,
            by_mail=by_mail and not suspended,
            wanted=bool(active and not logged and not closed and now - at <= LATEST),
        )
        for patient, user, at, on, number, by_mail, logged, closed, active, suspended in found
        # The three are set together.
        if user is not None and at is not None and on is not None and number is not None
    ]


def note_due(session: Session, due: Due, now: datetime) -> bool:
    """Note the reminder for each way the person chose, and plan the next; False when nothing is to be sent."""
    wish = session.get(Reminder, due.patient_id, populate_existing=True, with_for_update=True)
    if wish is None or (wish.next_at, wish.next_on, wish.next_number) != (due.at, due.on, due.number):
        return False
    wish.last_on, wish.last_number = due.on, due.number
    if due.wanted:
        if due.by_mail:
            about = {"day": due.on.isoformat(), "number": due.number}
            key = f"reminder:{due.patient_id}:{due.on.isoformat()}:{due.number}"
            outbox.enqueue(session, kind="reminder", now=now, user_id=due.user_id, parameters=about, dedupe_key=key)
        session.execute(
            update(PushSubscription)
            .where(PushSubscription.user_id == due.user_id)
            .values(due_at=now, due_kind="reminder", due_on=due.on, due_number=due.number, tries=0)
        )
    replan(session, due.patient_id, now)
    return due.wanted


def note_test_mail(session: Session, user_id: UUID, now: datetime) -> None:
    """Note a test mail that the person asked for."""
    outbox.enqueue(session, kind="reminder_test", now=now, user_id=user_id, parameters={"asked": True})


def still_wanted(session: Session, user_id: UUID | None, day: date, now: datetime) -> User | None:
    """Return the person if the day is still today for them and empty: asked right before sending."""
    user = may_be_reminded(session, user_id)
    if user is None or user.patient is None or local_day(now, user.time_zone) != day:
        return None
    return None if read_logged_days(session, user.patient.id, first=day, last=day) else user


def may_be_reminded(session: Session, user_id: UUID | None) -> User | None:
    """Return the person if there is an open diary to remind them of."""
    user = session.get(User, user_id, populate_existing=True) if user_id else None
    if user is None or user.patient is None or user.patient.diary_closed_at is not None:
        return None
    return user if may_be_written_to(session, user) else None


def takes_mail(session: Session, patient_id: UUID) -> bool:
    """Tell whether the person's address has not refused mail for good."""
    preference = session.get(MailPreference, patient_id, populate_existing=True)
    return preference is None or preference.suspended_at is None


def mail_state(session: Session, user_id: UUID) -> MailState:
    """Return what became of the reminders by mail that the outbox still knows."""
    rows = session.execute(
        select(OutboxMail.state, OutboxMail.sent_at, OutboxMail.last_error)
        .where(OutboxMail.user_id == user_id, OutboxMail.kind.in_(MAIL_KINDS))
        .order_by(OutboxMail.created_at.desc())
    ).all()
    sent = [sent_at for _state, sent_at, _error in rows if sent_at is not None]
    newest = next((error for state, _sent, error in rows if state != "dropped"), None)
    return MailState(sent_at=max(sent, default=None), error=newest)


def _answered(table: type[Day] | type[FootDay], fields: Sequence[str]) -> ColumnElement[bool]:
    return exists().where(
        table.patient_id == Reminder.patient_id,
        table.day == Reminder.next_on,
        or_(*(getattr(table, name).is_not(None) for name in fields)),
    )


def _stored(session: Session, patient_id: UUID) -> Reminder:
    wish = session.get(Reminder, patient_id, populate_existing=True)
    if wish is None:
        wish = wishes_of(session, patient_id)
        session.add(wish)
        session.flush()
    return wish
