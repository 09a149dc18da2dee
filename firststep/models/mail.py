"""Mail that is to be sent, and what each person wants to get."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, Boolean, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from firststep.models.base import Base, Moment, between, one_of

OUTBOX_STATES = ("queued", "leased", "sent", "failed", "dropped")
#: Each local week, or each calendar month.
RHYTHMS = ("weekly", "monthly")


class OutboxMail(Base):
    """One mail to send; its content is built from the database when it goes out, not stored here."""

    __tablename__ = "outbox"
    __table_args__ = (
        one_of("state", OUTBOX_STATES),
        Index("ix_outbox_state_run_at", "state", "run_at"),
        Index("ix_outbox_user_id", "user_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kind: Mapped[str] = mapped_column(String(32))
    dedupe_key: Mapped[str] = mapped_column(String(120), unique=True)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    # Only for people without an account, such as an invited practitioner; a user's address is looked up when sending.
    address: Mapped[str | None] = mapped_column(String(255))
    # What the mail needs besides the person: the week, a share's id, a sealed token. No health data.
    parameters: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[str] = mapped_column(String(8), default="queued")
    created_at: Mapped[datetime] = mapped_column(Moment)
    run_at: Mapped[datetime] = mapped_column(Moment)
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    message_id: Mapped[str] = mapped_column(String(255), unique=True)
    last_error: Mapped[str | None] = mapped_column(String(80))


class MailPreference(Base):
    """When and how much of the weekly summary a patient wants; ``weekly`` says whether it comes at all."""

    __tablename__ = "mail_preference"
    __table_args__ = (
        one_of("level", ("discreet", "detailed")),
        one_of("rhythm", RHYTHMS),
        between("weekday", 0, 6),
        between("hour", 0, 23),
        between("minute", 0, 59),
        Index("ix_mail_preference_next_at", "next_at"),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"), primary_key=True)
    weekly: Mapped[bool] = mapped_column(Boolean(create_constraint=False), default=True)
    level: Mapped[str] = mapped_column(String(12), default="discreet")
    # The server's default is for a release that does not know the column yet.
    rhythm: Mapped[str] = mapped_column(String(8), default="weekly", server_default="weekly")
    # 0 is Monday; the hour is the person's local one. Of a monthly letter it is the month's first such day.
    weekday: Mapped[int] = mapped_column(default=0)
    hour: Mapped[int] = mapped_column(default=7)
    minute: Mapped[int] = mapped_column(default=30)
    # When the next letter is due, in UTC; null while the letters are off.
    next_at: Mapped[datetime | None] = mapped_column(Moment)
    # The first of the last seven days that a letter told about.
    last_week_on: Mapped[date | None] = mapped_column()
    empty_weeks: Mapped[int] = mapped_column(default=0)
    paused_at: Mapped[datetime | None] = mapped_column(Moment)
    unsubscribed_at: Mapped[datetime | None] = mapped_column(Moment)
    suspended_at: Mapped[datetime | None] = mapped_column(Moment)


class DigestPreference(Base):
    """Whether a practitioner wants the counts of their list on Mondays, and at which local time."""

    __tablename__ = "digest_preference"
    __table_args__ = (
        between("hour", 0, 23),
        between("minute", 0, 59),
        Index("ix_digest_preference_next_at", "next_at"),
    )

    practitioner_id: Mapped[UUID] = mapped_column(ForeignKey("practitioner.id", ondelete="CASCADE"), primary_key=True)
    wanted: Mapped[bool] = mapped_column(Boolean(create_constraint=False), default=False)
    hour: Mapped[int] = mapped_column(default=7)
    minute: Mapped[int] = mapped_column(default=30)
    # When the next one is due, in UTC; null while none is.
    next_at: Mapped[datetime | None] = mapped_column(Moment)
    # Since when the address refuses mail.
    suspended_at: Mapped[datetime | None] = mapped_column(Moment)
