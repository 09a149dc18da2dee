"""What the phone keeps of a diary, so that it opens without a connection: the last weeks as the wire tells them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from firststep.models import DiaryChange
from firststep.services.care_and_events import read_care_and_events
from firststep.services.diary_entry import Entry, read_entries
from firststep.services.diary_events import Event
from firststep.services.diary_wire import day_values

DAYS_KEPT: Final = 60
#: How far ahead the phone is told of what lasts: so long it knows it without a connection.
DAYS_AHEAD: Final = 30
#: What lies on the phone beside the answers: of the dated things only those that the daily form shows or asks by.
_DOSE, _PLAN, _PAUSE = _READ = ("dose", "plan", "pause")


@dataclass(frozen=True, kw_only=True)
class KeptDays:
    """What the phone keeps: the server's revision, each day of which anything is noted, and what lasts around them.

    ``plans`` and ``pauses`` are those that hold one of the days that are kept, or one of the next `DAYS_AHEAD`.
    """

    rev: int
    days: list[dict[str, object]]
    plans: list[Event]
    pauses: list[Event]


def first_kept_day(today: date) -> date:
    """Return the first of the days that the phone is told of."""
    return today - timedelta(days=DAYS_KEPT - 1)


def last_told_day(today: date) -> date:
    """Return the last of the days of which the phone is told what a plan asks for."""
    return today + timedelta(days=DAYS_AHEAD)


def read_kept_days(session: Session, patient_id: UUID, *, today: date) -> KeptDays:
    """Return what the phone keeps on a day, in four statements.

    The revision is read first: what is written meanwhile is newer than it, never older.
    """
    newest = select(func.max(DiaryChange.seq)).where(DiaryChange.patient_id == patient_id)
    rev = session.scalar(newest) or 0
    # Whoever travels east may have entries of a day that has not come here.
    first, last = first_kept_day(today), today + timedelta(days=1)
    entries = read_entries(session, patient_id, first=first, last=last)
    _care, events = read_care_and_events(session, patient_id, _READ, first=first, last=last_told_day(today))
    doses: dict[date, list[Event]] = {}
    for dose in events:
        if dose.kind == _DOSE and dose.day <= last:
            doses.setdefault(dose.day, []).append(dose)
    days = sorted(entries.keys() | doses.keys())
    return KeptDays(
        rev=rev,
        days=[day_values(entries.get(day, Entry(day=day)), doses.get(day, [])) for day in days],
        plans=[event for event in events if event.kind == _PLAN],
        pauses=[event for event in events if event.kind == _PAUSE],
    )
