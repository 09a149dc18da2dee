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

from firststep.models import Day, Episode, FootDay, Patient

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
        level=_falling(7.4, 1.6, 40, 24),
        noise=1.1,
        missing=0.16,
        seed=11,
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
    session.execute(insert(Day), list(_days(random, course, patient.id, first)))
    for number, foot in enumerate(course.feet):
        random_of_foot = Random(course.seed * 100 + number)  # noqa: S311 - invented people
        rows = list(_foot_days(random_of_foot, course, patient.id, first, foot, number, now))
        session.execute(insert(FootDay), rows)


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
            "nsaid_taken": random.random() < max(0.0, (level - 2.5) / 6.5),
            "note": "Long day standing." if random.random() < 0.02 else None,
        }


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
