"""What the cohort of 10,000 diaries of 180 days costs beside a straight numpy pass by the same rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from bench import cohort_floor
from bench.cohort_rows import DAYS, PEOPLE, practice
from bench.ratio import Ratio, compare
from firststep.clinical.as_json import cohort_as_json
from firststep.clinical.cohort_table import cohort_table
from firststep.packed.rows import PackedCourses
from firststep.packed.tallies import packed_tallies

#: The goal: at most so many times the CPU of the straight pass.
GOAL: Final = 3


def ratios() -> Iterator[Ratio]:
    """Go through the comparisons: one foot each, then every fifth person with both feet beside the one-foot floor."""
    for label, two_feet in (("one foot each", 0.0), ("a fifth with both feet, the floor reads the worse one", 0.2)):
        courses = practice(two_feet=two_feet)
        floor = arrays(courses)
        yield compare(
            f"cohort of {PEOPLE:,} people x {DAYS} days, {label}, goal {GOAL}",
            tried=("packed rows to the table with intervals and curves", lambda courses=courses: table(courses)),  # type: ignore[misc]
            base=("a straight numpy pass", lambda floor=floor: cohort_floor.figures(*floor)),  # type: ignore[misc]
            calls=3,
        )


def table(courses: PackedCourses) -> Any:
    """Return what the product answers for these rows."""
    return cohort_as_json(cohort_table(packed_tallies(courses)))


def arrays(courses: PackedCourses) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return what the floor reads: one row of pain a person, the right foot's."""
    return courses.pain[~courses.left], courses.nsaid, courses.last_answered, courses.arms
