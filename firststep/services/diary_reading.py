"""Reads ranges of a diary through Core selects of columns: no rows as objects, no loops of queries.

Ten years are thousands of rows, and each row costs on its way through the driver: the database hands over each column
whole, as one list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import compress
from typing import Any, Final, cast
from uuid import UUID

import orjson
from sqlalchemy import Date, Select, bindparam, or_, select, union
from sqlalchemy.orm import Session

from firststep.clinical import diary as clinical
from firststep.models import Day, FootDay
from firststep.services.diary_events import read_care_and_events
from firststep.services.diary_fields import DAY_ANSWERS, FOOT_FIELDS
from firststep.services.whole_columns import json_list

STRIP_DAYS = 14


def read_logged_days(session: Session, patient_id: UUID, *, first: date, last: date) -> frozenset[date]:
    """Return the days of the range on which anything is recorded, in one statement."""
    of_foot = select(FootDay.day).where(
        FootDay.patient_id == patient_id,
        FootDay.day.between(first, last),
        or_(*(getattr(FootDay, name).is_not(None) for name in FOOT_FIELDS)),
    )
    of_day = select(Day.day).where(
        Day.patient_id == patient_id,
        Day.day.between(first, last),
        or_(*(getattr(Day, name).is_not(None) for name in DAY_ANSWERS)),
    )
    return frozenset(session.scalars(union(of_foot, of_day)))


def strip_range(today: date) -> tuple[date, date]:
    """Return the first and the last day of the strip of recent days."""
    return today - timedelta(days=STRIP_DAYS - 1), today


def read_diary(
    session: Session, patient_id: UUID, *, first: date | None = None, last: date | None = None
) -> clinical.Diary:
    """Return the diary between two days, or the whole of it, as the outcome rules read it: three statements."""
    found = read_days(session, patient_id, first=first, last=last)
    care, _nothing = read_care_and_events(session, patient_id, (), first=clinical.FIRST_DAY, last=clinical.LAST_DAY)
    return found.diary(care)


@dataclass(frozen=True, kw_only=True)
class Days:
    """What was answered day by day, and what only the charts ask of it."""

    foot_days: tuple[clinical.FootDay, ...]
    day_answers: tuple[clinical.DayAnswers, ...]
    #: Days and feet whose first-step pain was filled in on a later day.
    recalled: frozenset[tuple[date, str]]
    #: The sets of stretching of each day with a number of them.
    sets_done: Mapping[date, int]

    def diary(self, care: tuple[clinical.Episode, ...]) -> clinical.Diary:
        """Return the diary with these courses of care."""
        return clinical.Diary(foot_days=self.foot_days, day_answers=self.day_answers, episodes=care)


def read_days(session: Session, patient_id: UUID, *, first: date | None = None, last: date | None = None) -> Days:
    """Return the daily answers between two days, or all of them, in two statements."""
    first, last = first or clinical.FIRST_DAY, last or clinical.LAST_DAY
    values = {"patient_id": patient_id, "first": first, "last": last}
    foot_days, feet, *pains, recalled = _columns(session, _OF_FEET, values)
    days, stretch_done, stretch_minutes, nsaid_taken, sets = _columns(session, _OF_DAYS, values)
    answers = zip(days, map(_yes_no, stretch_done), stretch_minutes, map(_yes_no, nsaid_taken), strict=True)
    return Days(
        foot_days=tuple(map(_foot_day, zip(foot_days, feet, *pains, strict=True))),
        day_answers=tuple(map(_day_answers, answers)),
        recalled=frozenset(compress(zip(foot_days, feet, strict=True), recalled)),
        sets_done={day: number for day, number in zip(days, sets, strict=True) if number is not None},
    )


# What ``_make`` does, without its look at the number of values for each of ten years' days: the columns are ours.
_foot_day: Final = cast(Callable[[Iterable[Any]], clinical.FootDay], partial(tuple.__new__, clinical.FootDay))
_day_answers: Final = cast(Callable[[Iterable[Any]], clinical.DayAnswers], partial(tuple.__new__, clinical.DayAnswers))
# SQLite has no booleans of its own.
_yes_no: Final = {0: False, 1: True, None: None}.__getitem__


def _columns(session: Session, statement: Select[Any], values: Mapping[str, Any]) -> list[list[Any]]:
    """Return each column as a list, the first of them as days."""
    days, *others = map(orjson.loads, session.execute(statement, values).one())
    return [list(map(date.fromisoformat, days)), *others]


def _between(of: type[Day | FootDay], *names: str) -> Select[Any]:
    table = of.metadata.tables[of.__tablename__]
    of_patient = table.c.patient_id == bindparam("patient_id", type_=table.c.patient_id.type)
    in_range = table.c.day.between(bindparam("first", type_=Date()), bindparam("last", type_=Date()))
    columns: list[Any] = [json_list(table.c[name]) for name in names]
    return select(*columns).where(of_patient, in_range)


# In the order of the fields of clinical.FootDay and clinical.DayAnswers.
_OF_FEET: Final = _between(FootDay, "day", "foot", "first_step_pain", "average_pain", "first_step_recalled")
_OF_DAYS: Final = _between(Day, "day", "stretch_done", "stretch_minutes", "nsaid_taken", "stretch_sets")
