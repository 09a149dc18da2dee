"""Random practices: packed rows come to the tallies of the rules told one person at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firststep.clinical.cohort import Person, Tally, tallies
from firststep.clinical.diary import ARMS, DayAnswers, Diary, Episode, FootDay
from firststep.packed import tallies as packed_tallies_module
from firststep.packed.rows import FIRST_NSAID_DAY, FIRST_PAIN_DAY, Columns, columns_of_diaries, pack
from firststep.packed.tallies import packed_tallies
from tests.clinical.diaries import MONDAY
from tests.clinical.strategies import diaries

quickly = settings(
    max_examples=50, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)

#: What random practices have to have, or the comparison would say little.
REACHED: dict[str, Callable[[Tally], bool]] = {
    "relief": lambda tally: bool(tally.relief.happened),
    "no relief": lambda tally: bool(tally.relief.left),
    "a relapse": lambda tally: bool(tally.relapse.happened),
    "no relapse": lambda tally: bool(tally.relapse.left),
    "a reduction": lambda tally: tally.reductions.n > 0,
    "NSAIDs reduced and not stopped": lambda tally: tally.nsaid_reduced.k > tally.nsaid_stopped.k > 0,
    "NSAIDs not reduced": lambda tally: tally.nsaid_reduced.n > tally.nsaid_reduced.k,
    "no_baseline": lambda tally: tally.left_out["no_baseline"] > 0,
    "low_baseline": lambda tally: tally.left_out["low_baseline"] > 0,
    "no_week12": lambda tally: tally.left_out["no_week12"] > 0,
    "late_baseline": lambda tally: tally.left_out["late_baseline"] > 0,
}


@st.composite
def practices(draw: st.DrawFn) -> list[Diary]:
    """Draw diaries with up to four episodes, of which some begin long before or after the first entry."""
    random = Random(draw(st.integers(0, 2**32 - 1)))
    found = []
    for diary in draw(st.lists(diaries(), max_size=8)):
        by_chance = tuple(
            Episode(random.choice(ARMS), MONDAY + timedelta(days=random.randint(-60, 130)))
            for _ in range(random.choice([0, 1, 2]))
        )
        found.append(replace(diary, episodes=diary.episodes + by_chance))
    return found


def test_packed_rows_come_to_the_same_tallies() -> None:
    reached: Counter[str] = Counter()

    @settings(quickly, max_examples=200)
    @given(practices())
    def compare(practice: list[Diary]) -> None:
        expected = tallies(Person(diary=diary) for diary in practice)
        assert packed_tallies(pack(columns_of_diaries(practice))) == expected
        reached.update(name for name, has in REACHED.items() if any(map(has, expected.values())))

    compare()
    assert set(reached) == set(REACHED), f"no practice had {set(REACHED) - set(reached)}"


@quickly
@given(practices(), st.integers(1, 5))
def test_how_many_courses_are_computed_at_once_does_not_matter(practice: list[Diary], at_once: int) -> None:
    packed = pack(columns_of_diaries(practice))
    whole = packed_tallies(packed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packed_tallies_module, "AT_ONCE", at_once)
        assert packed_tallies(packed) == whole


def test_the_other_measure_can_be_packed() -> None:
    rows = tuple(FootDay(MONDAY + timedelta(days=day), "left", 80, 80 if day < 20 else 20) for day in range(120))
    diary = Diary(rows, (), (Episode("combined", MONDAY + timedelta(days=14)),))
    for measure in ("first_step", "average"):
        expected = tallies([Person(diary=diary)], measure)
        assert packed_tallies(pack(columns_of_diaries([diary], measure))) == expected
    assert packed_tallies(pack(columns_of_diaries([diary], "average")))["combined"].relief.happened == {8: 1}


def test_nobody() -> None:
    assert packed_tallies(pack(columns_of_diaries([]))) == tallies([])
    answered = Diary((), (DayAnswers(MONDAY, True),), (Episode("standard", MONDAY),))
    assert packed_tallies(pack(columns_of_diaries([answered])))["standard"].left_out == {"no_baseline": 1}
    assert (
        columns_of_diaries([Diary(episodes=answered.episodes), Diary(day_answers=answered.day_answers)]).course_people
        == []
    )


def test_rows_lie_on_their_days_and_the_rows_of_a_person_in_every_course() -> None:
    packed = pack(
        Columns(
            course_people=[1, 0, 1],
            course_arms=[0, 2, 1],
            course_starts=[1_000, 1_010, 1_020],
            pain_people=[1, 1, 1, 0, 1],
            pain_days=[1_000, 987, 986, 1_011, 1_020],
            pain_left=[False, False, False, False, True],
            pain_tenths=[70, 60, 50, 40, 0],
            nsaid_people=[1, 0, 1],
            nsaid_days=[958, 1_010, 957],
            nsaid_taken=[True, False, True],
            last_answered=[1_011, 1_020],
        )
    )
    assert packed.arms.tolist() == [0, 2, 1]
    assert packed.last_answered.tolist() == [20, 1, 0]
    assert (packed.course.tolist(), packed.left.tolist()) == ([0, 0, 1, 2], [False, True, False, True])
    assert lying(packed.pain, FIRST_PAIN_DAY) == [{-13: 60, 0: 70}, {20: 0}, {1: 40}, {0: 0}]
    assert lying(packed.nsaid, FIRST_NSAID_DAY) == [{-42: 1}, {0: 0}, {}]
    second = packed.part(1, 3)
    assert (len(second), second.course.tolist(), second.left.tolist()) == (2, [0, 1], [False, True])
    assert lying(second.pain, FIRST_PAIN_DAY) == [{1: 40}, {0: 0}]


def lying(rows: np.ndarray, first_day: int) -> list[dict[int, int]]:
    """Return what is recorded in each row, by day."""
    return [{place + first_day: int(value) for place, value in enumerate(row) if value >= 0} for row in rows]
