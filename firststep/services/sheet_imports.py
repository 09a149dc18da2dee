"""Batches of visits from practices' sheets: stored whole, recognised when they come again, and undone."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from firststep.models import ImportBatch, ImportedCase, ImportedCourse, Patient, Practitioner, RemovedVisit, Visit
from firststep.services import access, audit, practices
from firststep.services.audit import Actor
from firststep.sheets.cells import Reason
from firststep.sheets.reading import Case, Reading, Reported, SheetVisit

_MOST_MAPPINGS: Final = 20


@dataclass(frozen=True, kw_only=True)
class Stored:
    """What became of a reading. ``batch_id`` is None where there was nothing new.

    ``already_there`` are rows whose person has a visit on that day from an earlier sheet, or removed it; ``differing``
    those of them that say something else than that visit does. ``conflicts`` say a different arm or start than an
    earlier sheet, or are about somebody who took the case over and does not share with the practitioner now. None of
    these changes anything. ``claimed`` are the people who took a case over and get visits.
    """

    batch_id: UUID | None
    cases_added: int
    visits_added: int
    already_there: tuple[int, ...]
    conflicts: tuple[Reported, ...]
    differing: tuple[int, ...] = ()
    claimed: tuple[UUID, ...] = ()


class _Told(NamedTuple):
    """What a visit says beside its day."""

    tenths: int | None
    session: int | None
    nsaid: str | None
    change: str | None
    note: str | None


@dataclass
class _Known:
    """What earlier sheets say about a case."""

    patient_id: UUID
    arm: str
    starts_on: date | None
    claimed: bool = False
    #: What the visit of each day says; None is one that its person removed.
    days: dict[date, _Told | None] = field(default_factory=dict)


@dataclass
class _New:
    """What a sheet adds, table by table."""

    patients: list[dict[str, Any]] = field(default_factory=list)
    cases: list[dict[str, Any]] = field(default_factory=list)
    courses: list[dict[str, Any]] = field(default_factory=list)
    visits: list[dict[str, Any]] = field(default_factory=list)


def store_reading(
    session: Session,
    practitioner_id: UUID,
    reading: Reading,
    *,
    data: bytes,
    mapping: Mapping[str, Any],
    now: datetime,
    actor: Actor | None = None,
) -> Stored:
    """Add what the reading says that is not there yet, as one batch, in the running transaction.

    To a case that a person took over only ``actor`` adds, while that person shares; it stands in their trail.

    Of ``data``, the file, only the SHA-256 is kept; ``mapping`` is the decoded MAP.json, which the practice remembers.
    """
    lock_imports(session, practitioner_id)
    if actor is not None:
        # A stop that was before it in the trail is seen.
        for patient_id in sorted(_claimed_of(session, practitioner_id)):
            audit.lock_trail(session, patient_id)
    batch_id = uuid4()
    sharing = access.sharing_patients(session, practitioner_id, now=now) if actor else set()
    stored, new = _compare(session, practitioner_id, reading, sharing, batch_id=batch_id, now=now)
    if actor is not None:
        for patient_id in stored.claimed:
            audit.record(session, actor, patient_id, "visits_imported")
    if new.courses:
        _write(session, _batch(batch_id, practitioner_id, reading, stored.visits_added, data, mapping, now), new)
        practices.remember_mapping(session, practitioner_id, mapping)
    return stored


def foresee_reading(session: Session, practitioner_id: UUID, reading: Reading, *, now: datetime) -> Stored:
    """Return what ``store_reading`` would answer at this moment, under the number of no batch, and store nothing."""
    sharing = access.sharing_patients(session, practitioner_id, now=now)
    return _compare(session, practitioner_id, reading, sharing, batch_id=uuid4(), now=now)[0]


def _compare(
    session: Session,
    practitioner_id: UUID,
    reading: Reading,
    sharing: Collection[UUID],
    *,
    batch_id: UUID,
    now: datetime,
) -> tuple[Stored, _New]:
    """Return what becomes of the reading, and the rows that it adds as this batch; ``sharing`` may get visits."""
    known = _known_cases(session, practitioner_id)
    new = _New()
    already_there: list[int] = []
    differing: list[int] = []
    conflicts: list[Reported] = []
    claimed: list[UUID] = []
    for case in reading.cases:
        before = known.get(case.key)
        if before is not None and before.claimed and before.patient_id not in sharing:
            conflicts += _reported(case, "patient", "not_shared", case.alias)
            continue
        if before is not None and (column := _contradicts(case, before)):
            conflicts += _reported(case, column, "conflict", case.arm if column == "arm" else str(case.starts_on))
            continue
        days = before.days if before else {}
        visits = [one for one in case.visits if one.visit.day not in days]
        already_there += [one.row for one in case.visits if one.visit.day in days]
        differing += [one.row for one in case.visits if _says_else(one, days.get(one.visit.day))]
        if before is None or visits or (case.starts_on and not before.starts_on):
            _add(new, case, visits, before, batch_id=batch_id, practitioner_id=practitioner_id, now=now)
            claimed += [before.patient_id] if before is not None and before.claimed else []
    stored = Stored(
        batch_id=batch_id if new.courses else None,
        cases_added=len(new.cases),
        visits_added=len(new.visits),
        already_there=tuple(sorted(set(already_there))),
        conflicts=tuple(conflicts),
        differing=tuple(sorted(set(differing))),
        claimed=tuple(claimed),
    )
    return stored, new


def undo_batch(session: Session, practitioner_id: UUID, batch_id: UUID, *, now: datetime) -> int:
    """Take out what the batch added and return how many visits that were; NoResultFound for another's batch.

    A case that only this batch knew goes with it; what other batches added stays, and so does what a person took over:
    it is theirs, whether they share or not. Undone again, nothing happens.
    """
    lock_imports(session, practitioner_id)
    mine = select(ImportBatch).where(ImportBatch.id == batch_id, ImportBatch.practitioner_id == practitioner_id)
    batch = session.scalars(mine.execution_options(populate_existing=True)).one()
    if batch.undone_at is not None:
        return 0
    theirs = _claimed_of(session, practitioner_id)
    of_batch = delete(Visit).where(Visit.batch_id == batch_id, Visit.patient_id.not_in(theirs))
    removed = session.scalars(of_batch.returning(Visit.id)).all()
    courses = delete(ImportedCourse).where(ImportedCourse.batch_id == batch_id)
    session.execute(courses.where(ImportedCourse.patient_id.not_in(theirs)))
    left_alone = (
        select(ImportedCase.patient_id)
        .outerjoin(ImportedCourse, ImportedCourse.patient_id == ImportedCase.patient_id)
        .where(
            ImportedCase.practitioner_id == practitioner_id,
            ImportedCourse.patient_id.is_(None),
        )
    )
    alone = session.scalars(left_alone).all()
    session.execute(delete(Patient).where(Patient.id.in_(alone), Patient.user_id.is_(None)))
    batch.undone_at = now
    session.flush()
    session.expire_all()
    return len(removed)


def visits_left(session: Session, batch_id: UUID) -> int:
    """Return how many visits of the batch there are: of an undone one those that people took over."""
    return session.scalar(select(func.count()).select_from(Visit).where(Visit.batch_id == batch_id)) or 0


def list_batches(session: Session, practitioner_id: UUID) -> Sequence[ImportBatch]:
    """Return the practitioner's batches, the newest first, undone ones too."""
    mine = select(ImportBatch).where(ImportBatch.practitioner_id == practitioner_id)
    return session.scalars(mine.order_by(ImportBatch.imported_at.desc(), ImportBatch.id)).all()


def remembered_mappings(session: Session, practitioner_id: UUID) -> list[dict[str, Any]]:
    """Return the different mappings that the practitioner used, the newest first, then those of the practice."""
    found: list[dict[str, Any]] = []
    own = [batch.mapping for batch in list_batches(session, practitioner_id)]
    for mapping in (*own, *practices.remembered_mappings(session, practitioner_id)):
        if mapping not in found:
            found.append(mapping)
    return found[:_MOST_MAPPINGS]


def lock_imports(session: Session, practitioner_id: UUID) -> None:
    """Let one import, undo or claim of a practitioner's cases follow the other; SQLite's transactions do so anyway."""
    session.execute(select(Practitioner.id).where(Practitioner.id == practitioner_id).with_for_update()).one()


def _claimed_of(session: Session, practitioner_id: UUID) -> set[UUID]:
    """Return the people who took over a case of the practitioner."""
    claimed = select(ImportedCase.patient_id).where(
        ImportedCase.practitioner_id == practitioner_id, ImportedCase.claimed_at.is_not(None)
    )
    return set(session.scalars(claimed))


def _known_cases(session: Session, practitioner_id: UUID) -> dict[str, _Known]:
    """Return what is there by alias key: the arm, the first start that a batch names, and the days with a visit.

    A visit that its person removed counts as there, so that it does not come back.
    """
    rows = session.execute(
        select(
            *(ImportedCase.alias_key, ImportedCase.patient_id, ImportedCase.claimed_at),
            *(ImportedCourse.arm, ImportedCourse.starts_on),
        )
        .join(ImportedCourse, ImportedCourse.patient_id == ImportedCase.patient_id)
        .join(ImportBatch, ImportBatch.id == ImportedCourse.batch_id)
        # Somebody may have taken over a case of another practitioner too.
        .where(ImportedCase.practitioner_id == practitioner_id, ImportBatch.practitioner_id == practitioner_id)
        .order_by(ImportBatch.imported_at, ImportBatch.id)
    )
    known: dict[str, _Known] = {}
    of_patient: dict[UUID, _Known] = {}
    for key, patient_id, claimed_at, arm, starts_on in rows:
        one = known.setdefault(key, _Known(patient_id, arm, starts_on, claimed_at is not None))
        one.starts_on = one.starts_on or starts_on
        of_patient[patient_id] = one
    removed = select(RemovedVisit.patient_id, RemovedVisit.day)
    for patient_id, day in session.execute(removed.where(RemovedVisit.practitioner_id == practitioner_id)):
        if patient_id in of_patient:
            of_patient[patient_id].days[day] = None
    said = (Visit.pain, Visit.session, Visit.nsaid, Visit.change, Visit.note)
    visits = select(Visit.patient_id, Visit.day, *said).join(ImportBatch, ImportBatch.id == Visit.batch_id)
    for patient_id, day, pain, number, nsaid, change, note in session.execute(
        visits.where(ImportBatch.practitioner_id == practitioner_id)
    ):
        if patient_id in of_patient:
            of_patient[patient_id].days[day] = _Told(pain, number, nsaid, change, note)
    return known


def _says_else(one: SheetVisit, before: _Told | None) -> bool:
    """Tell whether a row says something that the visit of an earlier sheet does not; an empty cell says nothing."""
    told = _Told(*one.visit[1:], one.note)
    return before is not None and any(new is not None and new != old for new, old in zip(told, before, strict=True))


def _contradicts(case: Case, before: _Known) -> str:
    """Return the column in which the sheet says something else than an earlier one, "" where it does not."""
    if case.arm != before.arm:
        return "arm"
    return "start" if case.starts_on and before.starts_on and case.starts_on != before.starts_on else ""


def _reported(case: Case, column: str, reason: Reason, value: str) -> list[Reported]:
    rows = sorted({one.row for one in case.visits})
    return [Reported(row=row, column=column, reason=reason, value=value) for row in rows]


def _add(
    new: _New,
    case: Case,
    visits: Sequence[SheetVisit],
    before: _Known | None,
    *,
    batch_id: UUID,
    practitioner_id: UUID,
    now: datetime,
) -> None:
    patient_id = before.patient_id if before else uuid4()
    if before is None:
        new.patients.append({"id": patient_id, "alias": case.alias, "created_at": now})
        new.cases.append({"patient_id": patient_id, "practitioner_id": practitioner_id, "alias_key": case.key})
    of_batch = {"patient_id": patient_id, "batch_id": batch_id}
    new.courses.append({**of_batch, "arm": case.arm, "starts_on": case.starts_on})
    new.visits += [
        {
            **of_batch,
            "id": uuid4(),
            "day": one.visit.day,
            "pain": one.visit.tenths,
            "session": one.visit.session,
            "nsaid": one.visit.nsaid,
            "change": one.visit.change,
            "note": one.note,
            "sheet_row": one.row,
        }
        for one in visits
    ]


def _batch(
    batch_id: UUID,
    practitioner_id: UUID,
    reading: Reading,
    visits_added: int,
    data: bytes,
    mapping: Mapping[str, Any],
    now: datetime,
) -> ImportBatch:
    return ImportBatch(
        id=batch_id,
        practitioner_id=practitioner_id,
        file_sha256=hashlib.sha256(data).hexdigest(),
        mapping=dict(mapping),
        sessions=reading.sessions,
        rows=reading.total,
        rows_accepted=len(reading.accepted),
        rows_rejected=len(reading.rejected),
        rows_empty=len(reading.empty),
        visits_added=visits_added,
        imported_at=now,
    )


def _write(session: Session, batch: ImportBatch, new: _New) -> None:
    session.add(batch)
    session.flush()
    for table, rows in (
        (Patient, new.patients),
        (ImportedCase, new.cases),
        (ImportedCourse, new.courses),
        (Visit, new.visits),
    ):
        if rows:
            session.execute(insert(table), rows)
