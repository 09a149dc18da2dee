"""What a chart is made from: the diary, and which entries were made later from memory. Four statements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from firststep.clinical.diary import Diary
from firststep.models import FootDay
from firststep.services.diary_reading import read_diary


@dataclass(frozen=True, kw_only=True)
class Course:
    """One person's diary and its recalled entries, as far as the reader may see it."""

    diary: Diary
    recalled: frozenset[tuple[date, str]]


def read_course(session: Session, patient_id: UUID, *, first: date | None = None, last: date | None = None) -> Course:
    """Return the course between two days, or all of it."""
    recalled = select(FootDay.day, FootDay.foot).where(FootDay.patient_id == patient_id, FootDay.first_step_recalled)
    if first is not None:
        recalled = recalled.where(FootDay.day >= first)
    return Course(
        diary=read_diary(session, patient_id, first=first, last=last),
        recalled=frozenset((day, foot) for day, foot in session.execute(recalled)),
    )
