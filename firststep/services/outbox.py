"""Mail that is to be sent: noted here within the caller's transaction, sent by the worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from firststep.models import OutboxMail, Patient, User
from firststep.models.mail import OUTBOX_STATES

# Mail that a person can unsubscribe from; everything else belongs to the account.
LIST_KINDS = ("weekly_summary", "weekly_question", "reminder", "reminder_test", "monday_counts")
# To somebody who has no account any more: the address goes with the mail.
GOODBYE = "account_deleted"

# Longer than either step of sending one mail may take; it is renewed before the second, so that however long a mail
# waits for its turn no two workers hand it over.
LEASE = timedelta(minutes=3)
FIRST_WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=60))
LATER_WAIT = timedelta(hours=1)
TRIED_FOR = timedelta(hours=48)

_BOUNCED = "bounced_"
# One that is tried again after that is queued, and may come back again.
_CAME_BACK = and_(
    OutboxMail.state == "failed", func.coalesce(OutboxMail.last_error, "").startswith(_BOUNCED, autoescape=True)
)


def enqueue(
    session: Session,
    *,
    kind: str,
    now: datetime,
    user_id: UUID | None = None,
    address: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    dedupe_key: str | None = None,
    run_at: datetime | None = None,
) -> bool:
    """Note a mail; False when one with the same key was noted before."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row_id = uuid4()
    values = {
        "id": row_id,
        "kind": kind,
        "dedupe_key": dedupe_key or f"{kind}:{row_id}",
        "user_id": user_id,
        "address": address,
        "parameters": dict(parameters or {}),
        "state": "queued",
        "created_at": now,
        "run_at": run_at or now,
        "attempts": 0,
        # Fixed here, so that a mail sent twice after a crash can be recognised; the domain is the sender's.
        "message_id": uuid4().hex,
    }
    statement = dialect.insert(OutboxMail).values(values).on_conflict_do_nothing(index_elements=["dedupe_key"])
    # flush: the caller's rows that this one points to must be there first.
    session.flush()
    return session.execute(statement.returning(OutboxMail.id)).first() is not None


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A mail that one worker holds for a while; ``attempt`` tells a holder from a later one."""

    id: UUID
    kind: str
    user_id: UUID | None
    message_id: str
    attempt: int
    # Of whoever gets it, as far as it is known when the mail is taken; "" when nobody does.
    domain: str


def free_expired(session: Session, now: datetime) -> int:
    """Put mails back whose worker did not come back in time."""
    expired = (
        update(OutboxMail)
        .where(OutboxMail.state == "leased", OutboxMail.lease_until <= now)
        .values(state="queued", lease_until=None)
        .returning(OutboxMail.id)
    )
    return len(session.execute(expired).all())


def has_due(session: Session, now: datetime) -> bool:
    """Tell whether any mail is to be sent."""
    due = select(OutboxMail.id).where(OutboxMail.state == "queued", OutboxMail.run_at <= now)
    return session.scalars(due.limit(1)).first() is not None


def claim_next(session: Session, now: datetime, *, list_mail: bool, but: Sequence[str] = ()) -> Claim | None:
    """Take one mail that is due, to none of the domains in ``but``.

    Of the two lanes the one for account mail is never behind a pile of letters.
    """
    kind = OutboxMail.kind
    own = select(User.email).where(User.id == OutboxMail.user_id).scalar_subquery()
    address = func.coalesce(OutboxMail.address, own, "")
    found = session.execute(
        select(OutboxMail, address)
        .where(OutboxMail.state == "queued", OutboxMail.run_at <= now)
        .where(kind.in_(LIST_KINDS) if list_mail else kind.not_in(LIST_KINDS))
        .where(*(~address.endswith(f"@{domain}", autoescape=True) for domain in but))
        .order_by(OutboxMail.run_at)
        .limit(1)
        .with_for_update(skip_locked=True, of=OutboxMail)
    ).first()
    if found is None:
        return None
    row, to = found
    row.state = "leased"
    row.lease_until = now + LEASE
    row.attempts += 1
    session.flush()
    return Claim(
        id=row.id,
        kind=row.kind,
        user_id=row.user_id,
        message_id=row.message_id,
        attempt=row.attempts,
        domain=to.rpartition("@")[2].lower(),
    )


def claimed_row(session: Session, claim: Claim) -> OutboxMail | None:
    """Return the mail as it is now, or None when it is gone or somebody else holds it."""
    row = session.get(OutboxMail, claim.id, populate_existing=True)
    return row if row is not None and row.state == "leased" and row.attempts == claim.attempt else None


def renew(session: Session, claim: Claim, now: datetime) -> bool:
    """Hold the mail for the whole lease from now on; False when somebody else holds it or it is settled."""
    held = (OutboxMail.id == claim.id, OutboxMail.state == "leased", OutboxMail.attempts == claim.attempt)
    renewed = update(OutboxMail).where(*held).values(lease_until=now + LEASE).returning(OutboxMail.id)
    return session.execute(renewed).first() is not None


def put_back(session: Session, claim: Claim) -> None:
    """Let the mail be taken again at once, because what it was written from has changed."""
    _settle(session, claim, state="queued", lease_until=None)


def put_back_untried(session: Session, claim: Claim, error: str) -> None:
    """Let the mail wait with as many tries as before, and due since the same moment: this one told nothing about it."""
    _settle(session, claim, state="queued", attempts=claim.attempt - 1, lease_until=None, last_error=error[:80])


def mark_sent(session: Session, claim: Claim, now: datetime) -> None:
    """Note that a server took the mail; this holds whoever has the lease by now, unless it came back already."""
    values = {"state": "sent", "sent_at": now, "lease_until": None, "last_error": None}
    session.execute(update(OutboxMail).where(OutboxMail.id == claim.id, ~_CAME_BACK).values(values))


def mark_dropped(session: Session, claim: Claim) -> None:
    """Note that nobody wants the mail any more."""
    _settle(session, claim, state="dropped", lease_until=None, last_error=None)


def drop_asked(session: Session, patient_id: UUID, kind: str) -> None:
    """Drop the mails of a kind that the person asked for and has not got: called when they stop that kind.

    Their builder sends them whatever the person stopped before. Comes before the wish is stored: a worker that notes
    a refusal takes the mail and then the wish.
    """
    mine = select(Patient.user_id).where(Patient.id == patient_id).scalar_subquery()
    asked = (OutboxMail.kind == kind, OutboxMail.parameters["asked"].as_boolean())
    waiting = update(OutboxMail).where(
        OutboxMail.user_id == mine, *asked, OutboxMail.state.in_(("queued", "leased", "failed"))
    )
    session.execute(waiting.values(state="dropped", lease_until=None, last_error=None))


def mark_failed(session: Session, claim: Claim, now: datetime, error: str) -> None:
    """Note that the mail cannot be delivered and is not tried again unless somebody asks for it."""
    _settle(session, claim, state="failed", run_at=now, lease_until=None, last_error=error[:80])


def mark_returned(session: Session, mail_id: UUID, now: datetime, status: str) -> bool:
    """Note that a mail came back for good, also before it was noted as sent; False when that is known already."""
    values = {"state": "failed", "run_at": now, "lease_until": None, "last_error": f"{_BOUNCED}{status}"[:80]}
    new = update(OutboxMail).where(OutboxMail.id == mail_id, ~_CAME_BACK)
    return session.execute(new.values(values).returning(OutboxMail.id)).first() is not None


def put_off(session: Session, claim: Claim, now: datetime, error: str) -> bool:
    """Try again later; False when the mail was tried for two days and is given up."""
    wait = wait_after(claim.attempt)
    if wait is None:
        mark_failed(session, claim, now, error)
        return False
    _settle(session, claim, state="queued", run_at=now + wait, lease_until=None, last_error=error[:80])
    return True


def wait_after(attempt: int) -> timedelta | None:
    """Return how long to wait after this attempt (the first is 1); None when it was the last one."""
    if attempt <= len(FIRST_WAITS):
        return FIRST_WAITS[attempt - 1]
    tried_for = sum(FIRST_WAITS, timedelta()) + (attempt - len(FIRST_WAITS)) * LATER_WAIT
    return LATER_WAIT if tried_for <= TRIED_FOR else None


def count_by_state(session: Session) -> dict[str, int]:
    """Return how many mails there are in each state."""
    found = session.execute(select(OutboxMail.state, func.count()).group_by(OutboxMail.state))
    return dict.fromkeys(OUTBOX_STATES, 0) | dict(found.all())


def count_unsettled(session: Session) -> dict[str, int]:
    """Return how many mails wait, are being sent or failed; those that were sent, which are many, are not looked at."""
    states = ("queued", "leased", "failed")
    found = session.execute(
        select(OutboxMail.state, func.count()).where(OutboxMail.state.in_(states)).group_by(OutboxMail.state)
    )
    return dict.fromkeys(states, 0) | dict(found.all())


def count_errors(session: Session) -> dict[str, int]:
    """Return how many mails wait or failed for which reason."""
    found = session.execute(
        select(OutboxMail.last_error, func.count())
        .where(OutboxMail.last_error.is_not(None), OutboxMail.state.in_(("queued", "leased", "failed")))
        .group_by(OutboxMail.last_error)
        .order_by(OutboxMail.last_error)
    )
    return {error or "": count for error, count in found}


@dataclass(frozen=True, kw_only=True)
class DeadLetter:
    """A mail that was given up; ``since`` is when."""

    id: UUID
    kind: str
    reason: str
    attempts: int
    since: datetime


def dead_letters(session: Session, *, most: int) -> list[DeadLetter]:
    """Return the mails that were given up, the newest first."""
    rows = session.execute(
        select(OutboxMail.id, OutboxMail.kind, OutboxMail.last_error, OutboxMail.attempts, OutboxMail.run_at)
        .where(OutboxMail.state == "failed")
        .order_by(OutboxMail.run_at.desc(), OutboxMail.id)
        .limit(most)
    )
    return [
        DeadLetter(id=mail_id, kind=kind, reason=error or "", attempts=attempts, since=since)
        for mail_id, kind, error, attempts, since in rows
    ]


def retry(session: Session, now: datetime, ids: Sequence[UUID] | None = None) -> list[UUID]:
    """Try mails that were given up as if they were new, all or these; return which. What nobody wants is dropped."""
    again = update(OutboxMail).where(OutboxMail.state == "failed")
    if ids is not None:
        again = again.where(OutboxMail.id.in_(ids))
    # The last reason stays until an attempt brings another one or none.
    return list(session.scalars(again.values(state="queued", run_at=now, attempts=0).returning(OutboxMail.id)))


def oldest_due(session: Session, now: datetime) -> datetime | None:
    """Return since when the longest waiting mail is due."""
    due = select(func.min(OutboxMail.run_at)).where(OutboxMail.state == "queued", OutboxMail.run_at <= now)
    return session.scalar(due)


def purge_settled(session: Session, before: datetime) -> int:
    """Delete mails that were settled before the moment, and each last one to somebody whose account is gone."""
    old = and_(OutboxMail.run_at < before, OutboxMail.created_at < before)
    settled = delete(OutboxMail).where(
        OutboxMail.state.in_(("sent", "failed", "dropped")), or_(old, OutboxMail.kind == GOODBYE)
    )
    return len(session.execute(settled.returning(OutboxMail.id)).all())


def _settle(session: Session, claim: Claim, **values: Any) -> None:
    held = (OutboxMail.id == claim.id, OutboxMail.state == "leased", OutboxMail.attempts == claim.attempt)
    session.execute(update(OutboxMail).where(*held).values(values))
