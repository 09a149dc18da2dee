"""Reads ranges of a diary through Core selects of columns: no rows as objects, no loops of queries.

Ten years are thousands of rows, and each row costs on its way through the driver: the database hands over each column
whole, as one list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import chain
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import Date, FromClause, Select, Subquery, bindparam, or_, select, true, union
from sqlalchemy.orm import Session

from firststep.clinical import diary as clinical
from firststep.clinical.measures import FEET, Foot
from firststep.clinical.rows import Rows
from firststep.models import Day, FootDay
from firststep.services.care_and_events import read_care_and_events
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
    """Return the diary between two days, or the whole of it, as the outcome rules read it: two statements."""
    found = read_days(session, patient_id, first=first, last=last)
    care, _nothing = read_care_and_events(session, patient_id, (), first=clinical.FIRST_DAY, last=clinical.LAST_DAY)
    return found.diary(care)


@dataclass(frozen=True, kw_only=True)
class Days:
    """What was answered day by day, and what only the charts ask of it."""

    foot_days: Sequence[clinical.FootDay]
    day_answers: Sequence[clinical.DayAnswers]
    #: Days and feet whose first-step pain was filled in on a later day.
    recalled: frozenset[tuple[date, str]]
    #: The sets of stretching of each day with a number of them, where they were read.
    sets_done: Mapping[date, int]
    #: The days on which stretching hurt, where they were read.
    hurt: frozenset[date] = frozenset()

    def diary(self, care: tuple[clinical.Episode, ...]) -> clinical.Diary:
        """Return the diary with these courses of care."""
        return clinical.Diary(foot_days=self.foot_days, day_answers=self.day_answers, episodes=care)


def read_days(
    session: Session, patient_id: UUID, *, first: date | None = None, last: date | None = None, sets: bool = True
) -> Days:
    """Return the daily answers between two days, or all of them, in one statement.

    ``sets``: with the sets of stretching, and the days on which it hurt.
    """
    first, last = first or clinical.FIRST_DAY, last or clinical.LAST_DAY
    values = {"patient_id": patient_id, "first": first, "last": last}
    texts = iter(session.execute(_statement(sets), values).one())
    # Who answers for one foot mostly answers for the other and the day: the same dates, read once.
    dates = cache(_dates)
    of_feet = {foot: _columns(_OF_FEET, texts, dates) for foot in FEET}
    days, stretch_done, stretch_minutes, nsaid_taken, *of_sets = _columns(_of_days(sets), texts, dates)
    numbers, hurt = of_sets or ([None] * len(days), ())
    answers = (days, list(map(_yes_no, stretch_done)), stretch_minutes, list(map(_yes_no, nsaid_taken)))
    return Days(
        foot_days=_one_after_the_other(of_feet),
        day_answers=Rows(clinical.DayAnswers._make, answers),
        recalled=frozenset((day, foot) for foot, (*_pains, recalled) in of_feet.items() for day in recalled),
        sets_done={day: number for day, number in zip(days, numbers, strict=True) if number is not None},
        hurt=frozenset(hurt),
    )


def _columns(names: Sequence[str], texts: Iterator[str], dates: Callable[[str], list[date]]) -> list[list[Any]]:
    """Take the columns of a table from the answer."""
    return [dates(text) if name in _AS_DAYS else orjson.loads(text) for name, text in zip(names, texts, strict=False)]


def _dates(text: str) -> list[date]:
    return list(map(date.fromisoformat, orjson.loads(text)))


def _one_after_the_other(of_feet: Mapping[Foot, list[list[Any]]]) -> Rows[clinical.FootDay]:
    """Return the rows of one foot after those of the other."""
    named = [(days, [foot] * len(days), *pains) for foot, (days, *pains, _recalled) in of_feet.items()]
    return Rows(clinical.FootDay._make, [list(chain(*columns)) for columns in zip(*named, strict=True)])


# SQLite has no booleans of its own.
_yes_no: Final = {0: False, 1: True, None: None}.__getitem__


def _between(of: type[Day | FootDay], names: Sequence[str], foot: Foot | None = None) -> Subquery:
    table = of.metadata.tables[of.__tablename__]
    wanted = [
        table.c.patient_id == bindparam("patient_id", type_=table.c.patient_id.type),
        table.c.day.between(bindparam("first", type_=Date()), bindparam("last", type_=Date())),
        *([table.c.foot == foot] if foot else []),
    ]
    columns: list[Any] = [
        (json_list(table.c.day, where=table.c[name]) if name in _FLAGS else json_list(table.c[name])).label(name)
        for name in names
    ]
    return select(*columns).where(*wanted).subquery(f"of_{foot or 'days'}")


# In the order of the fields of clinical.FootDay, the foot left out, and of clinical.DayAnswers.
_OF_FEET: Final = ("day", "first_step_pain", "average_pain", "first_step_recalled")
_OF_DAYS: Final = ("day", "stretch_done", "stretch_minutes", "nsaid_taken")
_OF_SETS: Final = ("stretch_sets", "stretch_hurt")
#: Of these the days come on which they are so: a few of thousands.
_FLAGS: Final = ("first_step_recalled", "stretch_hurt")
_AS_DAYS: Final = ("day", *_FLAGS)


def _of_days(sets: bool) -> Sequence[str]:
    return (*_OF_DAYS, *_OF_SETS) if sets else _OF_DAYS


@cache
def _statement(sets: bool) -> Select[Any]:
    """Return the statement: each table gives one row, whatever it holds, and one way to the database is enough."""
    parts = [_between(FootDay, _OF_FEET, foot) for foot in FEET]
    parts.append(_between(Day, _of_days(sets)))
    joined: FromClause = parts[0]
    for part in parts[1:]:
        joined = joined.join(part, true())
    return select(*(column for part in parts for column in part.c)).select_from(joined)
