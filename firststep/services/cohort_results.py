"""Cohorts that are too large for a request: asked for, counted by the worker, kept as long as they are true."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from firststep.clinical.cohort_choice import CohortChoice, Counted
from firststep.clinical.counted_json import counted_as_json, counted_from_json
from firststep.models import CohortResult, Share
from firststep.services.cohort_stamp import Stamp

#: Whoever is not answered in this time asks again.
WAITS_FOR: Final = timedelta(minutes=10)
#: The day is part of what a result is computed from: an older one is never shown again.
KEPT_FOR: Final = timedelta(days=1)
#: So many choices of one practitioner are kept.
_MOST_CHOICES: Final = 20


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What is kept for a choice: the result with its moment where it is true, and whether the worker was asked."""

    counted: Counted | None
    made_at: datetime | None
    is_asked: bool


def find(
    session: Session,
    practitioner_id: UUID,
    choice: CohortChoice,
    stamp: Stamp,
    *,
    now: datetime,
    since: datetime | None,
) -> Kept:
    """Return what is kept and still true.

    That is what was computed from the same consents and the same data. For whoever waits since a moment, data of any
    later moment will do: else nobody would ever see the figures of a practice in which somebody always writes.
    """
    row = session.get(CohortResult, (practitioner_id, choice.as_text()), populate_existing=True)
    if row is None:
        return Kept(counted=None, made_at=None, is_asked=False)
    is_asked = row.asked_at is not None and row.asked_at > now - WAITS_FOR
    is_late_enough = since is not None and row.made_at is not None and row.made_at >= since > now - WAITS_FOR
    if row.counted is None or row.consents != stamp.consents or not (row.data == stamp.data or is_late_enough):
        return Kept(counted=None, made_at=None, is_asked=is_asked)
    return Kept(counted=counted_from_json(row.counted), made_at=row.made_at, is_asked=is_asked)


def ask(session: Session, practitioner_id: UUID, choice: CohortChoice, *, now: datetime) -> None:
    """Ask the worker for the figures; asked already, nothing changes."""
    key = {"practitioner_id": practitioner_id, "choice": choice.as_text()}
    if session.get(CohortResult, tuple(key.values())) is None:
        _make_room(session, practitioner_id)
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        # Of two taps at once the second finds the row of the first.
        session.execute(dialect.insert(CohortResult).values(**key, asked_at=now).on_conflict_do_nothing())
    mine = (CohortResult.practitioner_id == practitioner_id, CohortResult.choice == key["choice"])
    not_asked = or_(CohortResult.asked_at.is_(None), CohortResult.asked_at <= now - WAITS_FOR)
    session.execute(update(CohortResult).where(*mine, not_asked).values(asked_at=now))


def _make_room(session: Session, practitioner_id: UUID) -> None:
    mine = CohortResult.practitioner_id == practitioner_id
    kept = session.scalars(select(CohortResult.choice).where(mine).order_by(CohortResult.made_at.desc())).all()
    surplus = kept[_MOST_CHOICES - 1 :]
    session.execute(delete(CohortResult).where(mine, CohortResult.choice.in_(surplus)))


def waiting(session: Session, *, now: datetime) -> list[tuple[UUID, str]]:
    """Return (practitioner, choice) of what was asked for lately, the first asked first."""
    rows = session.execute(
        select(CohortResult.practitioner_id, CohortResult.choice)
        .where(CohortResult.asked_at > now - WAITS_FOR)
        .order_by(CohortResult.asked_at)
    )
    return [(practitioner_id, choice) for practitioner_id, choice in rows]


def store(
    session: Session, practitioner_id: UUID, choice: str, stamp: Stamp, counted: Counted, *, made_at: datetime
) -> None:
    """Keep what the worker counted; whoever asked is answered."""
    values: dict[str, Any] = {
        "consents": stamp.consents,
        "data": stamp.data,
        "counted": counted_as_json(counted),
        "made_at": made_at,
        "asked_at": None,
    }
    mine = (CohortResult.practitioner_id == practitioner_id, CohortResult.choice == choice)
    session.execute(update(CohortResult).where(*mine).values(values))


def give_up(session: Session, practitioner_id: UUID, choice: str) -> None:
    """Forget what was asked for and could not be counted; it can be asked for again."""
    mine = (CohortResult.practitioner_id == practitioner_id, CohortResult.choice == choice)
    session.execute(update(CohortResult).where(*mine).values(asked_at=None))


def purge_results(session: Session, *, now: datetime) -> int:
    """Delete what is never shown again; return how many there were."""
    old = CohortResult.made_at < now - KEPT_FOR
    never_made = CohortResult.made_at.is_(None) & (CohortResult.asked_at < now - WAITS_FOR)
    return len(session.scalars(delete(CohortResult).where(old | never_made).returning(CohortResult.choice)).all())


def drop_results_with(database: Any, patient_id: UUID) -> None:
    """Delete every result in which a patient may be counted."""
    practitioners = select(Share.practitioner_id).where(Share.patient_id == patient_id)
    database.execute(delete(CohortResult).where(CohortResult.practitioner_id.in_(practitioners)))
