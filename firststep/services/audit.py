"""The trail of who looked at a patient's data and who changed access to it: added to, never changed, sealed in a chain.

Each row carries an HMAC over itself and the row before, so that an edit or a cut in the middle is found by whoever
holds the key. A cut at the end shows only against a head (count and hash) that was given away earlier.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import exists, func, select, true
from sqlalchemy.orm import Session

from firststep.models import AccessEvent
from firststep.models.sharing import VISIT_ENDS

#: Looks, those at a visit among them, and what was taken along as a file, which is a look as well.
VIEWED = (
    *("viewed_summary", "viewed_charts", "viewed_notes", "visited_summary", "visited_charts", "visited_notes"),
    *("exported_summary", "exported_charts", "exported_notes"),
)
CHANGED = (
    "share_invited",
    "share_resent",
    "share_withdrawn",
    "share_accepted",
    "share_confirmed",
    "share_taken_up",
    "share_renewed",
    "share_reopened",
    "share_stopped",
    "share_expired",
    "share_added",
    "share_counted",
    "share_not_counted",
)
#: What a practitioner noted about a session, and what the patient says to that.
OF_SESSIONS = (
    "session_noted",
    "session_changed",
    "session_withdrawn",
    "session_disputed",
    "session_dispute_ended",
)
#: The steps of a look at a visit, from the code to its end.
AT_VISIT = ("visit_shown", "visit_asked", "visit_allowed", *(f"visit_{end}" for end in VISIT_ENDS))
#: What happens to a case from a practice's sheet: a person takes it over, the practice adds to it, the person removes.
OF_CASES = ("case_claimed", "visits_imported", "imported_visit_removed")
#: What the patient does with the diary as a whole.
OF_THE_WHOLE = ("exported", "imported", "diary_deleted", "account_deleted")
# What stands as the row before the first one.
_BEGINNING = "0" * 64
_ROWS_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts, when, and the key that seals the note of it; without a user it is the program or its operator."""

    user_id: UUID | None
    name: str
    now: datetime
    key: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Head:
    """How long a patient's trail is, and the hash of its last row."""

    count: int
    hash: str


class TrailBroken(Exception):
    """A row of the trail is not what was written, or one is missing before it."""

    def __init__(self, seq: int | None) -> None:
        super().__init__(f"The trail does not hold at row {seq}." if seq else "The trail is shorter than it was.")
        self.seq = seq


def sealing_key(secret: str) -> bytes:
    """Return the key of the chain: derived, so that a leak of it signs no session."""
    return hmac.digest(secret.encode(), b"firststep access_event chain, version 1", "sha256")


def lock_trail(session: Session, patient_id: UUID) -> None:
    """Let one transaction at a time change this patient's shares and trail, until it ends.

    SQLite needs nothing: a writing transaction there is alone from its beginning. On PostgreSQL the lock does not
    hang on the patient's row, which diary entries refer to and which may be deleted while the trail stays.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(int.from_bytes(patient_id.bytes[:8], signed=True))))


def record(session: Session, actor: Actor, patient_id: UUID, what: str, *, share_id: UUID | None = None) -> AccessEvent:
    """Add one row to the patient's trail; it counts when the caller commits."""
    if what not in (*VIEWED, *CHANGED, *OF_SESSIONS, *OF_CASES, *AT_VISIT, *OF_THE_WHOLE):
        raise ValueError(f"The trail knows no event {what!r}.")
    lock_trail(session, patient_id)
    last = (
        select(AccessEvent.hash).where(AccessEvent.patient_id == patient_id).order_by(AccessEvent.seq.desc()).limit(1)
    )
    event = AccessEvent(
        patient_id=patient_id,
        actor_user_id=actor.user_id,
        actor_name=actor.name[:120],
        what=what,
        share_id=share_id,
        at=actor.now,
        previous_hash=session.scalar(last) or _BEGINNING,
    )
    event.hash = _seal(event, actor.key)
    session.add(event)
    session.flush()
    return event


def has_looked(session: Session, actor: Actor, share_id: UUID, what: str, *, since: datetime) -> bool:
    """Tell whether the actor's look of this kind through this share stands in the trail since a moment."""
    same = (
        AccessEvent.share_id == share_id,
        AccessEvent.actor_user_id == actor.user_id,
        AccessEvent.what == what,
        AccessEvent.at >= since,
    )
    return bool(session.scalar(select(exists().where(*same))))


def read_trail(
    session: Session, patient_id: UUID, *, before: int | None = None, most: int | None = None
) -> list[AccessEvent]:
    """Return the patient's trail, the newest row first: rows older than ``before``, and no more than ``most``."""
    asked = (AccessEvent.patient_id == patient_id, true() if before is None else AccessEvent.seq < before)
    return list(session.scalars(select(AccessEvent).where(*asked).order_by(AccessEvent.seq.desc()).limit(most)))


def patients_with_trail(session: Session) -> list[UUID]:
    """Return every patient with a trail, those who deleted their account included."""
    return list(session.scalars(select(AccessEvent.patient_id).distinct().order_by(AccessEvent.patient_id)))


def trail_head(session: Session, patient_id: UUID) -> Head:
    """Return how long the trail is and the hash of its last row, to be given to the patient; two statements."""
    of_patient = AccessEvent.patient_id == patient_id
    last = select(AccessEvent.seq, AccessEvent.hash).where(of_patient).order_by(AccessEvent.seq.desc()).limit(1)
    found = session.execute(last).one_or_none()
    if found is None:
        return Head(count=0, hash=_BEGINNING)
    # Up to that row: what is added meanwhile belongs to the next head.
    count = select(func.count()).select_from(AccessEvent).where(of_patient, AccessEvent.seq <= found.seq)
    return Head(count=session.scalar(count) or 0, hash=found.hash)


def verify(session: Session, patient_id: UUID, *, key: bytes, published: Head | None = None) -> Head:
    """Return the trail's head after checking every row; raise TrailBroken for an edit, a gap or a missing end.

    ``published`` is a head given away earlier: its row must still stand at its place.
    """
    count, hash_before = 0, _BEGINNING
    published_found = published is None or published.count == 0
    of_patient = select(AccessEvent).where(AccessEvent.patient_id == patient_id).order_by(AccessEvent.seq)
    some_at_once = of_patient.execution_options(yield_per=_ROWS_AT_ONCE, populate_existing=True)
    with closing(session.scalars(some_at_once)) as oldest_first:
        for event in oldest_first:
            if event.previous_hash != hash_before or not hmac.compare_digest(event.hash, _seal(event, key)):
                raise TrailBroken(event.seq)
            count, hash_before = count + 1, event.hash
            published_found = published_found or published == Head(count=count, hash=event.hash)
    if not published_found:
        raise TrailBroken(None)
    return Head(count=count, hash=hash_before)


def _seal(event: AccessEvent, key: bytes) -> str:
    content = [
        event.previous_hash,
        event.patient_id.hex,
        event.actor_user_id.hex if event.actor_user_id else None,
        event.actor_name,
        event.what,
        event.share_id.hex if event.share_id else None,
        event.at.astimezone(UTC).isoformat(timespec="microseconds"),
    ]
    return hmac.new(key, json.dumps(content).encode(), hashlib.sha256).hexdigest()
