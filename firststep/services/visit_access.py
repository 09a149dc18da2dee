"""A look at one visit without a share: the patient shows a code, a reader enters it, the patient allows an hour.

States: shown → asked → open → ended. A code admits one reader: a second one who enters it while the first waits kills
it, because nobody can tell which of them sits with the patient. Nothing is seen before the patient has compared the two
digits on both screens and allowed. Each step is taken under the lock of the patient's trail and noted in it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from firststep.models import Patient, User, VisitAccess
from firststep.services import audit
from firststep.services.audit import Actor
from firststep.services.invitations import token_hash

CODE_LIFE = timedelta(minutes=15)
# So long the patient may take to allow, however late the code was entered.
ASK_LIFE = timedelta(minutes=5)
VISIT_LIFE = timedelta(minutes=60)
MOST_CODES, CODES_WINDOW = 30, timedelta(days=1)
_CODES = 1_000_000
_LIVE = ("shown", "asked", "open")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A code that somebody enters: on which device, and in which form of which page.

    ``once`` is the form's own random word: the same form sent twice is one reader.
    """

    device: str
    once: str


class WrongCode(Exception):
    """Nobody can ask through these six digits."""


class CodeOver(Exception):
    """The link of a code was genuine, but works no more: ``reason`` is used, twice or expired."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TooManyCodes(Exception):
    """The patient showed as many codes as may be; there is room again at ``free_at``."""

    def __init__(self, free_at: datetime) -> None:
        super().__init__("Too many codes.")
        self.free_at = free_at


class VisitOver(Exception):
    """The step came too late: the visit is not in the state from which it can be taken."""


def visit_key(secret: str) -> bytes:
    """Return the key from which codes and links of visits are made: derived, so that a leak of it signs no session."""
    return hmac.digest(secret.encode(), b"firststep visit codes, version 1", "sha256")


def code_of(key: bytes, visit_id: UUID) -> str:
    """Return the six digits of the visit, which lie nowhere readable."""
    digest = hmac.digest(key, b"code" + visit_id.bytes, "sha256")
    return f"{int.from_bytes(digest[:8]) % _CODES:06d}"


def link_token(key: bytes, visit_id: UUID) -> str:
    """Return the 256 bits that the QR code of the visit holds."""
    digest = hmac.digest(key, b"link" + visit_id.bytes, "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def show_code(
    session: Session, actor: Actor, patient_id: UUID, scope: str, from_day: date | None, *, key: bytes
) -> VisitAccess:
    """Begin a visit; it takes the place of one that is not over. Raises TooManyCodes."""
    audit.lock_trail(session, patient_id)
    _check_codes(session, patient_id, actor.now)
    for earlier in _living(session, patient_id):
        _end(session, actor, earlier, "replaced")
    visit_id = _with_free_code(session, key, actor.now)
    visit = VisitAccess(
        id=visit_id,
        patient_id=patient_id,
        scope=scope,
        from_day=from_day,
        state="shown",
        made_at=actor.now,
        code_hash=_code_hash(key, code_of(key, visit_id)),
        link_hash=token_hash(link_token(key, visit_id)),
        code_expires_at=actor.now + CODE_LIFE,
    )
    session.add(visit)
    session.flush()
    audit.record(session, actor, patient_id, "visit_shown", share_id=visit.id)
    return visit


def enter_code(session: Session, actor: Actor, entry: Entry, code: str, *, key: bytes) -> tuple[VisitAccess, str]:
    """Let the actor ask through six digits; return the visit and the token for the actor's browser.

    WrongCode says of every other code the same, whether it is wrong, used or over. A caller who gets it commits: a code
    that two entered is dead.
    """
    try:
        visit = _entered(session, VisitAccess.code_hash == _code_hash(key, code))
        return visit, _ask(session, actor, entry, visit, key)
    except (NoResultFound, CodeOver):
        raise WrongCode from None


def enter_link(session: Session, actor: Actor, entry: Entry, token: str, *, key: bytes) -> tuple[VisitAccess, str]:
    """Let the actor ask through the link of the QR code; NoResultFound for an unknown one, CodeOver for a dead one.

    A caller who gets CodeOver commits: a code that two entered is dead.
    """
    visit = _entered(session, VisitAccess.link_hash == token_hash(token))
    return visit, _ask(session, actor, entry, visit, key)


def check_link(session: Session, token: str, *, now: datetime) -> None:
    """Raise NoResultFound or CodeOver when the link cannot be used; nothing changes."""
    found = select(VisitAccess).where(VisitAccess.link_hash == token_hash(token), _of_open_diary())
    visit = session.scalars(found.execution_options(populate_existing=True)).one()
    # Who waits may open the link once more; that a second one waits is found when it is sent.
    if visit.state != "asked" or is_over(visit, now):
        _must_be_shown(visit, now)


def allow(session: Session, actor: Actor, patient_id: UUID, visit_id: UUID) -> VisitAccess:
    """Let the reader look for an hour. Raises VisitOver when nobody asks, or nobody does any more."""
    visit = _own(session, patient_id, visit_id)
    if is_open(visit, actor.now):
        return visit
    if visit.state != "asked" or is_over(visit, actor.now):
        raise VisitOver
    visit.state = "open"
    visit.allowed_at, visit.ends_at = actor.now, actor.now + VISIT_LIFE
    visit.code_hash = None
    audit.record(session, actor, patient_id, "visit_allowed", share_id=visit.id)
    return visit


def end(session: Session, actor: Actor, patient_id: UUID, visit_id: UUID) -> None:
    """Take the code back, refuse the reader or end the look, at once."""
    visit = _own(session, patient_id, visit_id)
    if visit.state != "ended":
        _end(session, actor, visit, "refused" if visit.state == "asked" else "stopped")


def end_all(session: Session, actor: Actor, patient_id: UUID) -> int:
    """End whatever there is of the patient's visits; return how many were not over."""
    audit.lock_trail(session, patient_id)
    living = _living(session, patient_id)
    still = sum(not is_over(visit, actor.now) for visit in living)
    for visit in living:
        _end(session, actor, visit, "stopped")
    return still


def leave(session: Session, actor: Actor, visit: VisitAccess) -> None:
    """End the look from the reader's side; a request that was not allowed yet ends too."""
    visit = _own(session, visit.patient_id, visit.id)
    if visit.state in ("asked", "open"):
        _end(session, actor, visit, "left")


def of_patient(session: Session, patient_id: UUID) -> VisitAccess | None:
    """Return the visit that goes on, else the patient's newest one."""
    # By its state first: what a clock made that was set back since looks newer than what goes on.
    order = VisitAccess.state.in_(_LIVE).desc(), VisitAccess.made_at.desc()
    newest = select(VisitAccess).where(VisitAccess.patient_id == patient_id).order_by(*order)
    return session.scalars(newest.limit(1).execution_options(populate_existing=True)).one_or_none()


def of_reader(session: Session, token: str, user_id: UUID | None) -> VisitAccess | None:
    """Return the visit that the reader's browser holds, in whatever state, for the account that entered the code.

    Who signs out, or signs in as somebody else, holds it no more.
    """
    held = select(VisitAccess).where(VisitAccess.reader_hash == token_hash(token), _of_open_diary())
    visit = session.scalars(held.execution_options(populate_existing=True)).one_or_none()
    return visit if visit is not None and visit.reader_user_id == user_id else None


def is_open(visit: VisitAccess, now: datetime) -> bool:
    """Tell whether the reader may look; a clock that was set back opens nothing."""
    begins, ends = visit.allowed_at, visit.ends_at
    return visit.state == "open" and begins is not None and ends is not None and begins <= now < ends


def is_over(visit: VisitAccess, now: datetime) -> bool:
    """Tell whether nothing can come of the visit any more, marked or not."""
    if visit.state == "shown":
        return not visit.made_at <= now <= visit.code_expires_at
    if visit.state == "asked":
        return visit.asked_at is None or not visit.asked_at <= now <= visit.asked_at + ASK_LIFE
    return not is_open(visit, now)


def purge_old(session: Session, before: datetime) -> int:
    """Delete visits that began before the moment; return how many there were. The trail keeps that they were."""
    old = delete(VisitAccess).where(VisitAccess.made_at < before).returning(VisitAccess.id)
    return len(session.execute(old).all())


def _ask(session: Session, actor: Actor, entry: Entry, visit: VisitAccess, key: bytes) -> str:
    token = _reader_token(key, visit.id, entry.once)
    if visit.state == "asked" and not is_over(visit, actor.now):
        if visit.reader_hash == token_hash(token):
            return token
        _end(session, replace(actor, user_id=None, name=""), visit, "twice")
        raise CodeOver("twice")
    _must_be_shown(visit, actor.now)
    visit.state, visit.asked_at = "asked", actor.now
    visit.reader_hash, visit.reader_user_id = token_hash(token), actor.user_id
    visit.reader_name, visit.reader_device = actor.name[:120], entry.device
    visit.sign = f"{secrets.randbelow(100):02d}"
    audit.record(session, actor, visit.patient_id, "visit_asked", share_id=visit.id)
    return token


def _must_be_shown(visit: VisitAccess, now: datetime) -> None:
    if visit.state != "shown":
        raise CodeOver("twice" if visit.ended_by == "twice" else "used")
    if is_over(visit, now):
        raise CodeOver("expired")


def _reader_token(key: bytes, visit_id: UUID, once: str) -> str:
    """Return what the reader's browser holds: the same for the same form, and known to nobody without the key."""
    digest = hmac.digest(key, b"reader" + visit_id.bytes + once.encode("utf-8", "surrogatepass"), "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _entered(session: Session, which: ColumnElement[bool]) -> VisitAccess:
    found = select(VisitAccess.id, VisitAccess.patient_id).where(which, _of_open_diary())
    visit_id, patient_id = session.execute(found).one()
    # Of two who enter it, one is first.
    return _own(session, patient_id, visit_id)


def _own(session: Session, patient_id: UUID, visit_id: UUID) -> VisitAccess:
    """Return the patient's visit as it stands under the lock; NoResultFound when it is another's."""
    audit.lock_trail(session, patient_id)
    found = select(VisitAccess).where(VisitAccess.id == visit_id, VisitAccess.patient_id == patient_id)
    return session.scalars(found.execution_options(populate_existing=True)).one()


def _living(session: Session, patient_id: UUID) -> list[VisitAccess]:
    found = select(VisitAccess).where(VisitAccess.patient_id == patient_id, VisitAccess.state.in_(_LIVE))
    return list(session.scalars(found.execution_options(populate_existing=True)))


def _end(session: Session, actor: Actor, visit: VisitAccess, how: str) -> None:
    """End the visit, and note it unless it was over by itself before."""
    was_over = is_over(visit, actor.now)
    visit.state, visit.ended_at, visit.ended_by, visit.code_hash = "ended", actor.now, how, None
    session.flush()
    if not was_over:
        audit.record(session, actor, visit.patient_id, f"visit_{how}", share_id=visit.id)


def _check_codes(session: Session, patient_id: UUID, now: datetime) -> None:
    shown = select(VisitAccess.made_at).where(
        VisitAccess.patient_id == patient_id, VisitAccess.made_at > now - CODES_WINDOW
    )
    latest_first = list(session.scalars(shown.order_by(VisitAccess.made_at.desc()).limit(MOST_CODES)))
    if len(latest_first) == MOST_CODES:
        raise TooManyCodes(latest_first[-1] + CODES_WINDOW)


def _with_free_code(session: Session, key: bytes, now: datetime) -> UUID:
    """Return a new id whose six digits no other visit has that can still be entered."""
    while True:
        visit_id = uuid4()
        same = VisitAccess.code_hash == _code_hash(key, code_of(key, visit_id))
        over = or_(
            and_(VisitAccess.state == "shown", VisitAccess.code_expires_at < now),
            and_(VisitAccess.state == "asked", VisitAccess.asked_at < now - ASK_LIFE),
        )
        session.execute(update(VisitAccess).where(same, over).values(code_hash=None))
        if session.scalar(select(func.count()).select_from(VisitAccess).where(same)) == 0:
            return visit_id


def _code_hash(key: bytes, code: str) -> str:
    return hmac.new(key, b"entered" + code.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _of_open_diary() -> ColumnElement[bool]:
    """Say that the patient's diary is open and the account too: whose account is disabled cannot end a look."""
    owner = select(Patient.id).join(User, User.id == Patient.user_id)
    return owner.where(Patient.id == VisitAccess.patient_id, Patient.diary_closed_at.is_(None), User.active).exists()
