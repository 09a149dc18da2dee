"""Reminders of the daily check-in: when a patient wants them, and the devices that take pushes."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import Boolean, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from firststep.models.base import Base, Moment, between, one_of

PUSH_KINDS = ("reminder", "test")


class Reminder(Base):
    """At which local hour a patient is reminded, and by what; without a row by nothing."""

    __tablename__ = "reminder"
    __table_args__ = (between("hour", 0, 23), between("next_number", 1, 2), between("last_number", 1, 2))

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"), primary_key=True)
    by_mail: Mapped[bool] = mapped_column(Boolean(create_constraint=False), default=False)
    repeats: Mapped[bool] = mapped_column(Boolean(create_constraint=False), default=False)
    hour: Mapped[int] = mapped_column(default=20)
    # The next one: its moment, the person's local day it is about, and whether it is the first or the second of it.
    next_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
    next_on: Mapped[date | None] = mapped_column()
    next_number: Mapped[int | None] = mapped_column()
    # The last one that was due: no day gets the same one again, whatever hour or zone is chosen meanwhile.
    last_on: Mapped[date | None] = mapped_column()
    last_number: Mapped[int | None] = mapped_column()
    # The calendar feed is on while there is a hash of its address.
    feed_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    feed_made_at: Mapped[datetime | None] = mapped_column(Moment)
    feed_read_at: Mapped[datetime | None] = mapped_column(Moment)


class PushSubscription(Base):
    """A browser that takes pushes for a person, and the one push that waits for it."""

    __tablename__ = "push_subscription"
    __table_args__ = (
        one_of("due_kind", PUSH_KINDS),
        between("due_number", 1, 2),
        Index("ix_push_subscription_user_id", "user_id"),
        Index("ix_push_subscription_due_at", "due_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    # The session that made it, whose new endpoint replaces the old one; no key, as backups hold no sessions.
    session_id: Mapped[UUID | None] = mapped_column()
    endpoint: Mapped[str] = mapped_column(String(1000), unique=True)
    p256dh: Mapped[str] = mapped_column(String(90))
    auth: Mapped[str] = mapped_column(String(30))
    created_at: Mapped[datetime] = mapped_column(Moment)
    delivered_at: Mapped[datetime | None] = mapped_column(Moment)
    # Failures since the last delivery.
    failures: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(String(40))
    due_at: Mapped[datetime | None] = mapped_column(Moment)
    due_kind: Mapped[str | None] = mapped_column(String(8))
    due_on: Mapped[date | None] = mapped_column()
    due_number: Mapped[int | None] = mapped_column()
    tries: Mapped[int] = mapped_column(default=0)
