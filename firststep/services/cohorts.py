"""Who may be counted in a practitioner's cohort, and what is read of each: nothing that a share does not give."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Final, TypedDict, cast
from uuid import UUID

from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from firststep.clinical import visits as clinical
from firststep.clinical.cohort import Person
from firststep.clinical.diary import Arm
from firststep.models import ImportBatch, ImportedCase, ImportedCourse, Patient, Share, Visit
from firststep.services.access import cohort_grants
from firststep.services.diary_reading import read_diary


def cohort_people(session: Session, practitioner_id: UUID, *, now: datetime) -> Iterator[Person]:
    """Go through the people who count for the practitioner at this moment, each once, without names.

    These are the cases of the practitioner's own sheets that nobody took over as theirs, and everybody with an active
    share that allows it: of those what the share shows, from its first day on.
    """
    series = imported_series(session, practitioner_id)
    sharing = {grant.patient_id: grant for grant in cohort_grants(session, practitioner_id, now=now)}
    about = _about(session, practitioner_id)
    for grant in sharing.values():
        diary = read_diary(session, grant.patient_id, first=grant.from_day)
        yield Person(diary=diary, visits=_as_visits(series.get(grant.patient_id)), **about[grant.patient_id])
    taken_over = set(session.scalars(_TAKEN_OVER.where(ImportedCase.practitioner_id == practitioner_id)))
    for patient_id, visits in series.items():
        if patient_id not in sharing and patient_id not in taken_over:
            yield Person(visits=_as_visits(visits), **about[patient_id])


class _About(TypedDict):
    side: str | None
    onset_on: date | None


_TAKEN_OVER: Final = (
    select(ImportedCase.patient_id)
    .join(Patient, Patient.id == ImportedCase.patient_id)
    .where(Patient.user_id.is_not(None))
)


def _as_visits(series: clinical.VisitSeries | None) -> tuple[clinical.VisitSeries, ...]:
    return () if series is None else (series,)


def _about(session: Session, practitioner_id: UUID) -> dict[UUID, _About]:
    """Return what each person of the practitioner said at the beginning, in one statement."""
    sharing = select(Share.patient_id).where(Share.practitioner_id == practitioner_id)
    cases = select(ImportedCase.patient_id).where(ImportedCase.practitioner_id == practitioner_id)
    rows = select(Patient.id, Patient.feet, Patient.onset_on).where(Patient.id.in_(union_all(sharing, cases)))
    return {patient_id: _About(side=feet, onset_on=onset) for patient_id, feet, onset in session.execute(rows)}


def imported_series(session: Session, practitioner_id: UUID) -> dict[UUID, clinical.VisitSeries]:
    """Return the visits of each case of the practitioner's sheets, whichever batches they came in: two statements.

    The first start that a batch names counts; of sheets that find the fourth session in different ways, the surest.
    """
    visits: dict[UUID, list[clinical.Visit]] = {}
    columns = (Visit.day, Visit.pain, Visit.session, Visit.nsaid, Visit.change)
    mine = ImportedCase.practitioner_id == practitioner_id
    of_cases = select(Visit.patient_id, *columns).join(ImportedCase, ImportedCase.patient_id == Visit.patient_id)
    for patient_id, *values in session.execute(of_cases.where(mine)):
        visits.setdefault(patient_id, []).append(clinical.Visit._make(values))
    found: dict[UUID, clinical.VisitSeries] = {}
    for patient_id, arm, starts_on, sessions in session.execute(
        select(ImportedCase.patient_id, ImportedCourse.arm, ImportedCourse.starts_on, ImportBatch.sessions)
        .join(ImportedCourse, ImportedCourse.patient_id == ImportedCase.patient_id)
        .join(ImportBatch, ImportBatch.id == ImportedCourse.batch_id)
        .where(mine)
        .order_by(ImportBatch.imported_at, ImportBatch.id)
    ):
        before = found.get(patient_id)
        # The table checks both words.
        found_by = cast(clinical.Sessions, sessions)
        found[patient_id] = clinical.VisitSeries(
            arm=cast(Arm, arm),
            visits=tuple(visits.get(patient_id, ())),
            starts_on=before.starts_on or starts_on if before else starts_on,
            sessions=min(before.sessions if before else found_by, found_by, key=clinical.SESSIONS.index),
        )
    return found
