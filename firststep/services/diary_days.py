"""What the phone keeps of a diary, so that it opens without a connection: the last weeks as the wire tells them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from firststep.models import DiaryChange
from firststep.services.diary_entry import Entry, read_entries
from firststep.services.diary_events import Event, read_events
from firststep.services.diary_wire import day_values

DAYS_KEPT: Final = 60
#: What lies on the phone beside the answers: of the dated things only those that the daily form shows.
_SHOWN: Final = ("dose",)


def first_kept_day(today: date) -> date:
    """Return the first of the days that the phone is told of."""
    return today - timedelta(days=DAYS_KEPT - 1)


def read_kept_days(session: Session, patient_id: UUID, *, today: date) -> tuple[int, list[dict[str, object]]]:
    """Return the server's revision, and each of the last days of which anything is noted, in four statements.

    The revision is read first: what is written meanwhile is newer than it, never older.
    """
    newest = select(func.max(DiaryChange.seq)).where(DiaryChange.patient_id == patient_id)
    rev = session.scalar(newest) or 0
    # Whoever travels east may have entries of a day that has not come here.
    span = {"first": first_kept_day(today), "last": today + timedelta(days=1)}
    entries = read_entries(session, patient_id, **span)
    events: dict[date, list[Event]] = {}
    for event in read_events(session, patient_id, _SHOWN, **span):
        events.setdefault(event.day, []).append(event)
    days = sorted(entries.keys() | events.keys())
    return rev, [day_values(entries.get(day, Entry(day=day)), events.get(day, [])) for day in days]
