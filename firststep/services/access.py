"""The one answer to "may this practitioner see this patient, and what": asked anew in every request, never kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, case, func, or_, select, true
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from firststep.clinical.outcomes import worse_foot
from firststep.clinical.triage import Watched
from firststep.models import Day, FootDay, Patient, Share, User, VisitAccess
from firststep.services.care_and_events import ALL_OF_IT, Lately
from firststep.services.diary_fields import DAY_ANSWERS, FOOT_FIELDS
from firststep.services.happenings import flare_answer
from firststep.services.questions import VisitQuestion, read_open_questions
from firststep.services.sheet_visits import SheetVisit, visits_of
from firststep.services.trajectories import EVENT_KINDS, Course, read_course
from firststep.services.visit_access import is_open as is_open_visit
from firststep.services.zones import local_day

# More than a page of them is not read at a visit.
MOST_NOTES = 60
# Who noted no session, and reads of none who did.
NOBODY = UUID(int=0)
# Shares that show something to somebody, or will.
_PREVIEWED = ("invited", "accepted", "active")


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What one practitioner may see of one patient at this moment.

    ``summary`` is the finding's sentence and the numbers; ``charts`` adds points, strips and the table; ``notes`` adds
    the notes. Days before ``from_day`` are not shown and not counted; ``until_on`` is the last day. ``today`` is the
    patient's calendar date.
    """

    share_id: UUID
    practitioner_id: UUID
    patient_id: UUID
    patient_name: str
    time_zone: str
    scope: str
    from_day: date | None
    until_on: date | None
    confirmed_at: datetime | None
    today: date

    @property
    def shows_charts(self) -> bool:
        """Tell whether single days may be seen."""
        return self.scope in ("charts", "notes")

    @property
    def shows_notes(self) -> bool:
        """Tell whether the patient's own words may be seen."""
        return self.scope == "notes"


@dataclass(frozen=True, kw_only=True)
class Note:
    """What the patient wrote on a day."""

    day: date
    text: str


@dataclass(frozen=True, kw_only=True)
class SharedPatient:
    """One line of a practitioner's list."""

    share_id: UUID
    name: str
    scope: str
    until_on: date | None
    confirmed_at: datetime | None
    last_entry_on: date | None
    today: date


class CountedShare(NamedTuple):
    """An open share with which the patient may be counted: from which day on, and what they said at the beginning."""

    share_id: UUID
    patient_id: UUID
    from_day: date | None
    side: str | None
    onset_on: date | None


def granted(session: Session, practitioner_id: UUID, share_id: UUID, *, now: datetime) -> Grant:
    """Return what the practitioner may see through this share; NoResultFound when that is nothing, for any reason."""
    share, patient, user_name, zone_name = session.execute(
        select(Share, Patient, User.name, User.time_zone)
        .join(Patient, Patient.id == Share.patient_id)
        .outerjoin(User, User.id == Patient.user_id)
        .where(Share.id == share_id, *open_to(practitioner_id))
        # A row from earlier in this session must not answer for the database.
        .execution_options(populate_existing=True)
    ).one()
    grant = _grant(practitioner_id, share, patient, user_name, zone_name, now)
    if is_over(share.until_on, grant.today):
        raise NoResultFound
    return grant


def previewed(session: Session, patient_id: UUID, scope: str, from_day: date | None, *, now: datetime) -> Grant:
    """Return what a share with these terms would show, to the patient whose own diary it is."""
    wished = Share(
        id=UUID(int=0), patient_id=patient_id, scope=scope, from_day=from_day, until_on=None, confirmed_at=now
    )
    patient, user_name, zone_name = session.execute(_owner().where(Patient.id == patient_id)).one()
    return _grant(NOBODY, wished, patient, user_name, zone_name, now)


def previewed_share(session: Session, patient_id: UUID, share_id: UUID, *, now: datetime) -> Grant:
    """Return what the patient's own share shows or will show; NoResultFound when it is another's or has ended."""
    mine = select(Share).where(Share.id == share_id, Share.patient_id == patient_id, Share.state.in_(_PREVIEWED))
    share = session.scalars(mine.execution_options(populate_existing=True)).one()
    patient, user_name, zone_name = session.execute(_owner().where(Patient.id == patient_id)).one()
    grant = _grant(share.practitioner_id or NOBODY, share, patient, user_name, zone_name, now)
    if is_over(share.until_on, grant.today):
        raise NoResultFound
    return grant


def granted_at_visit(session: Session, visit_id: UUID, *, now: datetime) -> Grant:
    """Return what the reader of the visit may see now; NoResultFound when that is nothing, for any reason."""
    visit, patient, user_name, zone_name = session.execute(
        select(VisitAccess, Patient, User.name, User.time_zone)
        .join(Patient, Patient.id == VisitAccess.patient_id)
        .join(User, User.id == Patient.user_id)
        .where(VisitAccess.id == visit_id, Patient.diary_closed_at.is_(None), User.active)
        .execution_options(populate_existing=True)
    ).one()
    if not is_open_visit(visit, now):
        raise NoResultFound
    of_visit = Share(
        id=visit.id, patient_id=patient.id, scope=visit.scope, from_day=visit.from_day, confirmed_at=visit.allowed_at
    )
    return _grant(NOBODY, of_visit, patient, user_name, zone_name, now)


def _owner() -> Select[Patient, str | None, str | None]:
    return select(Patient, User.name, User.time_zone).outerjoin(User, User.id == Patient.user_id)


def still_granted(session: Session, noted: Iterable[Grant], *, now: datetime) -> Iterator[Grant]:
    """Go through those grants that show the same now as when they were noted; one that changed shows nothing."""
    for grant in noted:
        try:
            found = granted(session, grant.practitioner_id, grant.share_id, now=now)
        except NoResultFound:
            continue
        if (found.scope, found.from_day) == (grant.scope, grant.from_day):
            yield found


def grants(session: Session, practitioner_id: UUID, share_ids: Collection[UUID], *, now: datetime) -> dict[UUID, Grant]:
    """Return what the practitioner may see through each of these shares, in one statement; the others are left out."""
    if not share_ids:
        return {}
    # As one condition, so that the database finds the shares by their ids and does not go through all of the list.
    open_now = case((and_(*open_to(practitioner_id)), 1), else_=0) == 1
    rows = session.execute(
        select(Share, Patient, User.name, User.time_zone)
        .join(Patient, Patient.id == Share.patient_id)
        .outerjoin(User, User.id == Patient.user_id)
        .where(Share.id.in_(share_ids), open_now)
        .execution_options(populate_existing=True)
    )
    found = [_grant(practitioner_id, share, patient, name, zone_name, now) for share, patient, name, zone_name in rows]
    return {grant.share_id: grant for grant in found if not is_over(grant.until_on, grant.today)}


def cohort_grants(session: Session, practitioner_id: UUID, *, now: datetime) -> list[CountedShare]:
    """Return what the practitioner may count: every share that is open now and allows it, in one statement.

    Plain columns, because there may be thousands.
    """
    rows = session.execute(
        select(
            Share.id, Share.patient_id, Share.from_day, Patient.feet, Patient.onset_on, Share.until_on, User.time_zone
        )
        .join(Patient, Patient.id == Share.patient_id)
        .outerjoin(User, User.id == Patient.user_id)
        .where(Share.cohort_use, *open_to(practitioner_id))
        .order_by(Share.id)
    )
    today_in = cache(lambda name: local_day(now, name))
    open_now = (
        CountedShare(share_id, patient_id, from_day, side, onset_on)
        for share_id, patient_id, from_day, side, onset_on, until_on, zone_name in rows
        if not is_over(until_on, today_in(zone_name or "UTC"))
    )
    # Each person once, whatever shares there are.
    return list({share.patient_id: share for share in open_now}.values())


def sharing_patients(session: Session, practitioner_id: UUID, *, now: datetime) -> set[UUID]:
    """Return everybody who shares anything with the practitioner at this moment."""
    rows = session.execute(
        select(Share.patient_id, Share.until_on, func.coalesce(User.time_zone, "UTC"))
        .join(Patient, Patient.id == Share.patient_id)
        .outerjoin(User, User.id == Patient.user_id)
        .where(*open_to(practitioner_id))
    )
    return {patient_id for patient_id, until_on, zone in rows if not is_over(until_on, local_day(now, zone))}


def _grant(
    practitioner_id: UUID, share: Share, patient: Patient, user_name: str | None, zone_name: str | None, now: datetime
) -> Grant:
    return Grant(
        share_id=share.id,
        practitioner_id=practitioner_id,
        patient_id=share.patient_id,
        patient_name=patient.alias or user_name or "",
        time_zone=zone_name or "UTC",
        scope=share.scope,
        from_day=share.from_day,
        until_on=share.until_on,
        confirmed_at=share.confirmed_at,
        today=local_day(now, zone_name or "UTC"),
    )


def is_open(session: Session, practitioner_id: UUID, share_id: UUID, *, now: datetime, charts: bool = False) -> bool:
    """Tell whether the practitioner may still see anything through this share, or with ``charts`` single days."""
    try:
        grant = granted(session, practitioner_id, share_id, now=now)
    except NoResultFound:
        return False
    return grant.shows_charts or not charts


def read_shared_course(
    session: Session, grant: Grant, *, lately: Lately = ALL_OF_IT, kinds: tuple[str, ...] = EVENT_KINDS
) -> Course:
    """Return the course as far as the grant goes: days before its first are not read, so they count in no figure.

    Of the dated things those of the ``kinds``; doses and sessions come as far back as ``lately`` says. The patient's
    own words, in a flare-up or a treatment too, come only where the grant shows notes; who else noted a session does
    not come at all.
    """
    course = read_course(session, grant.patient_id, first=grant.from_day, lately=lately, kinds=kinds)
    course = course.as_seen_by(grant.practitioner_id)
    return course if grant.shows_notes else course.without_words()


def read_watched(session: Session, grant: Grant) -> tuple[Watched, frozenset[date]]:
    """Return what the practitioner's list finds its one reason from, and the days of flare-ups that began before them.

    A summary shows the reason too: like the page before the visit, which it also opens, the rules speak of means and
    of numbers of days. A flare-up is a single day's and the person's own word, so in a summary none is looked at.
    """
    course = read_course(
        session, grant.patient_id, first=grant.from_day, lately=Lately(sessions=grant.today), kinds=("flare",)
    )
    flares = course.events_of("flare") if grant.shows_charts else []
    watched = Watched(
        diary=course.diary,
        foot=worse_foot(course.diary, measure="first_step"),
        flares=tuple(map(flare_answer, flares)),
        shared_on=None if grant.confirmed_at is None else local_day(grant.confirmed_at, grant.time_zone),
    )
    return watched, frozenset(flare.day for flare in flares if flare.id in course.begun_before)


def read_shared_notes(session: Session, grant: Grant, *, most: int | None = MOST_NOTES) -> list[Note]:
    """Return the patient's notes, the newest first and no more than ``most``; none unless the grant shows them."""
    if not grant.shows_notes:
        return []
    rows = session.execute(
        select(Day.day, Day.note)
        .where(Day.patient_id == grant.patient_id, Day.note.is_not(None), _from(grant.from_day, Day))
        .order_by(Day.day.desc())
        .limit(most)
    )
    return [Note(day=day, text=text) for day, text in rows if text]


def read_shared_questions(session: Session, grant: Grant) -> list[VisitQuestion]:
    """Return what the patient wants to ask and has not asked yet, the oldest first; none unless notes are shown."""
    return read_open_questions(session, grant.patient_id, first=grant.from_day) if grant.shows_notes else []


def read_shared_visits(session: Session, grant: Grant) -> list[SheetVisit]:
    """Return the visits from sheets that the patient took over; none in a summary, and never the remarks or whose."""
    if not grant.shows_charts:
        return []
    first = grant.from_day or date.min
    found = visits_of(session, grant.patient_id)
    return [replace(visit, note=None, by="") for visit in found if visit.day >= first]


def _from(first: date | None, table: type[Day]) -> ColumnElement[bool]:
    return true() if first is None else table.day >= first


def is_over(until_on: date | None, today: date) -> bool:
    """Tell whether a share that lasts until this day is over on the patient's ``today``, marked as such or not."""
    return until_on is not None and today > until_on


def patient_of(session: Session, practitioner_id: UUID, share_id: UUID) -> UUID:
    """Return whose share it is; NoResultFound when it is not the practitioner's. It says nothing about what is open."""
    mine = select(Share.patient_id).where(Share.id == share_id, Share.practitioner_id == practitioner_id)
    return session.scalars(mine).one()


def shared_patients(session: Session, practitioner_id: UUID, *, now: datetime) -> list[SharedPatient]:
    """Return everybody who shares with the practitioner now, by name, in one statement however many they are."""
    rows = session.execute(
        select(
            Share.id,
            func.coalesce(func.nullif(Patient.alias, ""), User.name, ""),
            func.coalesce(User.time_zone, "UTC"),
            Share.scope,
            Share.until_on,
            Share.confirmed_at,
            _last_day(FootDay, or_(*(getattr(FootDay, name).is_not(None) for name in FOOT_FIELDS))),
            _last_day(Day, or_(*(getattr(Day, name).is_not(None) for name in DAY_ANSWERS))),
        )
        .join(Patient, Patient.id == Share.patient_id)
        .outerjoin(User, User.id == Patient.user_id)
        .where(*open_to(practitioner_id))
    )
    people = []
    for share_id, name, zone_name, scope, until_on, confirmed_at, last_pain_on, last_answer_on in rows:
        today = local_day(now, zone_name)
        if is_over(until_on, today):
            continue
        entries = [day for day in (last_pain_on, last_answer_on) if day is not None]
        people.append(
            SharedPatient(
                share_id=share_id,
                name=name,
                scope=scope,
                until_on=until_on,
                confirmed_at=confirmed_at,
                last_entry_on=max(entries, default=None),
                today=today,
            )
        )
    return sorted(people, key=lambda person: (person.name.casefold(), person.share_id))


def waiting_since(session: Session, practitioner_id: UUID) -> list[datetime]:
    """Return when the practitioner accepted each invitation that its sender has not confirmed yet, and nothing else."""
    accepted = select(Share.accepted_at).where(Share.practitioner_id == practitioner_id, Share.state == "accepted")
    return [moment for moment in session.scalars(accepted.order_by(Share.accepted_at)) if moment is not None]


def open_to(practitioner_id: UUID) -> tuple[ColumnElement[bool], ...]:
    """Return what holds for each share that is open to the practitioner, but for its last day; joins patient and user.

    ``is_over`` tells of the last day, which is the patient's local one.
    """
    return (
        Share.practitioner_id == practitioner_id,
        Share.state == "active",
        # A closed diary: its owner took back the agreement to keep health data.
        Patient.diary_closed_at.is_(None),
        # Somebody whose account is disabled cannot stop a share any more.
        or_(Patient.user_id.is_(None), User.active),
    )


def _last_day(table: type[Day] | type[FootDay], recorded: ColumnElement[bool]) -> ScalarSelect[date]:
    # By key, from the newest row backwards: the database stops at the first one that counts.
    return (
        select(table.day)
        .where(
            table.patient_id == Share.patient_id,
            and_(or_(Share.from_day.is_(None), table.day >= Share.from_day), recorded),
        )
        .order_by(table.day.desc())
        .limit(1)
        .correlate(Share)
        .scalar_subquery()
    )
