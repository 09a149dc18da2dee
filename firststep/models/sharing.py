"""Who may look at whose diary, and who did."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import Boolean, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from firststep.models.base import COUNTED, Base, Moment, one_of
from firststep.models.people import Patient, Practitioner

SCOPES = ("summary", "charts", "notes")
SHARE_STATES = ("invited", "accepted", "active", "stopped", "expired", "withdrawn")
PATIENT_INVITATION_STATES = ("open", "taken", "withdrawn")
VISIT_STATES = ("shown", "asked", "open", "ended")
#: Why a visit ended: the patient stopped or refused it, the reader left, two entered the code, another code came.
VISIT_ENDS = ("stopped", "refused", "left", "twice", "replaced")


class Share(Base):
    """A patient's permission for one practitioner; only `active` shows anything."""

    __tablename__ = "share"
    __table_args__ = (
        one_of("scope", SCOPES),
        one_of("state", SHARE_STATES),
        Index("ix_share_patient_id", "patient_id"),
        Index("ix_share_practitioner_id_state", "practitioner_id", "state"),
        Index("ix_share_invited_email", "invited_email"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"))
    # Null until a practitioner has accepted.
    practitioner_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner.id", ondelete="CASCADE"))
    invited_email: Mapped[str] = mapped_column(String(255))
    invitation_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    scope: Mapped[str] = mapped_column(String(8))
    cohort_use: Mapped[bool] = mapped_column(Boolean(create_constraint=False), default=False)
    from_day: Mapped[date | None] = mapped_column()
    # The last day on which the share shows anything.
    until_on: Mapped[date | None] = mapped_column()
    state: Mapped[str] = mapped_column(String(12), default="invited")
    invited_at: Mapped[datetime] = mapped_column(Moment)
    invitation_expires_at: Mapped[datetime | None] = mapped_column(Moment)
    accepted_at: Mapped[datetime | None] = mapped_column(Moment)
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)

    patient: Mapped[Patient] = relationship()
    practitioner: Mapped[Practitioner | None] = relationship()


class PatientInvitation(Base):
    """A practitioner's invitation to a patient, mailed or handed out on paper; by itself it shows nothing."""

    __tablename__ = "patient_invitation"
    __table_args__ = (
        one_of("state", PATIENT_INVITATION_STATES),
        Index("ix_patient_invitation_practitioner_id_made_at", "practitioner_id", "made_at"),
        Index("ix_patient_invitation_invited_email", "invited_email"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    practitioner_id: Mapped[UUID] = mapped_column(ForeignKey("practitioner.id", ondelete="CASCADE"))
    # Null on a hand-out, and once it is taken up: then the share says who it was.
    invited_email: Mapped[str | None] = mapped_column(String(255))
    # In the practitioner's own words; emptied with the address.
    meant_for: Mapped[str] = mapped_column(String(60), default="")
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    state: Mapped[str] = mapped_column(String(12), default="open")
    made_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    # When it was taken up or withdrawn.
    ended_at: Mapped[datetime | None] = mapped_column(Moment)

    practitioner: Mapped[Practitioner] = relationship()


class VisitAccess(Base):
    """A look at one visit: a code that the patient shows, a reader who enters it, an hour that the patient allows."""

    __tablename__ = "visit_access"
    __table_args__ = (
        one_of("scope", SCOPES),
        one_of("state", VISIT_STATES),
        one_of("ended_by", VISIT_ENDS),
        Index("ix_visit_access_patient_id_made_at", "patient_id", "made_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"))
    scope: Mapped[str] = mapped_column(String(8))
    from_day: Mapped[date | None] = mapped_column()
    state: Mapped[str] = mapped_column(String(8), default="shown")
    made_at: Mapped[datetime] = mapped_column(Moment)
    # Sealed with the key of the installation: six digits alone would be found out of a plain hash in a second.
    code_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    link_hash: Mapped[str] = mapped_column(String(64), unique=True)
    code_expires_at: Mapped[datetime] = mapped_column(Moment)
    # What the reader's browser holds; null until somebody entered the code.
    reader_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    # A practitioner who was signed in; everybody else says who they are, and it is not checked.
    reader_user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    reader_name: Mapped[str] = mapped_column(String(120), default="")
    reader_device: Mapped[str] = mapped_column(String(120), default="")
    # Two digits that stand on both screens, so that the patient allows the one who sits there.
    sign: Mapped[str] = mapped_column(String(2), default="")
    asked_at: Mapped[datetime | None] = mapped_column(Moment)
    allowed_at: Mapped[datetime | None] = mapped_column(Moment)
    ends_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_by: Mapped[str | None] = mapped_column(String(8))


class AccessEvent(Base):
    """One look at, or change of access to, a patient's data; each row carries the hash of the one before."""

    __tablename__ = "access_event"
    __table_args__ = (
        Index("ix_access_event_patient_id_seq", "patient_id", "seq"),
        # No two rows may follow the same one: the chain cannot fork, whatever writes it.
        Index("ix_access_event_patient_id_previous_hash", "patient_id", "previous_hash", unique=True),
        Index("ix_access_event_share_id_at", "share_id", "at"),
        {"sqlite_autoincrement": True},
    )

    seq: Mapped[int] = mapped_column(COUNTED, primary_key=True)
    # No foreign key: the skeleton of the trail outlives the account, without health data.
    patient_id: Mapped[UUID] = mapped_column()
    actor_user_id: Mapped[UUID | None] = mapped_column()
    actor_name: Mapped[str] = mapped_column(String(120), default="")
    what: Mapped[str] = mapped_column(String(40))
    # The share, or the visit.
    share_id: Mapped[UUID | None] = mapped_column()
    at: Mapped[datetime] = mapped_column(Moment)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
