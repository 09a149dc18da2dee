"""Which days are asked about because nothing was entered, and which of them the person leaves empty."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta

from sqlalchemy.orm import Session

from firststep.clinical.adherence import PauseDays
from firststep.models import Patient
from firststep.services.diary_reading import strip_range


def missed_days(
    logged: Collection[date], *, today: date, left_until: date | None = None, pauses: Iterable[PauseDays] = ()
) -> list[date]:
    """Return the empty days between the last logged one before today and today, the oldest first.

    ``logged`` are those of the last 14 days: without one there is nothing to fill a gap after. Days up to
    ``left_until`` stay empty, as the person said, and those of a pause are not missed.
    """
    first, _last = strip_range(today)
    before = [day for day in logged if first <= day < today]
    if not before:
        return []
    asked_from = max(before) + timedelta(days=1)
    days = [asked_from + timedelta(days=number) for number in range((today - asked_from).days)]
    return open_days(days, logged=before, left_until=left_until, pauses=pauses)


def open_days(
    days: Iterable[date], *, logged: Collection[date], left_until: date | None, pauses: Iterable[PauseDays]
) -> list[date]:
    """Return those of the days that may be asked about: empty, after the first entry, and neither left nor a pause."""
    pauses, began_on = tuple(pauses), min(logged, default=date.max)
    return [
        day
        for day in days
        if day > began_on
        and day not in logged
        and (left_until is None or day > left_until)
        and not any(pause.holds(day) for pause in pauses)
    ]


def leave_empty(session: Session, patient: Patient, until: date) -> None:
    """Ask no more about empty days up to this one."""
    if patient.left_empty_until is None or patient.left_empty_until < until:
        patient.left_empty_until = until
        session.flush()
