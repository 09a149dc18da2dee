"""Practices: one owner and members, who share how sheets are read and what the panel asks, and never a patient.

Each step is taken under a lock on the practice's row, so that of two at the same time one is first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from firststep.models import OutboxMail, Practice, PracticeInvitation, Practitioner, User

_MOST_MAPPINGS: Final = 20
_NEWEST_FIRST: Final = "newest_first"


@dataclass(frozen=True, kw_only=True)
class Member:
    """A practitioner as the others of the practice see one."""

    id: UUID
    name: str
    email: str
    profession: str
    role: str


class InPractice(Exception):
    """Who belongs to a practice leaves it before beginning or joining another."""


class MembersLeft(Exception):
    """An owner hands the practice over before leaving the others."""


def practice_of(session: Session, practitioner_id: UUID) -> tuple[Practice, str] | None:
    """Return the practitioner's practice and the role in it, None without one."""
    found = session.execute(
        select(Practice, Practitioner.practice_role)
        .join(Practitioner, Practitioner.practice_id == Practice.id)
        .where(Practitioner.id == practitioner_id)
    ).one_or_none()
    return None if found is None else (found[0], found[1] or "member")


def members_of(session: Session, practice_id: UUID) -> list[Member]:
    """Return everybody in the practice, the owner first, then by name."""
    rows = session.execute(
        select(Practitioner.id, User.name, User.email, Practitioner.profession, Practitioner.practice_role)
        .join(User, User.id == Practitioner.user_id)
        .where(Practitioner.practice_id == practice_id)
    )
    members = [
        Member(id=id_, name=name or email, email=email, profession=profession, role=role or "member")
        for id_, name, email, profession, role in rows
    ]
    return sorted(members, key=lambda one: (one.role != "owner", one.name.casefold(), one.id))


def begin(session: Session, practitioner_id: UUID, *, name: str, time_zone: str, now: datetime) -> Practice:
    """Make a practice of which the practitioner is the owner; raise InPractice for who belongs to one."""
    owner = lock_practitioner(session, practitioner_id)
    if owner.practice_id is not None:
        raise InPractice
    practice = Practice(name=name, time_zone=time_zone, created_at=now)
    session.add(practice)
    session.flush()
    owner.practice_id, owner.practice_role = practice.id, "owner"
    session.flush()
    return practice


def change(session: Session, owner_id: UUID, *, name: str, time_zone: str) -> None:
    """Rename or move the practice; NoResultFound for whoever does not own one."""
    practice = owned(session, owner_id)
    practice.name, practice.time_zone = name, time_zone
    session.flush()


def remove_member(session: Session, owner_id: UUID, member_id: UUID) -> None:
    """Take a member out; nothing of theirs goes with it. NoResultFound for whoever is no member of it."""
    member = _member(session, owned(session, owner_id), member_id)
    member.practice_id = member.practice_role = None
    session.flush()


def hand_over(session: Session, owner_id: UUID, member_id: UUID) -> None:
    """Let a member be the owner, and the owner a member. NoResultFound for whoever is no member of it."""
    practice = owned(session, owner_id)
    member = _member(session, practice, member_id)
    session.get_one(Practitioner, owner_id).practice_role = "member"
    # At no moment are there two.
    session.flush()
    member.practice_role = "owner"
    session.flush()


def leave(session: Session, practitioner_id: UUID) -> None:
    """Leave the practice; its last member takes it along. Raises MembersLeft for an owner with members."""
    practice = _locked_practice(session, practitioner_id)
    leaving = session.get_one(Practitioner, practitioner_id)
    others = [one for one in members_of(session, practice.id) if one.id != practitioner_id]
    if leaving.practice_role == "owner" and others:
        raise MembersLeft
    close_membership(session, practitioner_id)
    session.expire_all()


def close_membership(database: Session | Connection, practitioner_id: UUID) -> None:
    """End a membership, as when an account goes: an owner's place goes to whoever is there longest.

    The last one takes the practice along, with its open invitations and their mails.
    """
    mine = select(Practitioner.practice_id, Practitioner.practice_role).where(Practitioner.id == practitioner_id)
    found = database.execute(mine).one_or_none()
    if found is None or found.practice_id is None:
        return
    none: dict[str, Any] = {"practice_id": None, "practice_role": None}
    database.execute(update(Practitioner).where(Practitioner.id == practitioner_id).values(none))
    others = (
        select(Practitioner.id)
        .where(Practitioner.practice_id == found.practice_id)
        .order_by(Practitioner.created_at, Practitioner.id)
    )
    heir = database.execute(others.limit(1)).scalar_one_or_none()
    if heir is None:
        _drop_mails(database, found.practice_id)
        database.execute(delete(Practice).where(Practice.id == found.practice_id))
    elif found.practice_role == "owner":
        database.execute(update(Practitioner).where(Practitioner.id == heir).values(practice_role="owner"))


def owned(session: Session, owner_id: UUID) -> Practice:
    """Return the practice of its owner as it stands under its lock; NoResultFound for anybody else."""
    practice = _locked_practice(session, owner_id)
    if session.get_one(Practitioner, owner_id).practice_role != "owner":
        raise NoResultFound
    return practice


def lock_practitioner(session: Session, practitioner_id: UUID) -> Practitioner:
    """Return the practitioner's row as it is now, kept from parallel changes until the transaction ends."""
    session.execute(select(Practitioner.id).where(Practitioner.id == practitioner_id).with_for_update()).one()
    return session.get_one(Practitioner, practitioner_id, populate_existing=True)


def lock_practice(session: Session, practice_id: UUID) -> Practice:
    """Return the practice as it is now, kept from parallel changes; NoResultFound when it is gone."""
    session.execute(select(Practice.id).where(Practice.id == practice_id).with_for_update()).one()
    return session.get_one(Practice, practice_id, populate_existing=True)


def remembered_mappings(session: Session, practitioner_id: UUID) -> list[dict[str, Any]]:
    """Return how members of the practitioner's practice had their sheets read, the newest first."""
    found = practice_of(session, practitioner_id)
    return [] if found is None else _mappings(found[0])


def remember_mapping(session: Session, practitioner_id: UUID, mapping: Mapping[str, Any]) -> None:
    """Let the practice remember how a sheet is read; without a practice nothing happens."""
    practice_id = session.scalar(select(Practitioner.practice_id).where(Practitioner.id == practitioner_id))
    if practice_id is None:
        return
    practice = lock_practice(session, practice_id)
    others = [told for told in _mappings(practice) if told != mapping]
    practice.sheet_mappings = {_NEWEST_FIRST: [dict(mapping), *others][:_MOST_MAPPINGS]}
    session.flush()


def _mappings(practice: Practice) -> list[dict[str, Any]]:
    return list(practice.sheet_mappings.get(_NEWEST_FIRST, ()))


def _locked_practice(session: Session, practitioner_id: UUID) -> Practice:
    """Return the practitioner's practice under its lock, with the practitioner's row read anew."""
    mine = select(Practitioner.practice_id).where(Practitioner.id == practitioner_id)
    practice_id = session.scalars(mine).one()
    if practice_id is None:
        raise NoResultFound
    practice = lock_practice(session, practice_id)
    # Asked again under the lock: somebody may have been taken out meanwhile.
    if session.get_one(Practitioner, practitioner_id, populate_existing=True).practice_id != practice_id:
        raise NoResultFound
    return practice


def _member(session: Session, practice: Practice, member_id: UUID) -> Practitioner:
    found = select(Practitioner).where(
        Practitioner.id == member_id, Practitioner.practice_id == practice.id, Practitioner.practice_role == "member"
    )
    return session.scalars(found.execution_options(populate_existing=True)).one()


def _drop_mails(database: Session | Connection, practice_id: UUID) -> None:
    """Delete the mails to those who were invited: also a sent one holds the address."""
    rows: Sequence[Any] = database.execute(
        select(PracticeInvitation.id, PracticeInvitation.invited_email).where(
            PracticeInvitation.practice_id == practice_id
        )
    ).all()
    mails = select(OutboxMail.id, OutboxMail.parameters).where(
        OutboxMail.kind == "practice_invitation", OutboxMail.address.in_({row.invited_email for row in rows})
    )
    own = {row.id.hex for row in rows}
    gone = [row.id for row in database.execute(mails) if row.parameters.get("invitation") in own]
    database.execute(delete(OutboxMail).where(OutboxMail.id.in_(gone)))
