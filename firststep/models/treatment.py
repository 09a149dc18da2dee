"""Courses of care."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from firststep.models.base import Base, one_of

ARMS = ("standard", "acupuncture", "combined")


class Episode(Base):
    """One course of care; of several, the one that started last counts."""

    __tablename__ = "episode"
    __table_args__ = (
        one_of("arm", ARMS),
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        Index("ix_episode_patient_id_starts_on", "patient_id", "starts_on"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"))
    arm: Mapped[str] = mapped_column(String(16))
    starts_on: Mapped[date] = mapped_column()
    ends_on: Mapped[date | None] = mapped_column()
