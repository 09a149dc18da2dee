"""Decides whose letter is due, and notes it in the outbox once per person and week, or month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from firststep.clinical.week import DAYS_IN_WEEK, Month, Week, month_with, week_of
from firststep.models import MailPreference, Patient
from firststep.services.digest import count_logged_days
from firststep.services.mail_preferences import (
    EMPTY_WEEKS_BEFORE_REST,
    Reader,
    find_reader,
    may_be_written_to,
    plan,
    slot_to_tell,
)
from firststep.services.mail_schedule import LATEST, spread
from firststep.services.outbox import enqueue
from firststep.services.zones import local_day, zone

Outcome = Literal["letter", "question", "nothing_logged"]


@dataclass(frozen=True, kw_only=True)
class DueLetter:
    """What a person's slot brings: a letter, the one question, or nothing as nothing was logged."""

    patient_id: UUID
    email: str
    time_zone: str
    slot_at: datetime
    send_at: datetime
    told: Week | Month
    days_logged: int
    outcome: Outcome
    # When the worker will look at this person, where it has planned that: later than the slot where it began later.
    planned_at: datetime | None = None


def due_at(session: Session, now: datetime) -> list[DueLetter]:
    """Return what falls due by this moment for anybody, as if the worker had waited until now."""
    ids = session.scalars(
        select(MailPreference.patient_id)
        .join(Patient, Patient.id == MailPreference.patient_id)
        .where(MailPreference.weekly, Patient.user_id.is_not(None))
    ).all()
    readers = (find_reader(session, patient_id) for patient_id in ids)
    found = (_due_letter(session, reader, reader.slots.last_until(now), now) for reader in readers if reader)
    return sorted((letter for letter in found if letter), key=lambda letter: (letter.send_at, letter.email))


def handle_due(session: Session, patient_id: UUID, now: datetime) -> Outcome | None:
    """Note this person's letter if one is due, and plan the next; None when nothing is due."""
    reader = find_reader(session, patient_id)
    if reader is None:
        return None
    slot = slot_to_tell(reader, now)
    due = _due_letter(session, reader, slot, now)
    if due is not None:
        _note(session, reader, due, now)
    plan(session, reader, now)
    return due.outcome if due else None


def next_letter(reader: Reader, now: datetime) -> tuple[date, Week | Month] | None:
    """Return on which local day the next letter is due, and about which days; None where none is planned."""
    moment = reader.preference.next_at
    if moment is None or moment <= now:
        return None
    while _is_told(reader, told := reader.told_at(moment)):
        moment = reader.slots.next_after(moment)
    return local_day(moment, reader.user.time_zone), told


def note_letter(session: Session, reader: Reader, now: datetime) -> Literal["noted", "known", "nothing_logged"]:
    """Note a letter about the last whole week or month that the person asked for; one in ten minutes is enough.

    Who changed meanwhile what the letter is about, or how much it says, wants to see that one too.
    """
    told = reader.told_at(now)
    if not count_logged_days(session, reader.patient.id, told):
        return "nothing_logged"
    noted = enqueue(
        session,
        kind="weekly_summary",
        now=now,
        user_id=reader.user.id,
        parameters={**_parameters(told), "asked": True},
        dedupe_key=f"asked:{reader.patient.id}:{told.first}:{reader.preference.level}:{int(now.timestamp()) // 600}",
    )
    return "noted" if noted else "known"


def _due_letter(session: Session, reader: Reader, slot: datetime, now: datetime) -> DueLetter | None:
    if not reader.is_on or now - slot > LATEST or not may_be_written_to(session, reader.user):
        return None
    told = reader.told_at(slot)
    if _is_told(reader, told):
        return None
    days_logged = count_logged_days(session, reader.patient.id, told)
    return DueLetter(
        patient_id=reader.patient.id,
        email=reader.user.email,
        time_zone=reader.user.time_zone,
        slot_at=slot,
        send_at=spread(slot, reader.patient.id, reader.user.time_zone),
        told=told,
        days_logged=days_logged,
        outcome=_outcome(reader, told, days_logged),
        planned_at=reader.preference.next_at,
    )


def _is_told(reader: Reader, told: Week | Month) -> bool:
    """Tell whether a letter was due for these days before: it does not come again after a change of day or rhythm."""
    before = reader.preference.last_week_on
    return before is not None and week_of(before).last >= told.last


def _outcome(reader: Reader, told: Week | Month, days_logged: int) -> Outcome:
    if days_logged:
        return "letter"
    asks = not reader.rests and reader.preference.empty_weeks + _whole_weeks(reader, told) >= EMPTY_WEEKS_BEFORE_REST
    return "question" if asks else "nothing_logged"


def _whole_weeks(reader: Reader, told: Week | Month) -> int:
    """Return how many whole weeks of the days the person could have logged: none of before the account was there."""
    came_on = reader.user.created_at.astimezone(zone(reader.user.time_zone)).date()
    return sum(day >= came_on for day in told.days) // DAYS_IN_WEEK


def _note(session: Session, reader: Reader, due: DueLetter, now: datetime) -> None:
    wish = reader.preference
    # The mail first: it takes the account's row, then the wish's, which is the order of whoever deletes the account.
    if due.outcome == "letter":
        _enqueue(session, "weekly_summary", wish.rhythm, due, reader, now)
        wish.empty_weeks, wish.paused_at = 0, None
    else:
        if due.outcome == "question":
            _enqueue(session, "weekly_question", "question", due, reader, now)
            wish.paused_at = now
        wish.empty_weeks += _whole_weeks(reader, due.told)
    wish.last_week_on = due.told.last - timedelta(days=DAYS_IN_WEEK - 1)


def _enqueue(session: Session, kind: str, prefix: str, due: DueLetter, reader: Reader, now: datetime) -> None:
    enqueue(
        session,
        kind=kind,
        now=now,
        user_id=reader.user.id,
        parameters=_parameters(due.told),
        dedupe_key=f"{prefix}:{due.patient_id}:{due.told.first.isoformat()}",
    )


def _parameters(told: Week | Month) -> dict[str, str]:
    return {"month" if isinstance(told, Month) else "week": told.first.isoformat()}


def told_by(parameters: Mapping[str, Any]) -> Week | Month:
    """Return the days that a noted letter is about."""
    if "month" in parameters:
        return month_with(date.fromisoformat(parameters["month"]))
    return week_of(date.fromisoformat(parameters["week"]))
