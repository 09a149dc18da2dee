"""The rating of the whole change: when it is asked, what it counts as, and what the entries said by its day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firststep.clinical.change import noticeable_change
from firststep.clinical.diary import Diary, Episode, FootDay
from firststep.clinical.measures import FEET, MEASURES, Measure
from firststep.clinical.outcomes import Outcomes, outcomes, outcomes_of_foot
from firststep.clinical.pgic import (
    OPEN_DAYS,
    RATINGS,
    WEEKS,
    Compared,
    EntriesSaid,
    Rating,
    compare,
    start_of_care,
    week_due,
)
from firststep.clinical.relief import relief_level
from firststep.models.events import PGIC_WEEKS
from tests.clinical import oracle
from tests.clinical.diaries import BEFORE, MONDAY, START, day, diary_of
from tests.clinical.strategies import diaries
from tests.clinical.test_properties import quickly

# What is logged after the week of BEFORE, a baseline of 7.0 whose relief level is 4.9.
SAME = [70] * 28
A_LITTLE_LESS = [60] * 28
LESS = [55] * 14 + [40] * 14
RELIEVED = [20] * 28
BACK = [20] * 28 + [70] * 28
NOTHING = [None] * 28


def said(after: Sequence[int | None], on: int, *, low: bool = False) -> EntriesSaid | None:
    """Return what the entries said on a day of care."""
    before = [20] * 7 if low else BEFORE
    diary = diary_of([*before, *after], start=START)
    found = outcomes(diary, measure="first_step")
    (one,) = compare(diary, found, [Rating(day(on), 4, 2)], START)
    return one.entries


@pytest.mark.parametrize(
    ("offset", "week"),
    [
        *((first - 1, None) for first in (28, 56, 84, 168)),
        *((first, first // 7) for first in (28, 56, 84, 168)),
        *((first + 13, first // 7) for first in (28, 56, 84, 168)),
        *((first + 14, None) for first in (28, 56, 84, 168)),
        (-1, None),
        (0, None),
        (365, None),
    ],
)
def test_a_question_is_open_for_fourteen_days(offset: int, week: int | None) -> None:
    assert week_due(START, [], day(offset)) == week
    assert week_due(None, [], day(offset)) is None


@pytest.mark.parametrize(
    ("answered", "on", "due"),
    [
        (Rating(day(28), 4, 2), 30, None),
        (Rating(day(41), 4, 4), 41, None),
        (Rating(day(28), 4, 2), 56, 8),
        # Another start: the answer of the earlier one is two weeks and a day older than the question.
        (Rating(day(13), 4, 2), 28, 4),
        # The start was moved by a few days after the answer.
        (Rating(day(14), 4, 2), 28, None),
        (Rating(day(30), 8, 2), 56, 8),
    ],
)
def test_an_answer_closes_its_own_question(answered: Rating, on: int, due: int | None) -> None:
    assert week_due(START, [answered], day(on)) == due


def test_the_weeks_are_those_that_can_be_stored_and_their_windows_do_not_touch() -> None:
    assert PGIC_WEEKS == WEEKS == (4, 8, 12, 24)
    assert all(7 * (later - earlier) >= 2 * OPEN_DAYS for earlier, later in pairwise(WEEKS))


@given(st.lists(st.tuples(st.integers(-60, 200), st.sampled_from(WEEKS))), st.integers(-60, 400), st.integers(0, 3000))
def test_only_an_open_week_is_due_and_never_after_its_answer(
    answers: list[tuple[int, int]], on: int, moved: int
) -> None:
    ratings = [Rating(day(offset), week, 3) for offset, week in answers]
    due = week_due(START, ratings, day(on))
    if due is not None:
        assert 0 <= on - 7 * due < OPEN_DAYS
        assert week_due(START, [*ratings, Rating(day(on), due, 1)], day(on)) is None
    later = [replace(one, day=one.day + timedelta(days=moved)) for one in ratings]
    assert week_due(START + timedelta(days=moved), later, day(on + moved)) == due


def test_much_or_very_much_is_what_counts() -> None:
    meanings = [Rating(START, 4, rating).meaning for rating in RATINGS]
    assert meanings == ["improved"] * 2 + ["about_the_same"] * 3 + ["worse"] * 2


@pytest.mark.parametrize(
    ("after", "on", "expected"),
    [
        (SAME, 27, EntriesSaid("within_day_to_day_variation")),
        (A_LITTLE_LESS, 27, EntriesSaid("within_day_to_day_variation")),
        (LESS, 27, EntriesSaid("less")),
        ([90] * 28, 27, EntriesSaid("more")),
        # The 7-day mean is first at or below 4.9 on day 2; the 14 days from it end on day 15.
        (RELIEVED, 13, EntriesSaid("less")),
        (RELIEVED, 14, EntriesSaid("less")),
        (RELIEVED, 15, EntriesSaid("relief", day(2))),
        # And above it again on day 32; the 14 days from it end on day 45.
        (BACK, 44, EntriesSaid("relief", day(2))),
        (BACK, 45, EntriesSaid("relapse", day(32))),
        # Entries ended: said for as long as a gap that ends follow-up takes, and no longer.
        (RELIEVED, 41, EntriesSaid("relief", day(2))),
        (RELIEVED, 42, None),
        (NOTHING, 27, None),
        ([], 5, None),
    ],
)
def test_the_entries_say_what_was_known_by_the_day(
    after: Sequence[int | None], on: int, expected: EntriesSaid | None
) -> None:
    assert said(after, on) == expected


def test_later_entries_change_nothing_that_was_said() -> None:
    for on in (6, 14, 15, 27):
        assert said(RELIEVED, on) == said([*RELIEVED, *[100] * 60], on) is not None


def test_a_low_baseline_says_nothing() -> None:
    assert said([0] * 28, 27, low=True) is None


@pytest.mark.parametrize("rating", RATINGS)
@pytest.mark.parametrize("after", [SAME, LESS, RELIEVED, NOTHING])
def test_they_disagree_when_only_one_says_improved(rating: int, after: Sequence[int | None]) -> None:
    entries = said(after, 27)
    found = Compared(Rating(day(27), 4, rating), entries)
    assert found.disagree == (entries is not None and (rating <= 2) != (after is RELIEVED))


def test_ratings_from_before_the_start_stand_alone() -> None:
    diary = diary_of([*BEFORE, *RELIEVED], start=START)
    found = outcomes(diary, measure="first_step")
    old, new = Rating(day(-1), 24, 6), Rating(day(20), 4, 2)
    assert compare(diary, found, [old, new], START) == (
        Compared(old, None),
        Compared(new, EntriesSaid("relief", day(2))),
    )
    assert compare(diary, found, [old], START) == (Compared(old, None),)
    assert compare(diary, found, [new], None) == (Compared(new, None),)
    assert compare(Diary(), outcomes(Diary(), measure="average"), [new], START) == (Compared(new, None),)


def test_weeks_are_counted_from_the_episode_or_else_from_the_baseline_of_first_steps() -> None:
    entries = tuple(FootDay(MONDAY + timedelta(days=at), "right", 60, 50) for at in range(5))
    others = tuple(FootDay(MONDAY + timedelta(days=at), "left", 80) for at in (2, 3, 4, 9, 10))
    assert start_of_care(Diary(entries, episodes=(Episode("combined", START),))) == START
    assert start_of_care(Diary(entries)) == MONDAY + timedelta(days=3)
    assert start_of_care(Diary((*entries, *others))) == MONDAY + timedelta(days=3), "the left foot has no baseline"
    more = FootDay(MONDAY + timedelta(days=8), "left", 80)
    assert start_of_care(Diary((*entries, *others, more))) == MONDAY + timedelta(days=8), "the worse foot"
    average = tuple(FootDay(MONDAY + timedelta(days=at), "right", None, 50) for at in range(20))
    assert start_of_care(Diary(average)) is start_of_care(Diary()) is None


@quickly
@given(diaries(), st.booleans())
def test_the_start_is_that_of_the_outcomes_and_the_first_entries_decide_it(diary: Diary, in_care: bool) -> None:
    diary = diary if in_care else replace(diary, episodes=())
    since = outcomes(diary, measure="first_step").starts_on
    assert start_of_care(diary) == since
    if not diary.episodes:
        early = [sorted(diary.tenths(foot, "first_step"))[:14] for foot in FEET]
        kept = tuple(row for row in diary.foot_days if row.day in early[FEET.index(row.foot)])
        assert start_of_care(Diary(kept)) == since


def until(diary: Diary, last: date) -> Diary:
    """Return what was in the diary on a day."""
    return replace(diary, foot_days=tuple(row for row in diary.foot_days if row.day <= last), day_answers=())


def expected(diary: Diary, found: Outcomes, on: date) -> EntriesSaid | None:
    """Say the slow way what the entries said: the outcomes of the diary as it was on that day."""
    assert found.foot is not None
    then = outcomes_of_foot(until(diary, on), found.foot, measure=found.measure)
    if then.baseline is None or then.low_baseline or then.current is None:
        return None
    if then.current.day < then.baseline.day + timedelta(days=7) or then.current.day < on - timedelta(days=14):
        return None
    if then.relapse.day:
        return EntriesSaid("relapse", then.relapse.day)
    if then.relief.state == "confirmed":
        return EntriesSaid("relief", then.relief.day)
    change = noticeable_change(then.baseline.value, then.current.value, found.measure)
    level = relief_level(then.baseline.value)
    values = oracle.entries(until(diary, on), found.foot, found.measure)
    held = oracle.sustained(values, then.baseline.day, lambda value: value <= level)
    return EntriesSaid(change, held_after_gap=held is not None)


def test_what_was_known_by_the_day_is_what_the_diary_of_that_day_gives() -> None:
    reached: Counter[str] = Counter()

    @quickly
    @given(diaries(), st.sampled_from(MEASURES), st.sampled_from(("right", "left")), st.lists(st.integers(0, 200)))
    def compared(diary: Diary, measure: Measure, foot: str, offsets: list[int]) -> None:
        found = outcomes_of_foot(diary, "left" if foot == "left" else "right", measure=measure)
        since = found.starts_on
        if since is None:
            return
        ratings = [Rating(since + timedelta(days=offset), 4, 2) for offset in (*offsets, 28, 56, 84)]
        for one in compare(diary, found, ratings, since):
            assert one.entries == expected(diary, found, one.rating.day)
            reached[one.entries.said if one.entries else "nothing"] += 1

    compared()
    assert set(reached) >= {"relief", "relapse", "less", "within_day_to_day_variation", "nothing"}
