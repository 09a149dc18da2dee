"""Sessions noted by a practitioner: a share that shows single days is needed to note, change, withdraw and read one.

A session marks a day, and a summary shows none: so the scope is charts or notes. What stood before a step stays in the
history, and each step stands in the patient's trail. The patient disputes one in own words; that changes nothing of it,
but it is said wherever the session is shown. Only the author reads what the author wrote, the patient besides.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from firststep.models import NotedSession, NotedSessionChange
from firststep.models.noted import NOTED_TEXTS
from firststep.services import access, audit
from firststep.services.access import Grant
from firststep.services.audit import Actor
from firststep.services.diary_fields import FIRST_DAY, Refused

#: What a practitioner says about a session, the day first.
FIELDS: Final = ("day", "kind", "number", *NOTED_TEXTS)
#: What belongs to the first visit of a course.
ASSESSMENT: Final = ("gait", "palpation_meridians", "palpation_regions")


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of a session's history; ``before`` holds what it replaced, nothing at its beginning."""

    at: datetime
    what: str
    before: Mapping[str, Any] = field(default_factory=dict)


def note(
    session: Session, actor: Actor, practitioner_id: UUID, share_id: UUID, noted_id: UUID, values: Mapping[str, Any]
) -> NotedSession:
    """Note a session under the form's id; the same form again corrects it instead of making another.

    Raises NoResultFound when the share shows no single days to this practitioner, Refused for a day outside of it.
    """
    grant = _grant(session, actor, practitioner_id, share_id)
    _check_day(grant, values["day"])
    there = session.get(NotedSession, noted_id, populate_existing=True)
    if there is not None:
        return _change(session, actor, grant, _own(session, grant, practitioner_id, noted_id), values)
    noted = NotedSession(
        id=noted_id,
        patient_id=grant.patient_id,
        practitioner_id=practitioner_id,
        noted_by=actor.name[:120],
        noted_at=actor.now,
        **values,
    )
    session.add(noted)
    session.flush()
    _step(session, actor, noted, "noted", {}, grant.share_id)
    return noted


def change(
    session: Session, actor: Actor, practitioner_id: UUID, share_id: UUID, noted_id: UUID, values: Mapping[str, Any]
) -> NotedSession:
    """Store what the author says now; NoResultFound for another's or a withdrawn one, Refused for a day outside."""
    grant = _grant(session, actor, practitioner_id, share_id)
    _check_day(grant, values["day"])
    return _change(session, actor, grant, _own(session, grant, practitioner_id, noted_id), values)


def withdraw(session: Session, actor: Actor, practitioner_id: UUID, share_id: UUID, noted_id: UUID) -> None:
    """Take a session back: it marks no day any more, and stays in the history. Again, nothing happens."""
    grant = _grant(session, actor, practitioner_id, share_id)
    noted = _own(session, grant, practitioner_id, noted_id, withdrawn=True)
    if noted.withdrawn_at is None:
        noted.withdrawn_at = actor.now
        _step(session, actor, noted, "withdrawn", {}, grant.share_id)


def dispute(session: Session, actor: Actor, patient_id: UUID, noted_id: UUID, reason: str) -> NotedSession:
    """Note in the patient's words that it was otherwise; NoResultFound for another patient's or a withdrawn one."""
    noted = _of_patient(session, patient_id, noted_id)
    if noted.dispute != reason:
        before = {"dispute": noted.dispute}
        noted.disputed_at, noted.dispute = actor.now, reason
        _step(session, actor, noted, "disputed", before, None)
    return noted


def end_dispute(session: Session, actor: Actor, patient_id: UUID, noted_id: UUID) -> NotedSession:
    """Take the dispute back; its words stay in the history."""
    noted = _of_patient(session, patient_id, noted_id)
    if noted.disputed_at is not None:
        before = {"dispute": noted.dispute}
        noted.disputed_at = noted.dispute = None
        _step(session, actor, noted, "dispute_ended", before, None)
    return noted


def read_own(session: Session, grant: Grant, practitioner_id: UUID) -> list[NotedSession]:
    """Return what the practitioner noted within what the grant shows, the newest day first, withdrawn ones last."""
    if not grant.shows_charts:
        return []
    mine = select(NotedSession).where(
        NotedSession.patient_id == grant.patient_id,
        NotedSession.practitioner_id == practitioner_id,
        NotedSession.day >= (grant.from_day or FIRST_DAY),
    )
    return _newest_first(session.scalars(mine.execution_options(populate_existing=True)).all())


def find_own(session: Session, grant: Grant, practitioner_id: UUID, noted_id: UUID) -> NotedSession:
    """Return one of the practitioner's own; NoResultFound for one that the grant does not show, or another's."""
    for noted in read_own(session, grant, practitioner_id):
        if noted.id == noted_id:
            return noted
    raise NoResultFound


def read_all(session: Session, patient_id: UUID) -> list[NotedSession]:
    """Return everything that practitioners noted of the patient, the newest day first, withdrawn ones last."""
    theirs = select(NotedSession).where(NotedSession.patient_id == patient_id)
    return _newest_first(session.scalars(theirs.execution_options(populate_existing=True)).all())


def find_of_patient(session: Session, patient_id: UUID, noted_id: UUID) -> NotedSession:
    """Return one that is about the patient, a withdrawn one too; NoResultFound for another's."""
    theirs = select(NotedSession).where(NotedSession.id == noted_id, NotedSession.patient_id == patient_id)
    return session.scalars(theirs.execution_options(populate_existing=True)).one()


def read_steps(session: Session, noted: NotedSession) -> list[Step]:
    """Return the history, the newest step first."""
    rows = session.execute(
        select(NotedSessionChange.at, NotedSessionChange.what, NotedSessionChange.before)
        .where(NotedSessionChange.session_id == noted.id)
        .order_by(NotedSessionChange.seq.desc())
    )
    return [Step(at=at, what=what, before=json.loads(before) if before else {}) for at, what, before in rows]


def next_number(noted: list[NotedSession]) -> int | None:
    """Return the number of a next session of the course; None where the newest one has none."""
    standing = [one for one in noted if one.withdrawn_at is None]
    if not standing:
        return 1
    number = standing[0].number
    return None if number is None else min(number + 1, 500)


def _grant(session: Session, actor: Actor, practitioner_id: UUID, share_id: UUID) -> Grant:
    """Return what the share shows, under the lock of the trail: a stop that came first is seen."""
    audit.lock_trail(session, access.patient_of(session, practitioner_id, share_id))
    grant = access.granted(session, practitioner_id, share_id, now=actor.now)
    if not grant.shows_charts:
        raise NoResultFound
    return grant


def _check_day(grant: Grant, day: date) -> None:
    if day > grant.today:
        raise Refused("day", _("That day has not come yet."))
    if grant.from_day is not None and day < grant.from_day:
        raise Refused("day", _("Days before the first shared one cannot be used."))


def _own(
    session: Session, grant: Grant, practitioner_id: UUID, noted_id: UUID, *, withdrawn: bool = False
) -> NotedSession:
    noted = find_own(session, grant, practitioner_id, noted_id)
    if noted.withdrawn_at is not None and not withdrawn:
        raise NoResultFound
    return noted


def _of_patient(session: Session, patient_id: UUID, noted_id: UUID) -> NotedSession:
    audit.lock_trail(session, patient_id)
    noted = find_of_patient(session, patient_id, noted_id)
    if noted.withdrawn_at is not None:
        raise NoResultFound
    return noted


def _change(
    session: Session, actor: Actor, grant: Grant, noted: NotedSession, values: Mapping[str, Any]
) -> NotedSession:
    before = {name: getattr(noted, name) for name in FIELDS if getattr(noted, name) != values[name]}
    if before:
        for name in before:
            setattr(noted, name, values[name])
        _step(session, actor, noted, "changed", before, grant.share_id)
    return noted


def _step(
    session: Session, actor: Actor, noted: NotedSession, what: str, before: Mapping[str, Any], share_id: UUID | None
) -> None:
    """Keep what stood before, and note the step in the patient's trail."""
    plain = {name: value.isoformat() if isinstance(value, date) else value for name, value in before.items()}
    kept = NotedSessionChange(
        patient_id=noted.patient_id,
        session_id=noted.id,
        at=actor.now,
        what=what,
        before=json.dumps(plain, ensure_ascii=False) if plain else None,
    )
    session.add(kept)
    session.flush()
    audit.record(session, actor, noted.patient_id, f"session_{what}", share_id=share_id)


def _newest_first(found: Any) -> list[NotedSession]:
    newest_first = sorted(found, key=lambda one: (one.day, one.noted_at, one.id), reverse=True)
    return sorted(newest_first, key=lambda one: one.withdrawn_at is not None)
