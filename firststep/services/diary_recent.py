"""What the daily page needs beside the day itself, in one statement: logged days, doses, the plan, what is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ColumnElement,
    CompoundSelect,
    Date,
    Row,
    Select,
    String,
    Uuid,
    and_,
    bindparam,
    cast,
    exists,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from firststep.clinical.baseline import SEARCH_DAYS
from firststep.clinical.diary import Diary
from firststep.clinical.diary import FootDay as FootPain
from firststep.clinical.flares import SPELL_DAYS, FlareAsked, flare_asked
from firststep.clinical.measures import FEET, Foot
from firststep.clinical.nsaids.label_facts import DAYS_READ
from firststep.clinical.pgic import OPEN_DAYS, Asked, Rating, asked_on, start_of_care
from firststep.clinical.red_flag_triggers import DAYS_NEEDED, Trigger, red_flag_trigger
from firststep.models import Day, Dose, Episode, Flare, FootDay, Pause, Pgic, Plan
from firststep.services.diary_events import KINDS, Event
from firststep.services.diary_fields import DAY_ANSWERS, FOOT_FIELDS
from firststep.services.diary_reading import strip_range
from firststep.services.happenings import flare_answer

#: The dated things that are read, and the columns of any of them: each part of the union gives all of these.
_READ: Final = ("dose", "plan", "pause", "pgic", "flare")
_COLUMNS: Final = {
    key: {name: KINDS[key].table.__mapper__.columns[name] for name in ("id", *KINDS[key].fields)} for key in _READ
}
_SHAPES: Final = {name: column.type for columns in _COLUMNS.values() for name, column in columns.items()} | {
    name: FootDay.__mapper__.columns[name].type for name in ("first_step_pain", "average_pain")
}
#: How far back an answer lies that closes a question which is open today.
_RATED_DAYS: Final = 2 * OPEN_DAYS


@dataclass(frozen=True, kw_only=True)
class Recent:
    """What lies around a day: ``logged`` are days of the strip, the rest reaches back as far as label rules look.

    ``doses`` are also those of the day after, which label rules ask for.
    ``last_dose`` is the newest up to the day, however old it is; ``plans`` are those that hold the day, ``pauses`` also
    those that hold a day of the strip.
    ``asked`` is the rating that is asked for today, ``flare`` the question about a flare-up, and ``trigger`` what leads
    to the list of when to see someone today, whichever day is shown.
    """

    logged: frozenset[date] = frozenset()
    nsaid_days: frozenset[date] = frozenset()
    doses: list[Event] = field(default_factory=list)
    last_dose: Event | None = None
    plans: list[Event] = field(default_factory=list)
    pauses: list[Event] = field(default_factory=list)
    asked: Asked | None = None
    flare: FlareAsked | None = None
    trigger: Trigger | None = None

    def doses_of(self, day: date) -> list[Event]:
        """Return the doses of one day, those with a time first."""
        found = [dose for dose in self.doses if dose.day == day]
        return sorted(found, key=lambda dose: (dose["taken_at"] is None, dose["taken_at"]))


def read_recent(session: Session, patient_id: UUID, day: date, *, today: date) -> Recent:
    """Return what lies around the day that is shown, in one statement."""
    first_of_strip, last_of_strip = strip_range(today)
    values = {
        "patient_id": patient_id,
        "first_of_strip": first_of_strip,
        "last_of_strip": last_of_strip,
        "first": day - timedelta(days=DAYS_READ - 1),
        "last": day,
        "last_of_doses": day + timedelta(days=1),
        "first_rated": today - timedelta(days=_RATED_DAYS - 1),
        "first_of_spell": today - timedelta(days=SPELL_DAYS - 1),
        "first_of_pain": today - timedelta(days=max(SPELL_DAYS, DAYS_NEEDED) - 1),
        "today": today,
    }
    rows = session.execute(_statement(), values).all()
    lasts = _events("dose", (row for row in rows if row.part == "last_dose"))
    pain = _pain_lately(rows)
    return Recent(
        logged=frozenset(row.day for row in rows if row.part == "logged"),
        nsaid_days=frozenset(row.day for row in rows if row.part == "nsaid"),
        doses=_events("dose", (row for row in rows if row.part == "dose")),
        last_dose=lasts[0] if lasts else None,
        plans=_events("plan", (row for row in rows if row.part == "plan")),
        pauses=_events("pause", (row for row in rows if row.part == "pause")),
        asked=_asked(rows, today),
        flare=_flare(pain, rows, today),
        trigger=red_flag_trigger(pain, today),
    )


def _asked(rows: Sequence[Row[Any]], today: date) -> Asked | None:
    """Return what is asked today: counted from the course of care that began last, or else from the first entries."""
    starts_on = max((row.day for row in rows if row.part == "care"), default=None)
    if starts_on is None:
        entries = (FootPain(row.day, foot, row.first_step_pain) for row in rows for foot in FEET if row.part == foot)
        starts_on = start_of_care(Diary(tuple(entries)))
    ratings = [Rating(row.day, row.week, row.rating) for row in rows if row.part == "pgic"]
    return asked_on(starts_on, ratings, today)


def _pain_lately(rows: Sequence[Row[Any]]) -> Diary:
    """Return the pain of the days that decide about a flare-up and about what leads to the list."""
    return Diary(
        tuple(
            FootPain(row.day, foot, row.first_step_pain, row.average_pain)
            for row in rows
            for foot in FEET
            if row.part == _lately(foot)
        )
    )


def _flare(pain: Diary, rows: Sequence[Row[Any]], today: date) -> FlareAsked | None:
    """Return whether to ask about a flare-up today."""
    answers = _events("flare", (row for row in rows if row.part == "flare"))
    return flare_asked(pain, [flare_answer(answer) for answer in answers], today)


def _lately(foot: Foot) -> str:
    return f"lately-{foot}"


def read_dose(session: Session, patient_id: UUID, dose_id: UUID) -> Event | None:
    """Return one of the patient's own doses, in one statement."""
    columns = _COLUMNS["dose"].values()
    statement = select(Dose.day, *columns).where(Dose.id == dose_id, Dose.patient_id == patient_id)
    return next(iter(_events("dose", session.execute(statement))), None)


def _events(kind: str, rows: Iterable[Row[Any]]) -> list[Event]:
    found = [
        Event(kind=kind, id=row.id, day=row.day, values={name: row._mapping[name] for name in KINDS[kind].fields})
        for row in rows
    ]
    # As read_events has them: of two plans that began on one day it is never left to chance which one counts.
    return sorted(found, key=lambda event: (event.day, event.id))


@cache
def _statement() -> CompoundSelect[Any]:
    patient_id = bindparam("patient_id", type_=Uuid())
    first, last = bindparam("first", type_=Date()), bindparam("last", type_=Date())
    first_of_spell, today = bindparam("first_of_spell", type_=Date()), bindparam("today", type_=Date())
    first_of_pain = bindparam("first_of_pain", type_=Date())
    strip = bindparam("first_of_strip", type_=Date()), bindparam("last_of_strip", type_=Date())

    def filled(own: Mapping[str, ColumnElement[Any]]) -> list[ColumnElement[Any]]:
        return [own[name] if name in own else cast(null(), shape).label(name) for name, shape in _SHAPES.items()]

    def days(part: str, table: type[Day | FootDay]) -> Select[Any]:
        return select(literal(part, String).label("part"), table.day, *filled({})).where(table.patient_id == patient_id)

    def dated(part: Literal["dose", "plan", "pause", "pgic", "flare"]) -> Select[Any]:
        table = KINDS[part].table
        return select(literal(part, String), table.day, *filled(_COLUMNS[part])).where(table.patient_id == patient_id)

    def holds(table: type[Plan | Pause]) -> ColumnElement[bool]:
        return and_(table.day <= last, or_(table.ends_on.is_(None), table.ends_on >= last))

    def first_entries(foot: Foot) -> Select[Any]:
        # Needed without a course of care only: the first 14 days of a foot hold no more entries than these.
        pain = FootDay.first_step_pain
        first_of_foot = (
            select(FootDay.day, pain)
            .where(
                FootDay.patient_id == patient_id,
                FootDay.foot == foot,
                pain.is_not(None),
                ~exists().where(Episode.patient_id == patient_id),
            )
            .order_by(FootDay.day)
            .limit(SEARCH_DAYS)
            .subquery()
        )
        own = {"first_step_pain": first_of_foot.c.first_step_pain}
        return select(literal(foot, String), first_of_foot.c.day, *filled(own))

    def lately(foot: Foot) -> Select[Any]:
        own: dict[str, ColumnElement[Any]] = {
            "first_step_pain": FootDay.first_step_pain.expression,
            "average_pain": FootDay.average_pain.expression,
        }
        return select(literal(_lately(foot), String), FootDay.day, *filled(own)).where(
            FootDay.patient_id == patient_id, FootDay.foot == foot, FootDay.day.between(first_of_pain, today)
        )

    touches_strip = and_(Pause.day <= strip[1], or_(Pause.ends_on.is_(None), Pause.ends_on >= strip[0]))
    goes_on = and_(Flare.confirmed, Flare.settled_on.is_(None))
    newest = (
        select(Dose.day, *_COLUMNS["dose"].values())
        .where(Dose.patient_id == patient_id, Dose.day <= last)
        .order_by(Dose.day.desc(), Dose.taken_at.desc().nulls_last(), Dose.id)
        .limit(1)
        .subquery()
    )
    return union_all(
        days("logged", FootDay).where(
            FootDay.day.between(*strip), or_(*(getattr(FootDay, name).is_not(None) for name in FOOT_FIELDS))
        ),
        days("logged", Day).where(
            Day.day.between(*strip), or_(*(getattr(Day, name).is_not(None) for name in DAY_ANSWERS))
        ),
        days("nsaid", Day).where(Day.day.between(first, last), Day.nsaid_taken == literal(True, Boolean)),
        dated("dose").where(Dose.day.between(first, bindparam("last_of_doses", type_=Date()))),
        dated("plan").where(holds(Plan)),
        dated("pause").where(or_(holds(Pause), touches_strip)),
        dated("pgic").where(Pgic.day.between(bindparam("first_rated", type_=Date()), today)),
        select(literal("care", String), Episode.starts_on, *filled({})).where(Episode.patient_id == patient_id),
        *(first_entries(foot) for foot in FEET),
        *(lately(foot) for foot in FEET),
        dated("flare").where(or_(Flare.day >= first_of_spell, goes_on, Flare.settled_on >= first_of_spell)),
        select(
            literal("last_dose", String), newest.c.day, *filled({name: newest.c[name] for name in _COLUMNS["dose"]})
        ),
    )
