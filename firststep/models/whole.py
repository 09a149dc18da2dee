"""A diary as a whole: what was deleted, which outlives it, and a file that somebody is about to bring back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from firststep.models.base import Base, Moment, one_of

DELETED = ("account", "diary")


class Deletion(Base):
    """A random id that was deleted, so that restoring an older backup does not bring the person back."""

    __tablename__ = "deletion"
    __table_args__ = (one_of("what", DELETED), UniqueConstraint("what", "subject", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    # A user's id for an account, a patient's for a diary: no foreign key, it is gone or may go.
    what: Mapped[str] = mapped_column(String(8))
    subject: Mapped[UUID] = mapped_column()
    at: Mapped[datetime] = mapped_column(Moment)


class Upload(Base):
    """The export that a patient is about to bring back, between its preview and the answer to it; one at a time."""

    __tablename__ = "upload"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True, default=uuid4)
    made_at: Mapped[datetime] = mapped_column(Moment)
    content: Mapped[bytes] = mapped_column(LargeBinary)
