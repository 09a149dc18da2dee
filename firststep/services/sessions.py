"""The sessions of a person: on which devices they are signed in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from firststep.models import UserSession


def living_sessions(
    session: Session, user_id: UUID, now: datetime, *, life: Callable[[bool], tuple[timedelta, timedelta]]
) -> list[UserSession]:
    """Return the sessions that still open something; ``life`` says how long one may rest and live, by own device."""
    rows = session.scalars(
        select(UserSession)
        .where(UserSession.user_id == user_id, UserSession.revoked_at.is_(None))
        .order_by(UserSession.last_seen_at.desc())
    )
    living = []
    for row in rows:
        rest, whole = life(row.own_device)
        if now - row.last_seen_at <= rest and now - row.created_at <= whole:
            living.append(row)
    return living


def end_session(session: Session, user_id: UUID, session_id: UUID) -> bool:
    """End one session of the person; False when there is none of this id."""
    mine = delete(UserSession).where(UserSession.id == session_id, UserSession.user_id == user_id)
    return session.execute(mine.returning(UserSession.id)).first() is not None


def end_other_sessions(session: Session, user_id: UUID, *, keep: UUID | None) -> None:
    """End all sessions of the person but one."""
    session.execute(delete(UserSession).where(UserSession.user_id == user_id, UserSession.id != keep))


def purge_resting(session: Session, before: datetime) -> int:
    """Delete the sessions that nobody used since the moment; return how many there were."""
    resting = delete(UserSession).where(UserSession.last_seen_at < before)
    return len(session.execute(resting.returning(UserSession.id)).all())
