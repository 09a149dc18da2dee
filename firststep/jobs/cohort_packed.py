"""Counts a large cohort over packed rows; only what has something to count imports this, because numpy is heavy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import chain, count, islice, repeat
from uuid import UUID

from sqlalchemy.orm import Session

from firststep.clinical.cohort import added
from firststep.clinical.cohort_choice import CohortChoice, Counted, counted
from firststep.clinical.diary import ARMS, Arm, Diary
from firststep.packed.rows import Columns, pack
from firststep.packed.tallies import packed_tallies
from firststep.services.access import CountedShare
from firststep.services.cohort_rows import PEOPLE_AT_ONCE, ManyRows, read_many
from firststep.services.cohorts import case_people, imported_series, sharing_person


def count_packed(
    session: Session, practitioner_id: UUID, shares: Sequence[CountedShare], choice: CohortChoice
) -> Counted:
    """Return what `counted` returns of the same people; the diaries go through in parts, so memory stays small.

    Rule: outcomes, cohorts, with daily-1.
    """
    series = imported_series(session, practitioner_id)
    total = counted(case_people(session, practitioner_id, shares, series), choice)
    people = read_many(session, shares)
    while part := list(islice(people, PEOPLE_AT_ONCE)):
        with_diary = [(share, rows) for share, rows in part if rows.last_answered is not None]
        others = (sharing_person(share, Diary(), series) for share, rows in part if rows.last_answered is None)
        total = total + _of_diaries(with_diary, choice) + counted(others, choice)
    return total


def _of_diaries(people: Iterable[tuple[CountedShare, ManyRows]], choice: CohortChoice) -> Counted:
    """Return what people with a diary come to; of each arm the first course is judged."""
    kinds: Counter[str] = Counter()
    taken: list[tuple[ManyRows, list[tuple[Arm, date]]]] = []
    for share, rows in people:
        judged = {arm: choice.takes(start, share.side, share.onset_on) for arm, start in rows.starts.items()}
        courses = [(arm, rows.starts[arm]) for arm, takes in judged.items() if takes]
        if courses:
            taken.append((rows, courses))
        kinds["without_course"] += not judged
        kinds["not_recorded"] += None in judged.values()
        kinds["diaries"] += bool(courses)
    return Counted(tallies=added(packed_tallies(pack(_columns(taken)))), **kinds)


def _columns(people: Sequence[tuple[ManyRows, list[tuple[Arm, date]]]]) -> Columns:
    courses = [
        (person, ARMS.index(arm), start.toordinal()) for person, (_rows, of) in enumerate(people) for arm, start in of
    ]
    rows = [rows for rows, _courses in people]
    return Columns(
        course_people=[person for person, _arm, _start in courses],
        course_arms=[arm for _person, arm, _start in courses],
        course_starts=[start for _person, _arm, start in courses],
        pain_people=list(_numbers(len(one.pain_days) for one in rows)),
        pain_days=[day for one in rows for day in one.pain_days],
        pain_left=[left for one in rows for left in one.pain_left],
        pain_tenths=[tenths for one in rows for tenths in one.pain_tenths],
        nsaid_people=list(_numbers(len(one.nsaid_days) for one in rows)),
        nsaid_days=[day for one in rows for day in one.nsaid_days],
        nsaid_taken=[taken for one in rows for taken in one.nsaid_taken],
        last_answered=[one.last_answered or 0 for one in rows],
    )


def _numbers(counts: Iterable[int]) -> Iterator[int]:
    """Go through the number of each person, as often as the person has rows."""
    return chain.from_iterable(map(repeat, count(), counts))
