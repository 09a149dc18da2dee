"""Who acts in this request, for the trail; and the note of a look, made before anything is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask import current_app
from sqlalchemy.exc import NoResultFound

from firststep.database import set_writing
from firststep.extensions import db
from firststep.services import access, audit
from firststep.services.access import Grant
from firststep.services.audit import Actor, Head, TrailBroken
from firststep.web import clock
from firststep.web.actors import current_account, current_practitioner
from firststep.web.visiting import held_visit

#: How long what a page fetches belongs to the look that opened it.
ONE_LOOK = timedelta(minutes=10)


def sealing_key() -> bytes:
    """Return the key that seals the trail of this installation."""
    return audit.sealing_key(str(current_app.secret_key))


@dataclass(frozen=True, kw_only=True)
class Seal:
    """Whether a patient's trail holds, row by row; ``head`` is how it ends when it does."""

    head: Head | None


def checked_seal(patient_id: UUID) -> Seal:
    """Check every row of the trail against its seal, for the patient who reads it."""
    try:
        return Seal(head=audit.verify(db.session, patient_id, key=sealing_key()))
    except TrailBroken:
        return Seal(head=None)


def acting() -> Actor:
    """Return the signed-in person as the trail names them.

    A patient acts on the own trail only, which says "you" by the id: no name of theirs is sealed into rows that stay
    when the account is deleted.
    """
    user = current_account()
    name = "" if user.role == "patient" else user.name or user.email
    return Actor(user_id=user.id, name=name, now=clock.now(), key=sealing_key())


def operator() -> Actor:
    """Return the operator of the installation, who acts by a command."""
    return Actor(user_id=None, name="", now=clock.now(), key=sealing_key())


def note_visit_look(*, of_open_page: bool = False, charts: bool = False) -> Grant:
    """Return what the reader at a visit may see, after the look stands in the patient's trail, as `note_look` does.

    With ``charts`` NoResultFound says that there are no single days to see.
    """
    visit = held_visit()
    if visit is None:
        raise NoResultFound
    visit_id, patient_id = visit.id, visit.patient_id
    actor = Actor(user_id=visit.reader_user_id, name=visit.reader_name, now=clock.now(), key=sealing_key())

    def grant() -> Grant:
        audit.lock_trail(db.session, patient_id)
        found = access.granted_at_visit(db.session, visit_id, now=actor.now)
        if charts and not found.shows_charts:
            raise NoResultFound
        return found

    return _note(actor, visit_id, grant, "visited", of_open_page=of_open_page)


def note_look(share_id: UUID, *, of_open_page: bool = False) -> Grant:
    """Return what the signed-in practitioner may see through the share, after the look stands in the patient's trail.

    It is the one thing that a GET writes. The transaction in which the session was read began without SQLite's write
    lock and could fail when it tried to write, so it is given up and a short writing one opened, which asks for the
    grant and notes the look together; the diary is read afterwards, without a lock. NoResultFound: nothing is noted.
    What an open page fetches (``of_open_page``) belongs to the look that opened it, and is noted when there is none.
    """
    practitioner_id, actor = current_practitioner().id, acting()

    def grant() -> Grant:
        # The lock first: a stop that was before it in the trail is seen.
        audit.lock_trail(db.session, access.patient_of(db.session, practitioner_id, share_id))
        return access.granted(db.session, practitioner_id, share_id, now=actor.now)

    return _note(actor, share_id, grant, "viewed", of_open_page=of_open_page)


def _note(actor: Actor, through: UUID, ask: Callable[[], Grant], look: str, *, of_open_page: bool) -> Grant:
    db.session.rollback()
    set_writing(True)
    try:
        grant = ask()
        what = f"{look}_{grant.scope}"
        if not (of_open_page and audit.has_looked(db.session, actor, through, what, since=actor.now - ONE_LOOK)):
            audit.record(db.session, actor, grant.patient_id, what, share_id=through)
        db.session.commit()
    finally:
        db.session.rollback()
        set_writing(False)
    return grant


def note_taken(share_ids: Sequence[UUID]) -> list[Grant]:
    """Return what the signed-in practitioner may see through the shares, once each trail says that it is taken.

    Of several those that are over are left out; NoResultFound for a single one: nothing is noted then. The caller is a
    request that writes, and reads only after this was committed.
    """
    practitioner_id, actor = current_practitioner().id, acting()
    patients = {share_id: access.patient_of(db.session, practitioner_id, share_id) for share_id in share_ids}
    noted = []
    # In one order for everybody: two who take the same people along do not wait for each other in a ring.
    for share_id in sorted(patients, key=lambda share_id: patients[share_id]):
        audit.lock_trail(db.session, patients[share_id])
        try:
            grant = access.granted(db.session, practitioner_id, share_id, now=actor.now)
        except NoResultFound:
            if len(share_ids) == 1:
                raise
            continue
        audit.record(db.session, actor, grant.patient_id, f"exported_{grant.scope}", share_id=share_id)
        noted.append(grant)
    db.session.commit()
    order = list(share_ids)
    return sorted(noted, key=lambda grant: order.index(grant.share_id))


def note_look_if_open(share_id: UUID, *, of_open_page: bool = False) -> Grant | None:
    """Return the same as ``note_look``; None, and no note, where the share shows nothing any more."""
    try:
        return note_look(share_id, of_open_page=of_open_page)
    except NoResultFound:
        return None
