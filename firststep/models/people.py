"""Patients, practices and practitioners."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from firststep.models.account import User
from firststep.models.base import Base, Moment, one_of

FEET = ("left", "right", "both")


class Patient(Base):
    """A person whose diary is kept; without a user it is a case from a practice's sheet."""

    __tablename__ = "patient"
    __table_args__ = (
        one_of("feet", FEET),
        CheckConstraint("birth_year BETWEEN 1900 AND 2100", name="birth_year_range"),
        CheckConstraint("length(country) = 2", name="country_length"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), unique=True)
    alias: Mapped[str] = mapped_column(String(120), default="")
    feet: Mapped[str | None] = mapped_column(String(8))
    onset_on: Mapped[date | None] = mapped_column()
    birth_year: Mapped[int | None] = mapped_column()
    # ISO 3166, for the labels of drugs; null: as the time zone says.
    country: Mapped[str | None] = mapped_column(String(2))
    # Empty days up to this one stay empty: the person said so, and is not asked again.
    left_empty_until: Mapped[date | None] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(Moment)
    # Set while the person does not agree to the keeping of health data: nothing is stored, shown or mailed.
    diary_closed_at: Mapped[datetime | None] = mapped_column(Moment)

    user: Mapped[User | None] = relationship(back_populates="patient")


class Practice(Base):
    """A place of care whose members share thresholds and sheet mappings, but not each other's patients."""

    __tablename__ = "practice"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    name: Mapped[str] = mapped_column(String(120))
    time_zone: Mapped[str] = mapped_column(String(64), default="UTC")
    triage_thresholds: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    sheet_mappings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(Moment)


class Practitioner(Base):
    """Someone who treats; what is stated about the profession was not checked by us."""

    __tablename__ = "practitioner"
    __table_args__ = (one_of("practice_role", ("owner", "member")),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), unique=True)
    practice_id: Mapped[UUID | None] = mapped_column(ForeignKey("practice.id", ondelete="SET NULL"), index=True)
    practice_role: Mapped[str | None] = mapped_column(String(8))
    profession: Mapped[str] = mapped_column(String(80), default="")
    credential_issuer: Mapped[str] = mapped_column(String(120), default="")
    credential_number: Mapped[str] = mapped_column(String(60), default="")
    created_at: Mapped[datetime] = mapped_column(Moment)

    user: Mapped[User] = relationship(back_populates="practitioner")
    practice: Mapped[Practice | None] = relationship()
