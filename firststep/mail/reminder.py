"""The reminder of today's check-in: neutral words, one button, and nothing about anybody's health."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from firststep.mail.message import Letter
from firststep.mail.unsubscribing import unsubscribe_link
from firststep.mail.writing import link_to, write_letter
from firststep.models import OutboxMail, User
from firststep.services import reminders


def build(session: Session, row: OutboxMail, now: datetime) -> Letter | None:
    """Write the reminder, unless the day is answered or over, or the person does not want it any more."""
    user = reminders.still_wanted(session, row.user_id, date.fromisoformat(row.parameters["day"]), now)
    if user is None or user.patient is None or not reminders.mail_is_on(session, user.patient.id):
        return None
    return _letter(session, user)


def build_test(session: Session, row: OutboxMail, _now: datetime) -> Letter | None:
    """Write the same mail because the person asked to see it."""
    user = reminders.may_be_reminded(session, row.user_id)
    return _letter(session, user) if user is not None else None


def _letter(session: Session, user: User) -> Letter | None:
    if user.patient is None or not reminders.takes_mail(session, user.patient.id):
        return None
    return write_letter(
        "reminder",
        to=user.email,
        locale=user.locale,
        list_unsubscribe=unsubscribe_link(user.patient.id, "reminder"),
        log_url=link_to("diary.today"),
        reminders_url=link_to("reminders.settings"),
    )
