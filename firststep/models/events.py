"""Dated things besides the daily answers: treatment, flares, pauses, stretching plans, ratings, questions."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from firststep.clinical import pgic
from firststep.models.base import Base, between, one_of
from firststep.models.diary import FOOT

SESSION_KINDS = ("acupuncture", "physical_therapy", "both")
PAUSE_REASONS = ("ill", "injured", "travel", "other")
CHOSEN_BY = ("self", "practitioner")
PGIC_WEEKS = pgic.WEEKS


def _owner() -> Mapped[UUID]:
    return mapped_column(ForeignKey("patient.id", ondelete="CASCADE"))


class TreatmentSession(Base):
    """One treatment that took place on a day."""

    __tablename__ = "treatment_session"
    __table_args__ = (
        one_of("kind", SESSION_KINDS),
        between("number", 1, 500),
        CheckConstraint("length(note) <= 500", name="note_length"),
        Index("ix_treatment_session_patient_id_day", "patient_id", "day"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    patient_id: Mapped[UUID] = _owner()
    day: Mapped[date] = mapped_column()
    kind: Mapped[str] = mapped_column(String(20))
    # Which one of the course it was.
    number: Mapped[int | None] = mapped_column()
    note: Mapped[str | None] = mapped_column(Text)


class Flare(Base):
    """A worse spell that began on a day, as the person answered; a "no" is kept so that nobody asks again."""

    __tablename__ = "flare"
    __table_args__ = (
        one_of("foot", FOOT),
        between("worst_pain", 0, 100),
        CheckConstraint("settled_on >= day", name="settled_after_start"),
        CheckConstraint("length(note) <= 500", name="note_length"),
        Index("ix_flare_patient_id_day", "patient_id", "day"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    patient_id: Mapped[UUID] = _owner()
    day: Mapped[date] = mapped_column()
    confirmed: Mapped[bool] = mapped_column(Boolean(create_constraint=False), default=True)
    foot: Mapped[str | None] = mapped_column(String(8))
    worst_pain: Mapped[int | None] = mapped_column()
    trigger: Mapped[str | None] = mapped_column(String(80))
    note: Mapped[str | None] = mapped_column(Text)
    settled_on: Mapped[date | None] = mapped_column()


class Pause(Base):
    """Days on which the plan does not count: they are not missed days."""

    __tablename__ = "pause"
    __table_args__ = (
        one_of("reason", PAUSE_REASONS),
        CheckConstraint("ends_on >= day", name="ends_after_start"),
        Index("ix_pause_patient_id_day", "patient_id", "day"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    patient_id: Mapped[UUID] = _owner()
    day: Mapped[date] = mapped_column()
    ends_on: Mapped[date | None] = mapped_column()
    reason: Mapped[str | None] = mapped_column(String(16))


class Plan(Base):
    """A stretching or loading plan from a day on; of several, the one that began last counts."""

    __tablename__ = "plan"
    __table_args__ = (
        between("hold_s", 1, 600),
        between("reps", 1, 100),
        between("sets_per_day", 1, 12),
        between("interval_days", 1, 7),
        one_of("chosen_by", CHOSEN_BY),
        CheckConstraint("ends_on >= day", name="ends_after_start"),
        Index("ix_plan_patient_id_day", "patient_id", "day"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    patient_id: Mapped[UUID] = _owner()
    day: Mapped[date] = mapped_column()
    ends_on: Mapped[date | None] = mapped_column()
    # The key of a preset, or "own".
    preset: Mapped[str] = mapped_column(String(40))
    name: Mapped[str | None] = mapped_column(String(80))
    hold_s: Mapped[int | None] = mapped_column()
    reps: Mapped[int | None] = mapped_column()
    sets_per_day: Mapped[int] = mapped_column(default=1)
    interval_days: Mapped[int] = mapped_column(default=1)
    chosen_by: Mapped[str] = mapped_column(String(16), default="self")


class Pgic(Base):
    """The person's own rating of the whole change, from 1 (very much improved) to 7 (very much worse)."""

    __tablename__ = "pgic"
    __table_args__ = (
        CheckConstraint("week IN (4, 8, 12, 24)", name="week"),
        between("rating", 1, 7),
        Index("ix_pgic_patient_id_day", "patient_id", "day"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    patient_id: Mapped[UUID] = _owner()
    day: Mapped[date] = mapped_column()
    week: Mapped[int] = mapped_column()
    rating: Mapped[int] = mapped_column()


class Question(Base):
    """What the person wants to ask at the next visit."""

    __tablename__ = "question"
    __table_args__ = (
        CheckConstraint("length(text) <= 500", name="text_length"),
        CheckConstraint("settled_on >= day", name="settled_after_start"),
        Index("ix_question_patient_id_day", "patient_id", "day"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    patient_id: Mapped[UUID] = _owner()
    day: Mapped[date] = mapped_column()
    text: Mapped[str] = mapped_column(Text)
    # The day on which it was asked, or needed no answer any more.
    settled_on: Mapped[date | None] = mapped_column()
