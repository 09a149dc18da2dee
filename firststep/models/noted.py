"""Sessions that a practitioner noted about a patient: the patient's to read and to dispute, the author's to change."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from firststep.models.base import COUNTED, Base, Moment, between, one_of
from firststep.models.events import SESSION_KINDS

#: What the practitioner writes in own words, each optional.
NOTED_TEXTS = ("gait", "palpation_meridians", "palpation_regions", "techniques", "note")
NOTED_STEPS = ("noted", "changed", "withdrawn", "disputed", "dispute_ended")


class NotedSession(Base):
    """One session as its practitioner noted it; a withdrawn one stays in the history, and marks no day."""

    __tablename__ = "noted_session"
    __table_args__ = (
        one_of("kind", SESSION_KINDS),
        between("number", 1, 500),
        *(CheckConstraint(f"length({name}) <= 2000", name=f"{name}_length") for name in (*NOTED_TEXTS, "dispute")),
        Index("ix_noted_session_patient_id_day", "patient_id", "day"),
        Index("ix_noted_session_practitioner_id", "practitioner_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"))
    # The record is the patient's: it stays when the practitioner's account goes, under the name that it was made with.
    practitioner_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner.id", ondelete="SET NULL"))
    noted_by: Mapped[str] = mapped_column(String(120))
    day: Mapped[date] = mapped_column()
    kind: Mapped[str] = mapped_column(String(20))
    # Which one of the course it was.
    number: Mapped[int | None] = mapped_column()
    gait: Mapped[str | None] = mapped_column(Text)
    palpation_meridians: Mapped[str | None] = mapped_column(Text)
    palpation_regions: Mapped[str | None] = mapped_column(Text)
    # Points or techniques used.
    techniques: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    noted_at: Mapped[datetime] = mapped_column(Moment)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
    disputed_at: Mapped[datetime | None] = mapped_column(Moment)
    # Why the patient says that it was otherwise.
    dispute: Mapped[str | None] = mapped_column(Text)


class NotedSessionChange(Base):
    """One step of a noted session, and what stood before it as JSON: what was said stays readable."""

    __tablename__ = "noted_session_change"
    __table_args__ = (
        one_of("what", NOTED_STEPS),
        Index("ix_noted_session_change_patient_id", "patient_id"),
        Index("ix_noted_session_change_session_id", "session_id"),
        {"sqlite_autoincrement": True},
    )

    seq: Mapped[int] = mapped_column(COUNTED, primary_key=True)
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"))
    session_id: Mapped[UUID] = mapped_column(ForeignKey("noted_session.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(Moment)
    what: Mapped[str] = mapped_column(String(16))
    before: Mapped[str | None] = mapped_column(Text)
