"""Diaries of many people as a few arrays: one row a course for the answers, one row a course and foot for the pain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from firststep.clinical.cohort import COHORT_MEASURE
from firststep.clinical.diary import ARMS, Diary
from firststep.clinical.measures import FEET, Measure

Tenths: TypeAlias = NDArray[np.int8]
Days: TypeAlias = NDArray[np.int32]
Flags: TypeAlias = NDArray[np.bool_]

#: The first mean that any rule reads is that of day -7; it needs the six days before it.
FIRST_PAIN_DAY: Final = -13
#: NSAIDs at the start are those of the days -28 to -1. A last answer that is early enough to be compared with them
#: lies on day -15 at the earliest, and its 28 days begin here.
FIRST_NSAID_DAY: Final = -42
#: Week 12 ends on day 98; rows reach at least that far, so that no rule has to ask.
_FEWEST_DAYS: Final = 99
NOTHING: Final = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedCourses:
    """Courses of care, numbered from 0, and what was recorded in each. Days count from the start of the course.

    ``arms`` (courses) are places in ARMS. ``last_answered`` (courses) is the day of the last answer of any kind, and
    ``nsaid`` (courses x days from -42 on) is 1 for yes, 0 for no, -1 for no answer. ``pain`` (series x days from -13
    on) is in tenths, -1 is not recorded; ``course`` and ``left`` (series) say whose it is and of which foot. A course
    has at most one series a foot, the right foot's before the left one's.
    """

    arms: Tenths
    last_answered: Days
    nsaid: Tenths
    course: Days
    left: Flags
    pain: Tenths

    def __len__(self) -> int:
        """Return the number of courses."""
        return len(self.arms)

    def part(self, first: int, after: int) -> Self:
        """Return the courses from ``first`` up to the one before ``after``."""
        begin, end = (int(place) for place in np.searchsorted(self.course, (first, after)))
        return replace(
            self,
            arms=self.arms[first:after],
            last_answered=self.last_answered[first:after],
            nsaid=self.nsaid[first:after],
            course=self.course[begin:end] - first,
            left=self.left[begin:end],
            pain=self.pain[begin:end],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The rows of many diaries by column, as a database gives them; people are numbered from 0, days are ordinals.

    Of the courses: whose, the place of the arm in ARMS, the start; at most one a person and arm. Of the pain: whose,
    which day, whether of the left foot, tenths; at most one a person, day and foot. Of the NSAID answers: whose, which
    day, yes or no; at most one a person and day. ``last_answered`` is the day of each person's last answer of any
    kind; people without any diary are not meant to be here.
    """

    course_people: Sequence[int]
    course_arms: Sequence[int]
    course_starts: Sequence[int]
    pain_people: Sequence[int]
    pain_days: Sequence[int]
    pain_left: Sequence[bool]
    pain_tenths: Sequence[int]
    nsaid_people: Sequence[int]
    nsaid_days: Sequence[int]
    nsaid_taken: Sequence[bool]
    last_answered: Sequence[int]


def pack(columns: Columns) -> PackedCourses:
    """Return the rows laid out by course; what lies so long before a start that no rule reads it is left away."""
    people, starts = _whole(columns.course_people), _whole(columns.course_starts)
    pain_at, pain_row = _by_course(people, _whole(columns.pain_people))
    pain_day = _whole(columns.pain_days)[pain_row] - starts[pain_at]
    kept = pain_day >= FIRST_PAIN_DAY
    foot = 2 * pain_at[kept] + np.asarray(columns.pain_left, bool)[pain_row[kept]]
    is_there = np.zeros(2 * len(people), bool)
    is_there[foot] = True
    series, place = np.flatnonzero(is_there), (is_there.cumsum() - 1)[foot]
    nsaid_at, nsaid_row = _by_course(people, _whole(columns.nsaid_people))
    nsaid_day = _whole(columns.nsaid_days)[nsaid_row] - starts[nsaid_at]
    asked = nsaid_day >= FIRST_NSAID_DAY
    return PackedCourses(
        arms=np.asarray(columns.course_arms, np.int8),
        last_answered=_whole(columns.last_answered)[people] - starts,
        nsaid=_laid_out(
            len(people), nsaid_at[asked], nsaid_day[asked], columns.nsaid_taken, nsaid_row[asked], FIRST_NSAID_DAY
        ),
        course=(series // 2).astype(np.int32),
        left=series % 2 == 1,
        pain=_laid_out(len(series), place, pain_day[kept], columns.pain_tenths, pain_row[kept], FIRST_PAIN_DAY),
    )


def _whole(numbers: Sequence[int]) -> Days:
    return np.asarray(numbers, np.int32)


def _by_course(course_people: Days, row_people: Days) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return a course and a row for every row of every course: the rows of a person belong to each of their courses."""
    order = np.argsort(course_people, kind="stable")
    last_person = max(int(course_people.max(initial=-1)), int(row_people.max(initial=-1)))
    courses = np.bincount(course_people, minlength=last_person + 1)
    count, first = courses[row_people], (courses.cumsum() - courses)[row_people]
    rows = np.repeat(np.arange(len(row_people)), count)
    within = np.arange(len(rows)) - np.repeat(count.cumsum() - count, count)
    return order[np.repeat(first, count) + within], rows


def _laid_out(
    rows: int,
    at: NDArray[np.intp],
    day: Days,
    values: Sequence[int] | Sequence[bool],
    row: NDArray[np.intp],
    first_day: int,
) -> Tenths:
    width = max(int(day.max(initial=0)) + 1, _FEWEST_DAYS) - first_day
    laid_out = np.full((rows, width), NOTHING, np.int8)
    laid_out[at, day - first_day] = np.asarray(values, np.int8)[row]
    return laid_out


def columns_of_diaries(diaries: Iterable[Diary], measure: Measure = COHORT_MEASURE) -> Columns:
    """Return the columns of diaries, of each arm the first episode; those without any answer or episode have none."""
    kept = [diary for diary in diaries if diary.answered_days and diary.episodes]
    courses, pain, nsaid = [], [], []
    for person, diary in enumerate(kept):
        for place, arm in enumerate(ARMS):
            starts = [episode.starts_on.toordinal() for episode in diary.episodes if episode.arm == arm]
            if starts:
                courses.append((person, place, min(starts)))
        for foot in FEET:
            recorded = diary.tenths(foot, measure)
            pain += [(person, day.toordinal(), foot == "left", tenths) for day, tenths in recorded.items()]
        nsaid += [(person, day.toordinal(), taken) for day, taken in diary.nsaid_answers.items()]
    course_people, course_arms, course_starts = _columns(courses, 3)
    pain_people, pain_days, pain_left, pain_tenths = _columns(pain, 4)
    nsaid_people, nsaid_days, nsaid_taken = _columns(nsaid, 3)
    return Columns(
        course_people=course_people,
        course_arms=course_arms,
        course_starts=course_starts,
        pain_people=pain_people,
        pain_days=pain_days,
        pain_left=[bool(left) for left in pain_left],
        pain_tenths=pain_tenths,
        nsaid_people=nsaid_people,
        nsaid_days=nsaid_days,
        nsaid_taken=[bool(taken) for taken in nsaid_taken],
        last_answered=[max(diary.answered_days).toordinal() for diary in kept],
    )


def _columns(rows: Sequence[tuple[int, ...]], count: int) -> list[list[int]]:
    flat = list(chain.from_iterable(rows))
    return [flat[place::count] for place in range(count)]
