"""Invented people with a year of entries, to look around with. Nothing here is data of anybody."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from firststep.models import Day, Dose, Episode, Flare, FootDay, Patient, Pause, Pgic, Plan, Question, TreatmentSession

DAYS = 365


@dataclass(frozen=True, kw_only=True)
class Course:
    """How an invented person's pain goes: the level (0-10) on each day after the first entry."""

    name: str
    email: str
    feet: tuple[str, ...]
    arm: str
    care_begins_after_days: int
    level: Callable[[int], float]
    noise: float
    missing: float
    seed: int
    #: What the person takes on a day with an NSAID, and how much of it.
    product: str = "ibuprofen"
    dose_mg: int = 400
    #: Days after the first entry: of each treatment session, of a flare-up with its end, of a pause with its end.
    sessions: tuple[int, ...] = ()
    flare: tuple[int, int] | None = None
    pause: tuple[int, int] | None = None
    #: A stretching plan from the first day of care on: preset, sets a day, days from one to the next.
    plan: tuple[str, int, int] | None = None
    #: What to ask at the next visit: days before today, the question, whether it was asked.
    questions: tuple[tuple[int, str, bool], ...] = ()


def _falling(start: float, end: float, begin: int, half_days: float) -> Callable[[int], float]:
    def level(day: int) -> float:
        if day < begin:
            return start
        return end + (start - end) * math.exp(-(day - begin) / half_days * math.log(2))

    return level


def _with_return(level: Callable[[int], float], begin: int, end: int, height: float) -> Callable[[int], float]:
    def returning(day: int) -> float:
        return level(day) + (height if begin <= day < end else 0.0)

    return returning


COURSES = (
    Course(
        name="Ana Demo",
        email="ana@demo.example",
        feet=("right",),
        arm="acupuncture",
        care_begins_after_days=40,
        level=_with_return(_falling(7.4, 1.6, 40, 24), 296, 309, 3.4),
        noise=1.1,
        missing=0.16,
        seed=11,
        sessions=(*range(40, 82, 7), *range(285, 320, 7), 336, 350),
        flare=(296, 309),
        pause=(322, 330),
        plan=("own", 3, 1),
        questions=(
            (33, "Do I still need the insoles?", True),
            (6, "May I run again, and how far at first?", False),
            (2, "Which shoes for a day of standing?", False),
        ),
    ),
    Course(
        name="Ben Demo",
        email="ben@demo.example",
        feet=("left",),
        arm="standard",
        care_begins_after_days=30,
        level=_with_return(_falling(6.6, 2.4, 30, 45), 260, 320, 3.2),
        noise=1.3,
        missing=0.28,
        seed=12,
        product="naproxen",
        dose_mg=250,
        flare=(260, 318),
        plan=("own", 2, 2),
    ),
    Course(
        name="Carla Demo",
        email="carla@demo.example",
        feet=("left", "right"),
        arm="combined",
        care_begins_after_days=25,
        level=_falling(8.0, 0.8, 25, 17),
        noise=1.0,
        missing=0.12,
        seed=13,
        sessions=(*range(25, 60, 4), *range(300, 330, 10)),
        plan=("own", 4, 2),
    ),
)


def write_course(session: Session, patient: Patient, course: Course, *, today: date, now: datetime) -> None:
    """Add the person's year of entries, ending yesterday, and the course of care."""
    first = today - timedelta(days=DAYS)
    session.add(
        Episode(patient_id=patient.id, arm=course.arm, starts_on=first + timedelta(days=course.care_begins_after_days))
    )
    patient.feet = "both" if len(course.feet) == 2 else course.feet[0]
    patient.onset_on = first - timedelta(days=60)
    random = Random(course.seed)  # noqa: S311 - invented people
    session.flush()
    days = list(_days(random, course, patient.id, first))
    session.execute(insert(Day), days)
    random_of_doses = Random(course.seed * 1000)  # noqa: S311 - invented people
    session.execute(insert(Dose), list(_doses(random_of_doses, course, days)))
    _write_events(session, patient.id, course, first)
    for number, foot in enumerate(course.feet):
        random_of_foot = Random(course.seed * 100 + number)  # noqa: S311 - invented people
        rows = list(_foot_days(random_of_foot, course, patient.id, first, foot, number, now))
        session.execute(insert(FootDay), rows)


def _write_events(session: Session, patient_id: UUID, course: Course, first: date) -> None:
    """Add what happened besides the daily answers."""

    def on(offset: int) -> date:
        return first + timedelta(days=offset)

    kind = "acupuncture" if course.arm != "standard" else "physical_therapy"
    session.add_all(
        TreatmentSession(patient_id=patient_id, day=on(offset), kind=kind, number=number)
        for number, offset in enumerate(course.sessions, start=1)
    )
    if course.flare:
        begins, settles = map(on, course.flare)
        session.add(
            Flare(patient_id=patient_id, day=begins, settled_on=settles, worst_pain=80, trigger="A long day standing")
        )
    if course.pause:
        begins, ends = map(on, course.pause)
        session.add(Pause(patient_id=patient_id, day=begins, ends_on=ends, reason="travel"))
    if course.plan:
        preset, sets, interval = course.plan
        begins = on(course.care_begins_after_days)
        session.add(
            Plan(
                patient_id=patient_id,
                day=begins,
                preset=preset,
                name="Stretching for the sole of the foot",
                hold_s=10,
                reps=10,
                sets_per_day=sets,
                interval_days=interval,
            )
        )
    for week, rating in ((4, 3), (8, 2), (12, 2)):
        day = on(course.care_begins_after_days + 7 * week)
        session.add(Pgic(patient_id=patient_id, day=day, week=week, rating=rating))
    for ago, text, asked in course.questions:
        day = on(DAYS - ago)
        session.add(Question(patient_id=patient_id, day=day, text=text, settled_on=day if asked else None))
    session.flush()


def _doses(random: Random, course: Course, days: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Note most of the doses of the days with an NSAID, and now and then a gel or paracetamol."""
    for row in days:
        base = {"id": UUID(int=random.getrandbits(128), version=4), "patient_id": row["patient_id"], "day": row["day"]}
        chance = random.random()
        if row["nsaid_taken"] and chance < 0.8:
            yield {**base, "product": course.product, "dose_mg": course.dose_mg, "form": "oral"}
        elif not row["nsaid_taken"] and chance < 0.06:
            yield {**base, "product": "diclofenac gel", "dose_mg": None, "form": "gel"}
        elif not row["nsaid_taken"] and chance < 0.1:
            yield {**base, "product": "paracetamol", "dose_mg": 500, "form": "oral"}


def _logged(course: Course, offset: int) -> bool:
    # One choice for both feet and the day's answers: a missed day is missed whole.
    return Random(course.seed * 10_000 + offset).random() >= course.missing  # noqa: S311 - invented people


def _days(random: Random, course: Course, patient_id: UUID, first: date) -> Iterator[dict[str, Any]]:
    for offset in range(DAYS):
        if not _logged(course, offset):
            continue
        level = course.level(offset)
        stretched = random.random() < (0.35 if offset < course.care_begins_after_days else 0.78)
        yield {
            "patient_id": patient_id,
            "day": first + timedelta(days=offset),
            "stretch_done": stretched,
            "stretch_minutes": random.choice((5, 10, 10, 15)) if stretched and random.random() < 0.6 else None,
            "stretch_sets": _sets(course, offset) if stretched else None,
            "nsaid_taken": random.random() < max(0.0, (level - 2.5) / 6.5),
            "note": "Long day standing." if random.random() < 0.02 else None,
        }


def _sets(course: Course, offset: int) -> int | None:
    """Return the sets of a day with stretching: most of the plan's, and some days without a number."""
    if course.plan is None or offset < course.care_begins_after_days:
        return None
    planned = course.plan[1]
    found = Random(course.seed * 20_000 + offset).choice((planned, planned, planned - 1, None))  # noqa: S311 - invented
    return found if found is None else max(1, found)


def _foot_days(
    random: Random, course: Course, patient_id: UUID, first: date, foot: str, number: int, now: datetime
) -> Iterator[dict[str, Any]]:
    drift = 0.0
    for offset in range(DAYS):
        drift = 0.4 * drift + random.gauss(0, course.noise * 0.9)
        if not _logged(course, offset):
            continue
        level = max(0.0, course.level(offset) * (1.0 if number == 0 else 0.7) + drift)
        first_step = min(10, round(level))
        recalled = random.random() < 0.06
        day = first + timedelta(days=offset)
        yield {
            "patient_id": patient_id,
            "day": day,
            "foot": foot,
            "first_step_pain": first_step * 10,
            "average_pain": max(0, min(10, round(level * 0.7))) * 10,
            "first_step_entered_at": now - timedelta(days=DAYS - offset - (1 if recalled else 0)),
            "first_step_recalled": recalled,
        }
