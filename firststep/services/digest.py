"""What a weekly letter says, worked out from the diary when it is written."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from firststep.services.diary_reading import read_logged_days
from firststep.services.mail_schedule import Week


@dataclass(frozen=True, kw_only=True)
class Digest:
    """One person's week: without figures it tells only how many days were logged."""

    week: Week
    days_logged: int
    figures: Figures | None


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What the detailed letter adds."""


def make_digest(session: Session, patient_id: UUID, week: Week, *, detailed: bool) -> Digest:
    """Return what the letter about this week says."""
    logged = read_logged_days(session, patient_id, first=week.first, last=week.last)
    return Digest(week=week, days_logged=len(logged), figures=None)
