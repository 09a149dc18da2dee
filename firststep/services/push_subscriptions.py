"""Devices that take pushes: told by the browser, and the push that waits for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import Update, delete, select, update
from sqlalchemy.orm import Session

from firststep.models import PushSubscription, User
from firststep.services import reminders
from firststep.services.consents import consent_standings, give_consent, withdraw_consent
from firststep.services.push_endpoints import BadEndpoint, read_endpoint
from firststep.services.push_keys import from_base64url

MOST_DEVICES = 10
# Longer than sending one takes.
LEASE = timedelta(minutes=2)
WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))
_SECRET_BYTES = 16


class BadSubscription(Exception):
    """What the browser told is no subscription."""


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """What a browser tells: where pushes go, and the keys that only it can read them with."""

    endpoint: str
    p256dh: str
    auth: str


@dataclass(frozen=True, kw_only=True)
class Push:
    """A push that a worker holds for a while."""

    id: UUID
    user_id: UUID
    to: Subscription
    kind: str
    on: date | None
    number: int | None
    tries: int
    lease_until: datetime


def read_subscription(told: object, *, local_host: str) -> Subscription:
    """Return what the browser's JSON says, or raise BadSubscription."""
    keys = told.get("keys") if isinstance(told, dict) else None
    if not isinstance(told, dict) or not isinstance(keys, dict):
        raise BadSubscription
    endpoint, p256dh, auth = told.get("endpoint"), keys.get("p256dh"), keys.get("auth")
    if not (isinstance(endpoint, str) and isinstance(p256dh, str) and isinstance(auth, str)):
        raise BadSubscription
    try:
        read_endpoint(endpoint, local_host=local_host)
        if len(p256dh) > 88 or len(auth) > 24 or len(from_base64url(auth)) != _SECRET_BYTES:
            raise BadSubscription
        # A point that is not on the curve is refused here and not when the worker encrypts.
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), from_base64url(p256dh))
    except (BadEndpoint, ValueError):
        raise BadSubscription from None
    return Subscription(endpoint=endpoint, p256dh=p256dh.rstrip("="), auth=auth.rstrip("="))


def subscribe(
    session: Session,
    user: User,
    told: Subscription,
    *,
    session_id: UUID | None,
    now: datetime,
    replaces: str | None = None,
) -> None:
    """Store the device's current subscription: a known one is brought up to date, an older one of it goes."""
    mine = PushSubscription.user_id == user.id
    stale = PushSubscription.endpoint != told.endpoint
    if session_id is not None:
        session.execute(delete(PushSubscription).where(mine, stale, PushSubscription.session_id == session_id))
    if replaces is not None:
        session.execute(delete(PushSubscription).where(mine, stale, PushSubscription.endpoint == replaces))
    row = session.scalars(select(PushSubscription).where(PushSubscription.endpoint == told.endpoint)).first()
    if row is None:
        row = PushSubscription(endpoint=told.endpoint, created_at=now, failures=0, tries=0)
        session.add(row)
    elif row.user_id != user.id:
        # Another person signs in on this phone: what waited or was delivered before is not theirs.
        row.due_at = row.due_kind = row.due_on = row.due_number = row.delivered_at = row.last_error = None
        row.created_at, row.failures, row.tries = now, 0, 0
    row.user_id, row.session_id, row.p256dh, row.auth = user.id, session_id, told.p256dh, told.auth
    session.flush()
    _forget_oldest(session, user.id)
    standing = consent_standings(session, user.id).get("push")
    if standing is None or not standing.holds:
        give_consent(session, user.id, "push", now)
    if user.patient is not None:
        reminders.begin(session, user.patient.id, now)


def unsubscribe(session: Session, user: User, endpoint: str | None, now: datetime) -> bool:
    """Forget one device of the person, or all of them; tell whether there was any."""
    theirs = delete(PushSubscription).where(PushSubscription.user_id == user.id)
    if endpoint is not None:
        theirs = theirs.where(PushSubscription.endpoint == endpoint)
    found = session.execute(theirs.returning(PushSubscription.id)).first() is not None
    if not reminders.has_devices(session, user.id):
        withdraw_consent(session, user.id, "push", now)
        if user.patient is not None:
            reminders.replan(session, user.patient.id, now)
    return found


def devices(session: Session, user_id: UUID) -> Sequence[PushSubscription]:
    """Return the devices of the person, newest first."""
    mine = select(PushSubscription).where(PushSubscription.user_id == user_id)
    return session.scalars(mine.order_by(PushSubscription.created_at.desc())).all()


def note_test(session: Session, user_id: UUID, now: datetime) -> bool:
    """Let every device of the person get a push now; False without one."""
    noted = session.execute(
        update(PushSubscription)
        .where(PushSubscription.user_id == user_id)
        .values(due_at=now, due_kind="test", due_on=None, due_number=None, tries=0)
        .returning(PushSubscription.id)
    )
    return noted.first() is not None


def claim_next(session: Session, now: datetime) -> Push | None:
    """Take one push that is due; one whose worker died is due again when its lease is over."""
    row = session.scalars(
        select(PushSubscription)
        .where(PushSubscription.due_at <= now)
        .order_by(PushSubscription.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if row is None:
        return None
    row.due_at = now + LEASE
    row.tries += 1
    session.flush()
    return Push(
        id=row.id,
        user_id=row.user_id,
        to=Subscription(endpoint=row.endpoint, p256dh=row.p256dh, auth=row.auth),
        kind=row.due_kind or "test",
        on=row.due_on,
        number=row.due_number,
        tries=row.tries,
        lease_until=row.due_at,
    )


def mark_delivered(session: Session, push: Push, now: datetime) -> None:
    """Note that the push service took it."""
    _settle(session, push, delivered_at=now, failures=0, last_error=None)


def mark_dropped(session: Session, push: Push) -> None:
    """Note that nobody wants it any more."""
    _settle(session, push)


def mark_gone(session: Session, push: Push, now: datetime) -> None:
    """Forget a device that the push service no longer knows."""
    user = session.get(User, push.user_id)
    if user is not None:
        unsubscribe(session, user, push.to.endpoint, now)


def mark_failed(session: Session, push: Push, now: datetime, error: str) -> None:
    """Count the failure, and try again later a few times."""
    failed: dict[str, object] = {"failures": PushSubscription.failures + 1, "last_error": error[:40]}
    if push.tries > len(WAITS):
        _settle(session, push, **failed)
    else:
        session.execute(_held(push).values(due_at=now + WAITS[push.tries - 1], **failed))


def _settle(session: Session, push: Push, **values: object) -> None:
    settled = {"due_at": None, "due_kind": None, "due_on": None, "due_number": None, "tries": 0} | values
    session.execute(_held(push).values(settled))


def _held(push: Push) -> Update:
    return update(PushSubscription).where(
        PushSubscription.id == push.id,
        PushSubscription.endpoint == push.to.endpoint,
        PushSubscription.due_at == push.lease_until,
    )


def _forget_oldest(session: Session, user_id: UUID) -> None:
    """Keep a bounded number of devices: each is a request of the worker."""
    for row in devices(session, user_id)[MOST_DEVICES:]:
        session.delete(row)
    session.flush()
