"""The diaries of many people as lists: what a cohort of thousands is computed from, some hundred at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import compress
from typing import Any, Final, cast
from uuid import UUID

import orjson
from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from firststep.clinical.diary import ARMS, Arm
from firststep.models import Day, Episode, FootDay, Share
from firststep.services.access import CountedShare
from firststep.services.whole_columns import json_list

#: So few that their rows take some megabytes.
PEOPLE_AT_ONCE: Final = 500


@dataclass(slots=True)
class ManyRows:
    """One person's rows as lists; days are ordinals, None is "not recorded". ``starts`` is of each arm's first course.

    ``last_answered`` is the day of the last answer of any kind, None of an empty diary.
    """

    starts: dict[Arm, date] = field(default_factory=dict)
    pain_days: list[int] = field(default_factory=list)
    pain_left: list[bool] = field(default_factory=list)
    pain_tenths: list[int] = field(default_factory=list)
    nsaid_days: list[int] = field(default_factory=list)
    nsaid_taken: list[bool] = field(default_factory=list)
    last_answered: int | None = None


def read_many(session: Session, shares: Sequence[CountedShare]) -> Iterator[tuple[CountedShare, ManyRows]]:
    """Go through what the shares show of first-step pain and NSAIDs, in three statements for every few hundred."""
    ordinals = _Ordinals()
    for begin in range(0, len(shares), PEOPLE_AT_ONCE):
        part = shares[begin : begin + PEOPLE_AT_ONCE]
        found = {share.patient_id: ManyRows() for share in part}
        ids = [share.share_id for share in part]
        for row in _grouped(session, ids, FootDay, "day", "foot", "first_step_pain", "average_pain"):
            _add_pain(found[row[0]], ordinals, *map(orjson.loads, row[1:]))
        for row in _grouped(session, ids, Day, "day", "stretch_done", "stretch_minutes", "nsaid_taken"):
            _add_answers(found[row[0]], ordinals, *map(orjson.loads, row[1:]))
        for patient_id, arm, starts_on in _care(session, list(found)):
            starts = found[patient_id].starts
            starts[arm] = min(starts.get(arm, starts_on), starts_on)
        for rows in found.values():
            # In the order of the arms, as everywhere.
            rows.starts = {arm: rows.starts[arm] for arm in ARMS if arm in rows.starts}
        yield from ((share, found[share.patient_id]) for share in part)


class _Ordinals(dict[str, int]):
    """Days as ordinals by their ISO text; a practice has some hundred different ones."""

    def __missing__(self, text: str) -> int:
        self[text] = date.fromisoformat(text).toordinal()
        return self[text]


def _grouped(
    session: Session, share_ids: Sequence[UUID], table: type[Day | FootDay], *names: str
) -> Iterator[Row[Any]]:
    columns: list[Any] = [table.patient_id, *(json_list(table.__table__.c[name]) for name in names)]
    statement = (
        select(*columns)
        .join(Share, Share.patient_id == table.patient_id)
        .where(Share.id.in_(share_ids), or_(Share.from_day.is_(None), table.day >= Share.from_day))
        .group_by(table.patient_id)
    )
    return iter(session.execute(statement))


def _care(session: Session, patient_ids: Sequence[UUID]) -> Iterator[tuple[UUID, Arm, date]]:
    statement = select(Episode.patient_id, Episode.arm, Episode.starts_on).where(Episode.patient_id.in_(patient_ids))
    # The table checks the word.
    return ((patient_id, cast(Arm, arm), starts_on) for patient_id, arm, starts_on in session.execute(statement))


def _add_pain(rows: ManyRows, ordinals: _Ordinals, days: Any, feet: Any, first_steps: Any, averages: Any) -> None:
    recorded = [tenths is not None for tenths in first_steps]
    rows.pain_days = list(map(ordinals.__getitem__, compress(days, recorded)))
    rows.pain_left = [foot == "left" for foot in compress(feet, recorded)]
    rows.pain_tenths = list(compress(first_steps, recorded))
    _answered(rows, ordinals, days, first_steps, averages)


def _add_answers(rows: ManyRows, ordinals: _Ordinals, days: Any, done: Any, minutes: Any, nsaids: Any) -> None:
    recorded = [nsaid is not None for nsaid in nsaids]
    rows.nsaid_days = list(map(ordinals.__getitem__, compress(days, recorded)))
    # SQLite has no booleans of its own.
    rows.nsaid_taken = list(map(bool, compress(nsaids, recorded)))
    _answered(rows, ordinals, days, done, minutes, nsaids)


def _answered(rows: ManyRows, ordinals: _Ordinals, days: Any, *answers: Any) -> None:
    """Note the last day with any of these answers."""
    for given in answers:
        there = compress(days, [answer is not None for answer in given]) if None in given else days
        last = max(there, default=None)
        if last is not None:
            rows.last_answered = max(rows.last_answered or 0, ordinals[last])
