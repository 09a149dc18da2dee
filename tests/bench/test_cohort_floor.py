"""The floor of the cohort is held to the slow telling of the rules, and the product to the floor, on many people."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench import cohort_floor
from bench.cohort import arrays, table
from bench.cohort_rows import practice
from firststep.clinical.cohort import Person
from firststep.clinical.diary import Diary, Episode, FootDay
from firststep.packed.rows import NOTHING, columns_of_diaries, pack
from tests.clinical import cohort_oracle
from tests.clinical.diaries import MONDAY
from tests.clinical.strategies import diaries
from tests.clinical.test_cohort import close

quickly = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)
SHARED = ("reduction_week12", "weeks_to_relief", "relapse_6_months", "nsaid_reduced", "nsaid_stopped")

#: Seven months each: pain that falls after the start on day 14 and stays low, or comes back four months later.
months = st.builds(
    lambda low, later: Diary(
        tuple(
            FootDay(MONDAY + timedelta(days=day), "right", 80 if day < 20 else low if day < 140 else later)
            for day in range(230)
        ),
        (),
        (Episode("standard", MONDAY + timedelta(days=14)),),
    ),
    st.integers(0, 60),
    st.sampled_from([0, 20, 90]),
)


def one_foot_one_course(diary: Diary) -> Diary:
    """Return the diary with one foot and the first of its episodes."""
    foot = min(diary.feet, default="right")
    return Diary(
        tuple(row for row in diary.foot_days if row.foot == foot), diary.day_answers, tuple(diary.episodes[:1])
    )


def floor_of(people: list[Diary]) -> list[dict[str, Any]]:
    """Return what the floor says; it wants a row of pain for everybody."""
    packed = pack(columns_of_diaries(people))
    pain = np.full((len(packed), packed.pain.shape[1]), NOTHING, np.int8)
    pain[packed.course] = packed.pain
    return cohort_floor.figures(pain, packed.nsaid, packed.last_answered, packed.arms)


def told_alike(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of the product or of the slow telling as the floor says it."""
    left_out = row["left_out"]
    return {
        "n": row["n"],
        "left_out": {
            "no_baseline": left_out.get("no_baseline", 0),
            "low_baseline": left_out.get("low_baseline", 0),
            "not_at_week_12": left_out.get("no_week12", 0) + left_out.get("late_baseline", 0),
        },
        **{name: row[name] for name in SHARED},
    }


def test_the_floor_agrees_with_the_slow_telling() -> None:
    reached: Counter[str] = Counter()

    @quickly
    @given(st.lists(st.one_of(diaries(), months), min_size=1, max_size=5), st.sampled_from([1, 4, 11]))
    def agree(some: list[Diary], copies: int) -> None:
        people = [one_foot_one_course(diary) for diary in some for _ in range(copies)]
        expected = [told_alike(row) for row in cohort_oracle.cohort([Person(diary=diary) for diary in people])["arms"]]
        found = floor_of(people)
        assert close(found, expected), f"found {found}\nexpected {expected}"
        reached.update(name for row in found for name in SHARED if row[name].get("value", row[name].get("median")))

    agree()
    assert set(reached) == set(SHARED)


def test_the_product_agrees_with_the_floor_on_many_people() -> None:
    courses = practice(2_000, two_feet=0.3)
    found, floor = table(courses)["arms"], cohort_floor.figures(*arrays(courses))
    assert close([told_alike(row) for row in found], floor)
    # Enough of everything: without relapses or reductions the two would agree about nothing.
    for row in floor:
        assert row["relapse_6_months"]["n"] > 100
        assert row["reduction_week12"]["n"] > 300
        assert row["nsaid_reduced"]["k"] > 50


def test_a_practice_is_the_same_for_the_same_seed() -> None:
    one, again, other = (practice(20, seed=seed) for seed in (1, 1, 2))
    assert (one.pain == again.pain).all()
    assert (one.pain != other.pain).any()
    assert set(np.unique(one.pain).tolist()) <= {NOTHING, *range(0, 101, 10)}
