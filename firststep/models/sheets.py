"""What came from practices' own sheets: batches, the courses of people in them, and their visits."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from firststep.models.base import Base, Moment, between, one_of
from firststep.models.treatment import ARMS

SESSIONS = ("numbered", "counted", "unknown")
CASE_INVITATION_STATES = ("invited", "claimed", "withdrawn")
NSAID_CLASSES = ("none", "some", "most")
GLOBAL_CHANGES = (
    "very_much_improved",
    "much_improved",
    "minimally_improved",
    "no_change",
    "minimally_worse",
    "much_worse",
    "very_much_worse",
)


class ImportBatch(Base):
    """One sheet that a practitioner brought in, and that can be undone; of the file only its SHA-256 is kept."""

    __tablename__ = "import_batch"
    __table_args__ = (
        one_of("sessions", SESSIONS),
        CheckConstraint("length(file_sha256) = 64", name="file_sha256_length"),
        CheckConstraint("rows = rows_accepted + rows_rejected + rows_empty", name="rows_add_up"),
        Index("ix_import_batch_practitioner_id_imported_at", "practitioner_id", "imported_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    # Null once the practitioner's account is gone: what a patient took over from the batch stays theirs.
    practitioner_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner.id", ondelete="SET NULL"))
    file_sha256: Mapped[str] = mapped_column(String(64))
    # In the form of MAP.json: the practice's own headers and labels, no person's data.
    mapping: Mapped[dict[str, Any]] = mapped_column(JSON)
    # How the fourth session is found in this sheet.
    sessions: Mapped[str] = mapped_column(String(8))
    rows: Mapped[int] = mapped_column()
    rows_accepted: Mapped[int] = mapped_column()
    rows_rejected: Mapped[int] = mapped_column()
    rows_empty: Mapped[int] = mapped_column()
    visits_added: Mapped[int] = mapped_column()
    imported_at: Mapped[datetime] = mapped_column(Moment)
    undone_at: Mapped[datetime | None] = mapped_column(Moment)


class ImportedCase(Base):
    """A patient in a practitioner's sheets, and under which name; as a rule one without an account.

    ``alias_key`` is the name in the form in which names are compared. Since ``claimed_at`` the patient is a person who
    took the case over; of all others whoever deletes a practitioner deletes the patients of these rows as well.
    """

    __tablename__ = "imported_case"
    __table_args__ = (UniqueConstraint("practitioner_id", "alias_key"),)

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"), primary_key=True)
    practitioner_id: Mapped[UUID] = mapped_column(ForeignKey("practitioner.id", ondelete="CASCADE"), primary_key=True)
    alias_key: Mapped[str] = mapped_column(String(120))
    claimed_at: Mapped[datetime | None] = mapped_column(Moment)


class CaseInvitation(Base):
    """An offer to a person to take over the case that is about them, mailed to one address; of its link a hash."""

    __tablename__ = "case_invitation"
    __table_args__ = (
        one_of("state", CASE_INVITATION_STATES),
        Index("ix_case_invitation_patient_id", "patient_id"),
        Index("ix_case_invitation_practitioner_id", "practitioner_id"),
        Index("ix_case_invitation_invited_email", "invited_email"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    # The case; once it was claimed the person.
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"))
    practitioner_id: Mapped[UUID] = mapped_column(ForeignKey("practitioner.id", ondelete="CASCADE"))
    invited_email: Mapped[str] = mapped_column(String(255))
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    state: Mapped[str] = mapped_column(String(12), default="invited")
    invited_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    # When it was claimed or withdrawn.
    ended_at: Mapped[datetime | None] = mapped_column(Moment)


class ImportedCourse(Base):
    """What one batch says about one case: the arm, and the start cell where the sheet has one."""

    __tablename__ = "imported_course"
    __table_args__ = (one_of("arm", ARMS), Index("ix_imported_course_batch_id", "batch_id"))

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"), primary_key=True)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("import_batch.id", ondelete="CASCADE"), primary_key=True)
    arm: Mapped[str] = mapped_column(String(16))
    starts_on: Mapped[date | None] = mapped_column()


class Visit(Base):
    """One visit from a sheet; pain in tenths, 0 to 100, null when not recorded."""

    __tablename__ = "visit"
    __table_args__ = (
        UniqueConstraint("patient_id", "day", "batch_id"),
        between("pain", 0, 100),
        between("session", 0, 999),
        one_of("nsaid", NSAID_CLASSES),
        one_of("change", GLOBAL_CHANGES),
        CheckConstraint("length(note) <= 2000", name="note_length"),
        CheckConstraint("sheet_row >= 1", name="sheet_row_range"),
        Index("ix_visit_batch_id", "batch_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"))
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("import_batch.id", ondelete="CASCADE"))
    day: Mapped[date] = mapped_column()
    pain: Mapped[int | None] = mapped_column()
    session: Mapped[int | None] = mapped_column()
    nsaid: Mapped[str | None] = mapped_column(String(8))
    change: Mapped[str | None] = mapped_column(String(24))
    note: Mapped[str | None] = mapped_column(Text)
    # The row of the sheet, so that it can be found there.
    sheet_row: Mapped[int] = mapped_column()


class RemovedVisit(Base):
    """A visit that its person removed, under its id: the day alone, so that no later sheet brings it back."""

    __tablename__ = "removed_visit"
    __table_args__ = (
        Index("ix_removed_visit_patient_id", "patient_id"),
        Index("ix_removed_visit_practitioner_id", "practitioner_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"))
    # Whose sheets are meant; when the account is gone no sheet comes any more.
    practitioner_id: Mapped[UUID] = mapped_column(ForeignKey("practitioner.id", ondelete="CASCADE"))
    day: Mapped[date] = mapped_column()
    removed_at: Mapped[datetime] = mapped_column(Moment)
