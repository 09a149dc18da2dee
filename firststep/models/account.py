"""Who signs in: users, passkeys, sessions on the server, and consents."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from flask_security import AsaList, UserMixin, WebAuthnMixin
from sqlalchemy import JSON, Boolean, DateTime, ForeignKey, Index, LargeBinary, String
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from firststep.models.base import Base, Moment, between, one_of

if TYPE_CHECKING:
    from firststep.models.people import Patient, Practitioner

ROLES = ("patient", "practitioner")
CONSENT_KINDS = ("terms", "privacy", "health_data", "detailed_mail", "cohort_use", "push")


class Words(AsaList):
    """A list of words in one column; the base class does not say that statements with it may be cached."""

    cache_ok = True


class User(Base, UserMixin):
    """A person who can sign in; the names without comment are those that Flask-Security expects."""

    __tablename__ = "user"
    __table_args__ = (one_of("role", ROLES), between("week_starts_on", 0, 6))

    # Flask-Security's own classes name other types for these four; it only reads the values.
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)  # type: ignore[assignment]
    email: Mapped[str] = mapped_column(String(255), unique=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    role: Mapped[str] = mapped_column(String(16))
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(Boolean(create_constraint=False), default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime)
    created_at: Mapped[datetime] = mapped_column(Moment)
    locale: Mapped[str] = mapped_column(String(16), default="en")
    time_zone: Mapped[str] = mapped_column(String(64), default="UTC")
    # 0 is Monday, as in date.weekday().
    week_starts_on: Mapped[int] = mapped_column(default=0)

    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255))
    # The time step of the last accepted code: no code works twice.
    totp_last_counter: Mapped[int | None] = mapped_column()
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(Words()))
    fs_webauthn_user_handle: Mapped[str | None] = mapped_column(String(64), unique=True)  # type: ignore[assignment]
    # Grows with each mailed link of the kind, so that only the newest one works.
    reset_serial: Mapped[int] = mapped_column(default=0)
    confirm_serial: Mapped[int] = mapped_column(default=0)

    webauthn: Mapped[list[WebAuthn]] = relationship(  # type: ignore[assignment]
        back_populates="user", cascade="all, delete-orphan"
    )
    # Joined, so that a request needs one statement for the person whatever the role is.
    patient: Mapped[Patient | None] = relationship(back_populates="user", lazy="joined", innerjoin=False)
    practitioner: Mapped[Practitioner | None] = relationship(back_populates="user", lazy="joined", innerjoin=False)

    @property
    def has_factor(self) -> bool:
        """Tell whether a second factor is set up."""
        return bool(self.tf_totp_secret and self.tf_primary_method)


class WebAuthn(Base, WebAuthnMixin):
    """A passkey of a user, with the names that Flask-Security expects."""

    __tablename__ = "webauthn"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1024), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int | None] = mapped_column(default=0)  # type: ignore[assignment]
    transports: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(Words()))
    backup_state: Mapped[bool] = mapped_column(Boolean(create_constraint=False))
    device_type: Mapped[str] = mapped_column(String(64))
    extensions: Mapped[str | None] = mapped_column(String(255))
    lastuse_datetime: Mapped[datetime] = mapped_column(DateTime)
    name: Mapped[str] = mapped_column(String(64))
    usage: Mapped[str] = mapped_column(String(64))

    user: Mapped[User] = relationship(back_populates="webauthn")


class UserSession(Base):
    """A session kept on the server; the browser's cookie carries only a random id, of which this is the hash."""

    __tablename__ = "user_session"
    __table_args__ = (Index("ix_user_session_user_id", "user_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(Moment)
    last_seen_at: Mapped[datetime] = mapped_column(Moment)
    factor_checked_at: Mapped[datetime | None] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)
    own_device: Mapped[bool] = mapped_column(Boolean(create_constraint=False), default=False)
    label: Mapped[str] = mapped_column(String(120), default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class Consent(Base):
    """One consent given or withdrawn: rows are added, never changed."""

    __tablename__ = "consent"
    __table_args__ = (one_of("kind", CONSENT_KINDS), Index("ix_consent_user_id_kind", "user_id", "kind"))

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(24))
    text_version: Mapped[str] = mapped_column(String(24))
    given_at: Mapped[datetime | None] = mapped_column(Moment)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
