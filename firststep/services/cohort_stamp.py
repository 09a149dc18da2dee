"""What a cohort is computed from, as two hashes: another consent or entry is another hash.

The diaries are not read for it: the revision of each person's newest change stands for all that is in them, because a
diary changes by changes only, which are numbered in the order in which they are stored. Whole columns are hashed as the
database gives them, since there may be thousands of people.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from firststep.clinical.cohort import RULE_VERSIONS
from firststep.models import (
    DiaryChange,
    Episode,
    ImportBatch,
    ImportedCase,
    ImportedCourse,
    Patient,
    Share,
    User,
    Visit,
)
from firststep.services.access import open_to
from firststep.services.whole_columns import json_list
from firststep.services.zones import local_day


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """``consents`` is of the shares that may be counted and of the day, ``data`` of all else; ``people`` is how many.

    ``people`` are those who share and the cases of sheets, whether or not they count in the end.
    """

    consents: str
    data: str
    people: int


def cohort_stamp(session: Session, practitioner_id: UUID, *, now: datetime) -> Stamp:
    """Return the stamp of what the running transaction sees."""
    share_ids, from_days, until_days, zones, *of_sharing = _columns(session, _sharing(practitioner_id))
    courses = _columns(session, _courses(practitioner_id))
    cases, *of_cases = _columns(session, _cases(practitioner_id))
    visits = _columns(session, _visits(practitioner_id))
    # A share is over when its last day is, where its patient lives.
    days = sorted(local_day(now, name or "UTC").isoformat() for name in set(orjson.loads(zones)))
    return Stamp(
        consents=_hash(now.date().isoformat(), *days, share_ids, from_days, until_days, zones),
        data=_hash(*RULE_VERSIONS, *of_sharing, *courses, cases, *of_cases, *visits),
        people=len(orjson.loads(share_ids)) + len(set(orjson.loads(cases))),
    )


def _hash(*parts: str) -> str:
    return sha256("\n".join(parts).encode()).hexdigest()


def _columns(session: Session, rows: Select[*tuple[Any, ...]]) -> list[str]:
    """Return each column of the rows, which are in an order of their own, as one JSON text."""
    inner = rows.subquery()
    return list(session.execute(select(*(json_list(column) for column in inner.c))).one())


def _sharing(practitioner_id: UUID) -> Select[*tuple[Any, ...]]:
    newest = select(func.max(DiaryChange.seq)).where(DiaryChange.patient_id == Share.patient_id).correlate(Share)
    return _shares(
        practitioner_id,
        *(Share.id, Share.from_day, Share.until_on, User.time_zone),
        *(Share.patient_id, Patient.feet, Patient.onset_on, newest.scalar_subquery().label("newest")),
    ).order_by(Share.id)


def _courses(practitioner_id: UUID) -> Select[*tuple[Any, ...]]:
    of = _shares(practitioner_id, Episode.patient_id, Episode.arm, Episode.starts_on)
    return of.join(Episode, Episode.patient_id == Share.patient_id).order_by(Episode.id)


def _shares(practitioner_id: UUID, *columns: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(*columns)
        .select_from(Share)
        .join(Patient, Patient.id == Share.patient_id)
        .outerjoin(User, User.id == Patient.user_id)
        .where(Share.cohort_use, *open_to(practitioner_id))
    )


def _cases(practitioner_id: UUID) -> Select[*tuple[Any, ...]]:
    """Select each course of a case; visits are added and taken out, and never changed."""
    of_case = (ImportedCase.patient_id, Patient.user_id, Patient.feet, Patient.onset_on)
    of_course = (ImportedCourse.batch_id, ImportedCourse.arm, ImportedCourse.starts_on, ImportBatch.sessions)
    return (
        select(*of_case, *of_course)
        .join(Patient, Patient.id == ImportedCase.patient_id)
        .outerjoin(ImportedCourse, ImportedCourse.patient_id == ImportedCase.patient_id)
        .outerjoin(ImportBatch, ImportBatch.id == ImportedCourse.batch_id)
        .where(ImportedCase.practitioner_id == practitioner_id)
        .order_by(ImportedCase.patient_id, ImportedCourse.batch_id)
    )


def _visits(practitioner_id: UUID) -> Select[*tuple[Any, ...]]:
    return (
        select(Visit.patient_id, Visit.batch_id, func.count().label("visits"))
        .join(ImportedCase, ImportedCase.patient_id == Visit.patient_id)
        .where(ImportedCase.practitioner_id == practitioner_id)
        .group_by(Visit.patient_id, Visit.batch_id)
        .order_by(Visit.patient_id, Visit.batch_id)
    )
