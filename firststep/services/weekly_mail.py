"""Decides whose weekly letter is due, and notes it in the outbox once per person and week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from firststep.models import MailPreference, Patient
from firststep.services.digest import count_logged_days
from firststep.services.mail_preferences import (
    EMPTY_WEEKS_BEFORE_REST,
    Reader,
    find_reader,
    may_be_written_to,
    plan,
    week_to_tell,
)
from firststep.services.mail_schedule import LATEST, last_complete_week, spread
from firststep.services.outbox import enqueue

Outcome = Literal["letter", "question", "nothing_logged"]


@dataclass(frozen=True, kw_only=True)
class DueLetter:
    """What a person's slot brings: a letter, the one question, or nothing as nothing was logged."""

    patient_id: UUID
    email: str
    time_zone: str
    slot_at: datetime
    send_at: datetime
    week_first: date
    week_last: date
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
    slot, _first = week_to_tell(reader, now)
    due = _due_letter(session, reader, slot, now)
    if due is not None:
        _note(session, reader, due, now)
    plan(session, reader, now)
    return due.outcome if due else None


def note_letter(session: Session, reader: Reader, now: datetime) -> Literal["noted", "known", "nothing_logged"]:
    """Note a letter about the last complete week that the person asked for; one in ten minutes is enough."""
    week = last_complete_week(now, reader.user.time_zone, reader.user.week_starts_on)
    if not count_logged_days(session, reader.patient.id, week):
        return "nothing_logged"
    noted = enqueue(
        session,
        kind="weekly_summary",
        now=now,
        user_id=reader.user.id,
        parameters={"week": week.first.isoformat(), "asked": True},
        dedupe_key=f"asked:{reader.patient.id}:{int(now.timestamp()) // 600}",
    )
    return "noted" if noted else "known"


def _due_letter(session: Session, reader: Reader, slot: datetime, now: datetime) -> DueLetter | None:
    if not reader.is_on or now - slot > LATEST or not may_be_written_to(session, reader.user):
        return None
    week = last_complete_week(slot, reader.user.time_zone, reader.user.week_starts_on)
    told = reader.preference.last_week_on
    if told is not None and told >= week.first:
        return None
    days_logged = count_logged_days(session, reader.patient.id, week)
    return DueLetter(
        patient_id=reader.patient.id,
        email=reader.user.email,
        time_zone=reader.user.time_zone,
        slot_at=slot,
        send_at=spread(slot, reader.patient.id, reader.user.time_zone),
        week_first=week.first,
        week_last=week.last,
        days_logged=days_logged,
        outcome=_outcome(reader, days_logged),
        planned_at=reader.preference.next_at,
    )


def _outcome(reader: Reader, days_logged: int) -> Outcome:
    if days_logged:
        return "letter"
    asks = not reader.rests and reader.preference.empty_weeks + 1 >= EMPTY_WEEKS_BEFORE_REST
    return "question" if asks else "nothing_logged"


def _note(session: Session, reader: Reader, due: DueLetter, now: datetime) -> None:
    wish = reader.preference
    wish.last_week_on = due.week_first
    if due.outcome == "letter":
        wish.empty_weeks, wish.paused_at = 0, None
        _enqueue(session, "weekly_summary", "weekly", due, reader, now)
        return
    wish.empty_weeks += 1
    if due.outcome == "question":
        wish.paused_at = now
        _enqueue(session, "weekly_question", "question", due, reader, now)


def _enqueue(session: Session, kind: str, prefix: str, due: DueLetter, reader: Reader, now: datetime) -> None:
    enqueue(
        session,
        kind=kind,
        now=now,
        user_id=reader.user.id,
        parameters={"week": due.week_first.isoformat()},
        dedupe_key=f"{prefix}:{due.patient_id}:{due.week_first.isoformat()}",
    )
