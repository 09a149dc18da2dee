"""Who may be counted in a practitioner's cohort, and what is read of each: nothing that a share does not give."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Result, func, select
from sqlalchemy.orm import Session

from firststep.clinical import visits as clinical
from firststep.clinical.cohort import Person
from firststep.clinical.diary import Arm, Diary
from firststep.models import ImportBatch, ImportedCase, ImportedCourse, Patient, RemovedVisit, Visit
from firststep.services.access import CountedShare, cohort_grants
from firststep.services.diary_reading import read_diary


def cohort_people(session: Session, practitioner_id: UUID, *, now: datetime) -> Iterator[Person]:
    """Go through the people who count for the practitioner at this moment, each once, without names.

    These are the cases of the practitioner's own sheets that nobody took over as theirs, and everybody with an active
    share that allows it: of those what the share shows, from its first day on.
    """
    shares = cohort_grants(session, practitioner_id, now=now)
    series = imported_series(session, practitioner_id)
    yield from case_people(session, practitioner_id, shares, series)
    for share in shares:
        diary = read_diary(session, share.patient_id, first=share.from_day)
        yield sharing_person(share, diary, series)


def sharing_person(share: CountedShare, diary: Diary, series: Mapping[UUID, clinical.VisitSeries]) -> Person:
    """Return somebody who shares, with the diary and what the practitioner's own sheets say of them."""
    visits = series.get(share.patient_id)
    # Visits of which the first are not shared would begin at a later one, as if that were the start.
    shared = visits is not None and (share.from_day is None or _first_day(visits) >= share.from_day)
    return Person(diary=diary, visits=(visits,) if visits and shared else (), side=share.side, onset_on=share.onset_on)


def _first_day(series: clinical.VisitSeries) -> date:
    """Return the first day that the series tells of."""
    days = [visit.day for visit in series.visits]
    return min([*days, series.starts_on] if series.starts_on else days, default=date.max)


def case_people(
    session: Session, practitioner_id: UUID, shares: Iterable[CountedShare], series: Mapping[UUID, clinical.VisitSeries]
) -> Iterator[Person]:
    """Go through the cases of the practitioner's sheets who do not share themselves and whom nobody took over."""
    sharing = {share.patient_id for share in shares}
    rows = session.execute(
        select(Patient.id, Patient.feet, Patient.onset_on)
        .join(ImportedCase, ImportedCase.patient_id == Patient.id)
        .where(ImportedCase.practitioner_id == practitioner_id, Patient.user_id.is_(None))
    )
    about = {patient_id: (feet, onset_on) for patient_id, feet, onset_on in rows if patient_id not in sharing}
    for patient_id, visits in series.items():
        if patient_id in about:
            side, onset_on = about[patient_id]
            yield Person(visits=(visits,), side=side, onset_on=onset_on)


def imported_series(session: Session, practitioner_id: UUID) -> dict[UUID, clinical.VisitSeries]:
    """Return the visits of each case of the practitioner's sheets, whichever batches they came in: three statements.

    The first start that a batch names counts; of sheets that find the fourth session in different ways, the surest.
    Somebody who removed a visit from before the first value that is left has none: it would stand for the baseline.
    """
    visits: dict[UUID, list[clinical.Visit]] = {}
    columns = (Visit.day, Visit.pain, Visit.session, Visit.nsaid, Visit.change)
    # A person may have taken over cases of several practitioners: each counts what stands in the own sheets.
    mine = (ImportedCase.practitioner_id == practitioner_id, ImportBatch.practitioner_id == practitioner_id)
    of_cases = (
        select(Visit.patient_id, *columns)
        .join(ImportedCase, ImportedCase.patient_id == Visit.patient_id)
        .join(ImportBatch, ImportBatch.id == Visit.batch_id)
    )
    for patient_id, *values in session.execute(of_cases.where(*mine)):
        visits.setdefault(patient_id, []).append(clinical.Visit._make(values))
    found: dict[UUID, clinical.VisitSeries] = {}
    for patient_id, arm, starts_on, sessions in session.execute(
        select(ImportedCase.patient_id, ImportedCourse.arm, ImportedCourse.starts_on, ImportBatch.sessions)
        .join(ImportedCourse, ImportedCourse.patient_id == ImportedCase.patient_id)
        .join(ImportBatch, ImportBatch.id == ImportedCourse.batch_id)
        .where(*mine)
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
    for patient_id, day in _first_removed(session, practitioner_id):
        series = found.pop(patient_id, None)
        if series is not None and day > _first_value(series):
            # Visits that are no longer all there are not counted up to the fourth.
            found_by = "unknown" if series.sessions == "counted" else series.sessions
            found[patient_id] = replace(series, sessions=found_by)
    return found


def _first_removed(session: Session, practitioner_id: UUID) -> Result[UUID, date]:
    """Return who removed visits of the practitioner's sheets, each with the first day of them."""
    of_sheets = select(RemovedVisit.patient_id, func.min(RemovedVisit.day))
    mine = of_sheets.where(RemovedVisit.practitioner_id == practitioner_id)
    return session.execute(mine.group_by(RemovedVisit.patient_id))


def _first_value(series: clinical.VisitSeries) -> date:
    """Return the day of the first pain that the series tells of."""
    return min((visit.day for visit in series.visits if visit.tenths is not None), default=date.max)
