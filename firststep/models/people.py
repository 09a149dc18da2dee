"""Patients, practices and practitioners."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from firststep.models.account import User
from firststep.models.base import Base, Moment, one_of

FEET = ("left", "right", "both")
PRACTICE_ROLES = ("owner", "member")
PRACTICE_INVITATION_STATES = ("invited", "accepted", "withdrawn")


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
    # What members said of their sheets, the newest first under "newest_first": headers and labels, no person's data.
    sheet_mappings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(Moment)


class Practitioner(Base):
    """Someone who treats; what is stated about the profession was not checked by us."""

    __tablename__ = "practitioner"
    __table_args__ = (
        one_of("practice_role", PRACTICE_ROLES),
        # A practice has one owner, whoever hands it over at the same time.
        Index(
            "ix_practitioner_owner_of_practice",
            "practice_id",
            unique=True,
            sqlite_where=text("practice_role = 'owner'"),
            postgresql_where=text("practice_role = 'owner'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), unique=True)
    practice_id: Mapped[UUID | None] = mapped_column(ForeignKey("practice.id", ondelete="SET NULL"), index=True)
    practice_role: Mapped[str | None] = mapped_column(String(8))
    profession: Mapped[str] = mapped_column(String(80), default="")
    credential_issuer: Mapped[str] = mapped_column(String(120), default="")
    credential_number: Mapped[str] = mapped_column(String(60), default="")
    created_at: Mapped[datetime] = mapped_column(Moment)
    # Of somebody without a practice, whose own count where there is one; null: as they are proposed.
    triage_thresholds: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    user: Mapped[User] = relationship(back_populates="practitioner")
    practice: Mapped[Practice | None] = relationship()


class PracticeInvitation(Base):
    """An offer to join a practice, mailed to one address; of its link only the hash is kept."""

    __tablename__ = "practice_invitation"
    __table_args__ = (
        one_of("state", PRACTICE_INVITATION_STATES),
        Index("ix_practice_invitation_practice_id", "practice_id"),
        Index("ix_practice_invitation_invited_email", "invited_email"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    practice_id: Mapped[UUID] = mapped_column(ForeignKey("practice.id", ondelete="CASCADE"))
    invited_email: Mapped[str] = mapped_column(String(255))
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    state: Mapped[str] = mapped_column(String(12), default="invited")
    invited_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    # When it was accepted or withdrawn.
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
