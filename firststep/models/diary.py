"""The diary: one row per day, one per day and foot, every change ever made, and doses."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import JSON, Boolean, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from firststep.models.base import COUNTED, Base, Moment, Tenths, between, one_of

FOOT = ("left", "right")
CHANGE_SOURCES = ("app", "import", "command")


class Day(Base):
    """What belongs to the person and the local calendar day; null is "not recorded" and never "no"."""

    __tablename__ = "day"
    __table_args__ = (
        between("stretch_minutes", 0, 600),
        between("stretch_sets", 0, 30),
        CheckConstraint("length(note) <= 2000", name="note_length"),
        {"sqlite_with_rowid": False},
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    stretch_done: Mapped[bool | None] = mapped_column(Boolean(create_constraint=False))
    stretch_minutes: Mapped[int | None] = mapped_column()
    stretch_sets: Mapped[int | None] = mapped_column()
    stretch_hurt: Mapped[bool | None] = mapped_column(Boolean(create_constraint=False))
    nsaid_taken: Mapped[bool | None] = mapped_column(Boolean(create_constraint=False))
    note: Mapped[str | None] = mapped_column(Text)
    tags: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))


class FootDay(Base):
    """The pain of one foot on one day, in tenths: 0 to 100, null when not recorded."""

    __tablename__ = "foot_day"
    __table_args__ = (
        one_of("foot", FOOT),
        between("first_step_pain", 0, 100),
        between("average_pain", 0, 100),
        {"sqlite_with_rowid": False},
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    foot: Mapped[str] = mapped_column(String(8), primary_key=True)
    first_step_pain: Mapped[int | None] = mapped_column()
    average_pain: Mapped[int | None] = mapped_column()
    first_step_entered_at: Mapped[datetime | None] = mapped_column(Moment)
    # Filled in on a later day than the one it describes.
    first_step_recalled: Mapped[bool] = mapped_column(Boolean(create_constraint=False), default=False)


class DiaryChange(Base):
    """One field set once; `seq` is the server's revision. Rows are added, never changed: the patient can read them."""

    __tablename__ = "diary_change"
    __table_args__ = (
        # "" and not null for a field of the day: a unique key takes each null for a different one.
        UniqueConstraint("op_id", "foot", "field"),
        one_of("foot", ("", *FOOT)),
        one_of("source", CHANGE_SOURCES),
        Index("ix_diary_change_patient_id_day", "patient_id", "day"),
        # The newest change of a diary is found at the end of it.
        Index("ix_diary_change_patient_id_seq", "patient_id", "seq"),
        {"sqlite_autoincrement": True},
    )

    seq: Mapped[int] = mapped_column(COUNTED, primary_key=True)
    op_id: Mapped[UUID] = mapped_column()
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"))
    day: Mapped[date] = mapped_column()
    foot: Mapped[str] = mapped_column(String(8), default="")
    # For a dated thing its kind, and then also which one.
    field: Mapped[str] = mapped_column(String(32))
    event_id: Mapped[UUID | None] = mapped_column()
    old_value: Mapped[str | None] = mapped_column(Text)
    new_value: Mapped[str | None] = mapped_column(Text)
    device_id: Mapped[UUID | None] = mapped_column()
    # The phone's clock: information only, the order is `seq`.
    entered_at: Mapped[datetime] = mapped_column(Moment)
    stored_at: Mapped[datetime] = mapped_column(Moment)
    zone: Mapped[str] = mapped_column(String(64), default="")
    recalled: Mapped[bool] = mapped_column(Boolean(create_constraint=False), default=False)
    source: Mapped[str] = mapped_column(String(8), default="app")
    # The step that this one takes back, where the person tapped "Undo"; that one may never have arrived.
    undoes_op_id: Mapped[UUID | None] = mapped_column()


class Dose(Base):
    """A drug taken at a moment, as the person noted it."""

    __tablename__ = "dose"
    __table_args__ = (
        between("dose_tenths_mg", 1, 100000),
        between("prescribed_most_tenths_mg", 1, 100000),
        one_of("form", ("oral", "gel", "other")),
        Index("ix_dose_patient_id_day", "patient_id", "day"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"))
    day: Mapped[date] = mapped_column()
    taken_at: Mapped[datetime | None] = mapped_column(Moment)
    product: Mapped[str] = mapped_column(String(80))
    # Some tablets hold 7.5 mg.
    dose_mg: Mapped[float | None] = mapped_column("dose_tenths_mg", Tenths, key="dose_mg")
    form: Mapped[str] = mapped_column(String(8), default="oral")
    prescribed: Mapped[bool] = mapped_column(Boolean(create_constraint=False), default=False)
    # The most in 24 hours that the person's own prescription says, as they typed it.
    prescribed_most_mg: Mapped[float | None] = mapped_column(
        "prescribed_most_tenths_mg", Tenths, key="prescribed_most_mg"
    )
    # Low-dose aspirin that the person takes for the heart.
    for_heart: Mapped[bool] = mapped_column(
        Boolean(create_constraint=False), default=False, server_default=text("false")
    )
