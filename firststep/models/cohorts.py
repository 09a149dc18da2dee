"""What practitioners' cohorts came to: kept until what they were computed from changes, and no person's row."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from firststep.models.base import Base, Moment


class CohortResult(Base):
    """One practitioner's cohort for one choice: asked for, and what it came to once the worker has counted.

    ``consents`` and ``data`` are hashes of all that it was computed from (services/cohort_stamp.py).
    """

    __tablename__ = "cohort_result"

    practitioner_id: Mapped[UUID] = mapped_column(ForeignKey("practitioner.id", ondelete="CASCADE"), primary_key=True)
    choice: Mapped[str] = mapped_column(String(80), primary_key=True)
    # Set while somebody waits for it.
    asked_at: Mapped[datetime | None] = mapped_column(Moment)
    consents: Mapped[str | None] = mapped_column(String(64))
    data: Mapped[str | None] = mapped_column(String(64))
    counted: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    # Before anything was read: what it says holds for a later moment.
    made_at: Mapped[datetime | None] = mapped_column(Moment)
