"""What a practitioner may see of people, as tables to take along: through the same gate as every page.

Pain is in points of 0 to 10, days are ISO dates, moments ISO with their offset; nothing stands where nothing was
recorded. ``person`` is the person's number in the table of people, ``case`` the name in the practice's own sheet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from firststep.clinical.measures import MEASURES
from firststep.clinical.outcomes import Outcomes, outcomes
from firststep.models import ImportBatch, ImportedCase, ImportedCourse, Patient, Visit
from firststep.services.access import (
    Grant,
    read_shared_course,
    read_shared_notes,
    read_shared_questions,
    read_shared_visits,
)
from firststep.services.diary_events import Event
from firststep.services.diary_wire import points
from firststep.services.noted_sessions import read_own
from firststep.services.table_files import Plain, Tables
from firststep.services.trajectories import Course

Record: TypeAlias = dict[str, Plain]
Row: TypeAlias = tuple[str, Record]

#: Of a summary there are only people and figures; charts add single days, notes the person's own words.
TABLES: Final[Tables] = {
    "people": ("person", "name", "scope", "from_day", "until_on", "shares_since"),
    "figures": (
        *("person", "measure", "foot", "rules", "starts_on", "baseline", "baseline_day", "low_baseline", "current"),
        *("current_day", "relief", "relief_day", "relief_days", "relapse_day", "reduction_week12"),
    ),
    "pain": ("person", "day", "foot", "first_step_pain", "average_pain", "from_memory"),
    "days": ("person", "day", "stretch_done", "stretch_minutes", "stretch_sets", "nsaid_taken"),
    "care": ("person", "arm", "starts_on", "ends_on"),
    "doses": ("person", "day", "product", "dose_mg", "form"),
    "treatments": ("person", "day", "kind", "number", "noted_by", "disputed", "note"),
    "own_sessions": (
        *("person", "day", "kind", "number", "gait", "palpation_meridians", "palpation_regions", "techniques"),
        *("note", "disputed_at", "dispute"),
    ),
    "flares": ("person", "day", "settled_on", "confirmed", "foot", "worst_pain", "trigger", "note"),
    "pauses": ("person", "day", "ends_on", "reason"),
    "plans": ("person", "day", "ends_on", "preset", "name", "hold_s", "reps", "sets_per_day", "interval_days"),
    "ratings": ("person", "day", "week", "rating"),
    "sheet_visits": ("person", "day", "session", "pain", "nsaid", "change"),
    "notes": ("person", "day", "note"),
    "questions": ("person", "day", "text"),
    "cases": ("case", "arm", "starts_on", "brought_over"),
    "visits": ("case", "day", "session", "pain", "nsaid", "change", "note", "sheet_row"),
}
#: The kinds of dated things, by their table.
_EVENTS: Final = {"doses": "dose", "flares": "flare", "pauses": "pause", "plans": "plan", "ratings": "pgic"}


def shared_rows(session: Session, person: int, grant: Grant) -> Iterator[Row]:
    """Go through everything that a grant shows, as (table, row)."""
    course = read_shared_course(session, grant)
    for table, record in _rows(session, grant, course):
        yield table, {"person": person, **record}


def _rows(session: Session, grant: Grant, course: Course) -> Iterator[Row]:
    yield "people", _person(grant)
    yield from (("figures", _figures(outcomes(course.diary, measure=measure))) for measure in MEASURES)
    if grant.shows_charts:
        yield from _days(course)
        yield from _events(course)
        yield from _sessions(session, grant, course)
    for visit in reversed(read_shared_visits(session, grant)):
        yield "sheet_visits", _plain(visit, "day", "session", "nsaid", "change") | {"pain": points(visit.pain)}
    # Of both there is nothing where the grant shows no notes.
    yield from (("notes", _plain(note, "day") | {"note": note.text}) for note in _oldest_first(session, grant))
    yield from (("questions", _plain(one, "day", "text")) for one in read_shared_questions(session, grant))


def _person(grant: Grant) -> Record:
    since = grant.confirmed_at.isoformat() if grant.confirmed_at else None
    return {"name": grant.patient_name, "shares_since": since} | _plain(grant, "scope", "from_day", "until_on")


def _oldest_first(session: Session, grant: Grant) -> Iterable[Any]:
    return reversed(read_shared_notes(session, grant, most=None))


def _figures(found: Outcomes) -> Record:
    base, now = found.baseline, found.current
    return {
        **_plain(found, "measure", "foot", "rules", "starts_on", "low_baseline"),
        "baseline": _number(base.value if base else None),
        "baseline_day": _value(base.day) if base else None,
        "current": _number(now.value if now else None),
        "current_day": _value(now.day) if now else None,
        "relief": found.relief.state,
        "relief_day": _value(found.relief.day),
        "relief_days": found.relief.days,
        "relapse_day": _value(found.relapse.day),
        "reduction_week12": _number(found.reduction_week12),
    }


def _days(course: Course) -> Iterator[Row]:
    for row in sorted(course.diary.foot_days, key=lambda row: (row.day, row.foot)):
        if row.is_answered:
            yield (
                "pain",
                {
                    **_plain(row, "day", "foot"),
                    "first_step_pain": points(row.first_step_tenths),
                    "average_pain": points(row.average_tenths),
                    "from_memory": row.first_step_tenths is not None and (row.day, row.foot) in course.recalled,
                },
            )
    answers = {row.day: row for row in course.diary.day_answers if row.is_answered}
    for day in sorted({*answers, *course.sets_done}):
        found = _plain(answers[day], "stretch_done", "stretch_minutes", "nsaid_taken") if day in answers else {}
        yield "days", {"day": day.isoformat(), "stretch_sets": course.sets_done.get(day), **found}
    for episode in course.diary.episodes:
        yield "care", _plain(episode, "arm", "starts_on", "ends_on")


def _events(course: Course) -> Iterator[Row]:
    for table, kind in _EVENTS.items():
        yield from ((table, _event(event, TABLES[table])) for event in course.events_of(kind))


def _event(event: Event, columns: Iterable[str]) -> Record:
    record: Record = {name: _value(event[name]) for name in columns if name not in ("person", "day")}
    if "worst_pain" in record:
        record["worst_pain"] = points(event["worst_pain"])
    return {"day": event.day.isoformat(), **record}


def _sessions(session: Session, grant: Grant, course: Course) -> Iterator[Row]:
    for event in course.sessions():
        noted = event.kind != "treatment_session"
        by = "patient" if not noted else "you" if event["own"] else "another practitioner"
        about: Record = {"noted_by": by, "disputed": event["disputed_at"] is not None}
        yield "treatments", _event(event, ("kind", "number", "note")) | about
    for own in reversed(read_own(session, grant, grant.practitioner_id)):
        names = (name for name in TABLES["own_sessions"] if name != "person")
        yield "own_sessions", _plain(own, *names)


def case_rows(session: Session, practitioner_id: UUID) -> Iterator[Row]:
    """Go through the cases of the practitioner's own sheets that nobody took over, and their visits."""
    mine = (
        ImportedCase.practitioner_id == practitioner_id,
        ImportBatch.practitioner_id == practitioner_id,
        Patient.user_id.is_(None),
    )
    alias = Patient.alias.label("case")
    courses = (
        select(alias, ImportedCourse.arm, ImportedCourse.starts_on, ImportBatch.imported_at.label("brought_over"))
        .join(ImportedCase, ImportedCase.patient_id == Patient.id)
        .join(ImportedCourse, ImportedCourse.patient_id == Patient.id)
        .join(ImportBatch, ImportBatch.id == ImportedCourse.batch_id)
        .where(*mine)
        .order_by(ImportedCase.alias_key, ImportBatch.imported_at)
    )
    visits = (
        select(alias, *(getattr(Visit, name) for name in TABLES["visits"] if name != "case"))
        .select_from(Visit)
        .join(Patient, Patient.id == Visit.patient_id)
        .join(ImportedCase, ImportedCase.patient_id == Patient.id)
        .join(ImportBatch, ImportBatch.id == Visit.batch_id)
        .where(*mine)
        .order_by(ImportedCase.alias_key, Visit.day)
    )
    yield from (("cases", _record(row)) for row in _streamed(session, courses))
    for row in _streamed(session, visits):
        yield "visits", _record(row) | {"pain": points(row.pain)}


def _streamed(session: Session, statement: Any) -> Iterator[Any]:
    return iter(session.execute(statement.execution_options(yield_per=500)))


def _record(row: Any) -> Record:
    return {str(name): _value(value) for name, value in row._mapping.items()}


def _plain(thing: object, *names: str) -> Record:
    return {name: _value(getattr(thing, name)) for name in names}


def _value(value: Any) -> Plain:
    found: Plain = value.isoformat() if isinstance(value, date | datetime) else value
    return found


def _number(value: Fraction | None) -> float | None:
    return None if value is None else float(value)
