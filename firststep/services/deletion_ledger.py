"""The ledger of deletions: random ids in a table, in a file of this installation, and beside each backup.

A backup that is older than a deletion still holds the person. Restoring it plays the ledger again, so that nobody
comes back who has left.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, delete, exists, func, insert, select, update
from sqlalchemy.orm import Session

from firststep.models import (
    CaseInvitation,
    Day,
    Deletion,
    DiaryChange,
    Episode,
    FootDay,
    ImportBatch,
    ImportedCase,
    ImportedCourse,
    NotedSession,
    NotedSessionChange,
    Patient,
    PatientInvitation,
    Practitioner,
    RemovedVisit,
    Triage,
    Upload,
    User,
    Visit,
)
from firststep.models.whole import DELETED
from firststep.services.cohort_results import drop_results_with
from firststep.services.diary_events import KINDS
from firststep.services.practices import close_membership

FILE_NAME: Final = "firststep-deletions.log"


class LedgerDamaged(ValueError):
    """A line of a ledger cannot be read; the message is one sentence."""


@dataclass(frozen=True, kw_only=True)
class Deleted:
    """What was deleted: the account of a user's id, or the diary of a patient's."""

    what: str
    subject: UUID
    at: datetime


def note(session: Session, what: str, subject: UUID, at: datetime) -> None:
    """Add a deletion; it counts with the transaction that deletes."""
    session.add(Deletion(what=what, subject=subject, at=at))
    session.flush()


def noted(database: Session | Connection) -> set[Deleted]:
    """Return the deletions that stand in the database."""
    rows = database.execute(select(Deletion.what, Deletion.subject, Deletion.at))
    return {Deleted(what=what, subject=subject, at=at) for what, subject, at in rows}


def read_ledger(path: Path) -> set[Deleted]:
    """Return the deletions of a file; none when there is no file. Raises LedgerDamaged."""
    if not path.exists():
        return set()
    return {_parsed(path, number, line) for number, line in enumerate(path.read_text("ascii").splitlines(), start=1)}


def write_through(path: Path, deleted: Iterable[Deleted]) -> None:
    """Append to the file what it lacks; only its owner can read it."""
    new = sorted(set(deleted) - read_ledger(path), key=lambda one: (one.at, str(one.subject)))
    if not new:
        return
    lines = "".join(f"{one.at.isoformat()} {one.what} {one.subject}\n" for one in new)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w", encoding="ascii") as file:
        file.write(lines)
        file.flush()
        os.fsync(file.fileno())


def play_again(connection: Connection, deleted: Iterable[Deleted]) -> int:
    """Delete again what a backup brought back, note it, and return how many it was.

    A deletion that stands in the backup itself had happened before it: what it holds of that diary was entered since.
    """
    found = 0
    for one in sorted(set(deleted) - noted(connection), key=lambda one: one.at):
        if one.what == "account":
            found += erase_account_rows(connection, one.subject)
        else:
            found += erase_diary_rows(connection, one.subject)
        connection.execute(insert(Deletion).values(what=one.what, subject=one.subject, at=one.at))
    return found


def erase_account_rows(database: Session | Connection, user_id: UUID) -> int:
    """Delete an account with all that hangs on it; return how many (1, 0) there were.

    With a practitioner go the people who are known from that practitioner's sheets alone, and a practice that nobody
    else belongs to. What a person took over from a sheet, or what was noted of one, is theirs and stays. With
    anybody go the invitations that practitioners sent to the address.
    """
    practitioner = select(Practitioner.id).where(Practitioner.user_id == user_id)
    for patient_id in database.execute(select(Patient.id).where(Patient.user_id == user_id)).scalars().all():
        drop_results_with(database, patient_id)
    cases = select(ImportedCase.patient_id).where(ImportedCase.practitioner_id.in_(practitioner))
    database.execute(delete(Patient).where(Patient.id.in_(cases), Patient.user_id.is_(None)))
    for practitioner_id in database.execute(practitioner).scalars().all():
        close_membership(database, practitioner_id)
    _drop_empty(database, ImportBatch.practitioner_id.in_(practitioner))
    # The practice's own headers and words.
    database.execute(update(ImportBatch).where(ImportBatch.practitioner_id.in_(practitioner)).values(mapping={}))
    address = select(func.lower(User.email)).where(User.id == user_id).scalar_subquery()
    database.execute(delete(PatientInvitation).where(func.lower(PatientInvitation.invited_email) == address))
    return len(database.execute(delete(User).where(User.id == user_id).returning(User.id)).all())


def erase_diary_rows(database: Session | Connection, patient_id: UUID) -> int:
    """Delete everything that was entered into a diary; return whether (1, 0) there is such a patient."""
    drop_results_with(database, patient_id)
    tables = (DiaryChange, FootDay, Day, Episode, Upload, NotedSessionChange, NotedSession, Triage)
    taken_over = (Visit, RemovedVisit, ImportedCourse, ImportedCase, CaseInvitation)
    for table in (*tables, *taken_over, *(kind.table for kind in KINDS.values())):
        database.execute(delete(table).where(table.patient_id == patient_id))
    _drop_empty(database, ImportBatch.practitioner_id.is_(None))
    nothing = dict.fromkeys(("feet", "onset_on", "birth_year", "left_empty_until"))
    emptied = update(Patient).where(Patient.id == patient_id).values(nothing)
    return len(database.execute(emptied.returning(Patient.id)).all())


def _drop_empty(database: Session | Connection, whose: ColumnElement[bool]) -> None:
    """Delete the batches of sheets in which no visit is left."""
    visits = exists().where(Visit.batch_id == ImportBatch.id)
    database.execute(delete(ImportBatch).where(whose, ~visits))


def _parsed(path: Path, number: int, line: str) -> Deleted:
    try:
        at, what, subject = line.split()
        moment = datetime.fromisoformat(at)
        if what not in DELETED or moment.tzinfo is None:
            raise ValueError
        return Deleted(what=what, subject=UUID(subject), at=moment)
    except ValueError:
        raise LedgerDamaged(f"Line {number} of {path.name} cannot be read; mend it before you restore.") from None
