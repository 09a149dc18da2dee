"""Accounts: made, confirmed, and changed. Passwords come hashed, the mails are only noted in the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from firststep.models import MailPreference, Patient, Practitioner, User, UserSession
from firststep.services import consents
from firststep.services.outbox import enqueue
from firststep.services.reached import lift_suspension

Role = Literal["patient", "practitioner"]


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody who signs up, or an operator, says about a new account."""

    role: Role
    address: str
    name: str
    password_hash: str
    time_zone: str
    locale: str = "en"


def find_account(session: Session, address: str) -> User | None:
    """Return the account with this canonical address."""
    return session.scalar(select(User).where(User.email == address))


def find_by_id(session: Session, user_id: UUID) -> User | None:
    """Return the account of this id."""
    return session.get(User, user_id)


def find_by_uniquifier(session: Session, uniquifier: str) -> User | None:
    """Return the account behind a session; the uniquifier changes when all sessions end."""
    return session.scalar(select(User).where(User.fs_uniquifier == uniquifier))


def all_accounts(session: Session) -> Sequence[User]:
    """Return every account, in the order of the addresses."""
    return session.scalars(select(User).options(selectinload(User.webauthn)).order_by(User.email)).all()


def lock_account(session: Session, user_id: UUID) -> User:
    """Return the account as it is now, kept from parallel changes until the transaction ends."""
    session.execute(select(User.id).where(User.id == user_id).with_for_update())
    return session.get_one(User, user_id, populate_existing=True)


def lock_account_if_there(session: Session, user_id: UUID) -> User | None:
    """Return the account as it is now, kept from parallel changes, or None when it was just deleted."""
    there = session.scalar(select(User.id).where(User.id == user_id).with_for_update())
    return session.get_one(User, user_id, populate_existing=True) if there else None


def sign_up(session: Session, wish: Wish, now: datetime) -> None:
    """Make the account and ask for confirmation; tell the owner instead when the address has one."""
    known = find_account(session, wish.address)
    if known is not None:
        known = lock_account_if_there(session, known.id)
    if known is not None and (known.confirmed_at is not None or not known.active):
        _rehearse_sign_up(session, wish, now)
        enqueue(session, kind="address_exists", now=now, user_id=known.id)
        return
    if known is not None:
        # Nobody proved to own it: what another person may have typed must not survive, least of all a password.
        session.execute(delete(User).where(User.id == known.id))
        session.expunge(known)
    try:
        with session.begin_nested():
            _add_with_consents(session, wish, now)
    except IntegrityError:
        # The same address twice at once, as a double tap sends it: the other one has made the account and the mail.
        if find_account(session, wish.address) is None:
            raise


def _add_with_consents(session: Session, wish: Wish, now: datetime) -> None:
    user = create_account(session, wish, now)
    for kind in consents.kinds_at_sign_up(wish.role):
        consents.give_consent(session, user.id, kind, now)
    _send_confirmation(session, user, now)


def _rehearse_sign_up(session: Session, wish: Wish, now: datetime) -> None:
    """Do and undo what a new address would cause, so that the time of the answer says nothing."""
    trial = session.begin_nested()
    _add_with_consents(session, replace(wish, address=f"{uuid4().hex}@invalid"), now)
    trial.rollback()


def create_account(session: Session, wish: Wish, now: datetime) -> User:
    """Add the user and the patient or practitioner that belongs to it."""
    user = User(
        email=wish.address,
        name=wish.name,
        role=wish.role,
        password=wish.password_hash,
        active=True,
        fs_uniquifier=uuid4().hex,
        fs_webauthn_user_handle=uuid4().hex,
        created_at=now,
        locale=wish.locale,
        time_zone=wish.time_zone,
    )
    session.add(user)
    session.flush()
    if wish.role == "patient":
        patient = Patient(user_id=user.id, alias=wish.name, created_at=now)
        session.add(patient)
        session.flush()
        session.add(MailPreference(patient_id=patient.id))
    else:
        session.add(Practitioner(user_id=user.id, created_at=now))
    session.flush()
    return user


def resend_confirmation(session: Session, address: str, now: datetime) -> None:
    """Send a new confirmation mail, if there is something to confirm."""
    user = find_account(session, address)
    if user is not None and user.confirmed_at is None and user.active:
        _send_confirmation(session, user, now)
    else:
        _leave_no_trace(session, now)


def _send_confirmation(session: Session, user: User, now: datetime) -> None:
    user.confirm_serial += 1
    enqueue(session, kind="confirm_address", now=now, user_id=user.id, parameters={"serial": user.confirm_serial})


def confirm_address(session: Session, user: User, now: datetime) -> None:
    """Note that the address belongs to the person; links and codes sent so far stop working."""
    if user.confirmed_at is None:
        user.confirmed_at = _naive(now)
    user.confirm_serial += 1
    session.flush()


def ask_reset(session: Session, address: str, now: datetime) -> None:
    """Send a link for a new password; older links stop working."""
    user = find_account(session, address)
    if user is None or not user.active:
        _leave_no_trace(session, now)
    elif user.confirmed_at is None:
        _send_confirmation(session, user, now)
    else:
        user.reset_serial += 1
        enqueue(session, kind="reset_password", now=now, user_id=user.id, parameters={"serial": user.reset_serial})


def _leave_no_trace(session: Session, now: datetime) -> None:
    """Write what a known address would cause, so that the time of the answer says nothing; no mail comes of it."""
    enqueue(session, kind="nobody", now=now)


def set_password(session: Session, user: User, password_hash: str, now: datetime, *, keep: UUID | None = None) -> None:
    """Store the new password, end every other session, and tell the person by mail."""
    user.password = password_hash
    user.reset_serial += 1
    # Whoever knew the old password may have asked for a change of address: that link dies as well.
    user.confirm_serial += 1
    end_sessions(session, user, keep=keep)
    enqueue(session, kind="password_changed", now=now, user_id=user.id)


def ask_address_change(session: Session, user: User, address: str, now: datetime) -> None:
    """Send a link to the new address; if somebody has it already, that person is told instead."""
    user.confirm_serial += 1
    other = find_account(session, address)
    if other is not None:
        enqueue(session, kind="address_exists", now=now, user_id=other.id)
        return
    enqueue(
        session,
        kind="address_change",
        now=now,
        user_id=user.id,
        address=address,
        parameters={"serial": user.confirm_serial},
    )


def ask_reach(session: Session, user: User, now: datetime) -> None:
    """Send a mail to the person's own address, whose link shows that it arrives."""
    user.confirm_serial += 1
    enqueue(session, kind="reach_address", now=now, user_id=user.id, parameters={"serial": user.confirm_serial})


def reached(session: Session, user: User, now: datetime) -> None:
    """Note that mail reaches the person's address again."""
    user.confirm_serial += 1
    lift_suspension(session, user.id, now)


def change_address(session: Session, user: User, address: str, now: datetime) -> bool:
    """Move the account to the new address and tell the old one; False when somebody else has it meanwhile."""
    if find_account(session, address) is not None:
        return False
    old = user.email
    user.email = address
    user.confirm_serial += 1
    user.reset_serial += 1
    end_sessions(session, user)
    # A mail just arrived there.
    lift_suspension(session, user.id, now)
    enqueue(session, kind="address_changed", now=now, user_id=user.id, address=old)
    return True


def end_sessions(session: Session, user: User, *, keep: UUID | None = None) -> None:
    """End every session of the person, half-signed-in ones too; ``keep`` must then carry the new uniquifier."""
    user.fs_uniquifier = uuid4().hex
    session.flush()
    others = delete(UserSession).where(UserSession.user_id == user.id)
    session.execute(others if keep is None else others.where(UserSession.id != keep))


def factor_changed(session: Session, user: User, now: datetime, *, keep: UUID | None = None) -> None:
    """End the other sessions after a change of the second factor, and tell the person by mail."""
    end_sessions(session, user, keep=keep)
    enqueue(session, kind="factor_changed", now=now, user_id=user.id)


def remove_app(session: Session, user: User) -> None:
    """Take away the authenticator app and the recovery codes that came with it."""
    user.tf_primary_method = None
    user.tf_totp_secret = None
    user.totp_last_counter = None
    user.mf_recovery_codes = None
    session.flush()


def remove_factors(session: Session, user: User, now: datetime) -> None:
    """Take away app, recovery codes and passkeys of somebody who lost them, and end every session."""
    remove_app(session, user)
    user.webauthn.clear()
    factor_changed(session, user, now)


def disable_account(session: Session, user: User) -> None:
    """Keep the person out from now on, on every device."""
    user.active = False
    user.reset_serial += 1
    user.confirm_serial += 1
    end_sessions(session, user)


def has_any_factor(user: User) -> bool:
    """Tell whether the person set up an authenticator app or a passkey."""
    return user.has_factor or bool(user.webauthn)


def _naive(now: datetime) -> datetime:
    # Flask-Security keeps this one moment without a zone, in UTC.
    return now.astimezone(UTC).replace(tzinfo=None)
