"""The worse foot, and the JSON of the command."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firststep.clinical.as_json import outcomes_as_json
from firststep.clinical.baseline import BaselineDays
from firststep.clinical.diary import DayAnswers, Diary, Episode, FootDay
from firststep.clinical.measures import FEET, MEASURES, Foot, Measure
from firststep.clinical.outcomes import (
    Start,
    means_of,
    outcomes,
    outcomes_of_foot,
    outcomes_without_pain,
    recorded_measure,
    start_of_foot,
    worse_foot,
)
from tests.clinical.diaries import MONDAY
from tests.clinical.strategies import diaries


def feet(left: list[int], right: list[int]) -> Diary:
    """Return a diary of both feet's first steps, from the same day on."""
    sides: list[tuple[Foot, list[int]]] = [("left", left), ("right", right)]
    return Diary(
        tuple(
            FootDay(MONDAY + timedelta(days=offset), foot, value)
            for foot, values in sides
            for offset, value in enumerate(values)
        )
    )


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ([60] * 4, [50] * 4, "left"),
        ([60] * 4, [61] * 4, "right"),
        ([60] * 4, [60] * 4, "right"),
        ([60] * 4, [90] * 3, "left"),
        ([0] * 4, [90] * 3, "left"),
        ([90] * 3, [10] * 3, "right"),
        ([90] * 3, [], "left"),
        ([90] * 4, [], "left"),
        ([], [], None),
    ],
)
def test_the_worse_foot(left: list[int], right: list[int], expected: Foot | None) -> None:
    assert worse_foot(feet(left, right), measure="first_step") == expected


def test_the_worse_foot_is_chosen_for_each_measure() -> None:
    rows = [
        FootDay(MONDAY + timedelta(days=offset), foot, first, average)
        for offset in range(4)
        for foot, first, average in (("left", 80, 20), ("right", 50, 40))
    ]
    diary = Diary(tuple(rows))
    assert worse_foot(diary, measure="first_step") == "left"
    assert worse_foot(diary, measure="average") == "right"


def test_the_baseline_that_is_asked_for_decides_on_the_worse_foot() -> None:
    diary = feet([80] * 4 + [10] * 10, [60] * 14)
    assert worse_foot(diary, measure="first_step") == "left"
    assert worse_foot(diary, measure="first_step", baseline_days=14) == "right"


def test_an_empty_diary_has_every_key_and_no_value() -> None:
    printed = outcomes_as_json(outcomes(Diary(), measure="average"))
    nothing = {"state": "none", "day": None, "days": None}
    assert printed == {
        "rules": "daily-1",
        "measure": "average",
        "foot": None,
        "start": None,
        "baseline": None,
        "low_baseline": False,
        "current": None,
        "relief": nothing,
        "substantial": nothing,
        "level_after_relief": None,
        "relapse": {"day": None, "days": None},
        "censored": None,
        "reduction_week12": None,
        "nsaid": {"baseline": None, "last": None, "reduced": None, "stopped": None},
    }


def test_an_episode_without_entries_has_a_start() -> None:
    answers = tuple(DayAnswers(MONDAY + timedelta(days=offset), nsaid_taken=True) for offset in range(28))
    diary = Diary((), answers, (Episode("standard", MONDAY + timedelta(days=28)),))
    printed = outcomes_as_json(outcomes(diary, measure="first_step"))
    assert (printed["foot"], printed["start"], printed["censored"]) == (None, "2026-02-02", None)
    assert printed["nsaid"] == {"baseline": 7.0, "last": 7.0, "reduced": False, "stopped": False}


def test_the_means_behind_outcomes_are_those_of_its_foot() -> None:
    diary = feet([60] * 4, [50] * 6)
    assert means_of(diary, outcomes(diary, measure="first_step")).on(MONDAY + timedelta(days=3)) == 6
    assert means_of(diary, outcomes(diary, measure="average")).units == ()


def test_the_measure_of_a_person_is_the_one_that_was_ever_recorded() -> None:
    both, average = FootDay(MONDAY, "left", 10, 20), FootDay(MONDAY, "right", None, 20)
    assert [recorded_measure(Diary(rows)) for rows in ((), (both,), (average,), (average, both))] == [
        "first_step",
        "first_step",
        "average",
        "first_step",
    ]
    assert recorded_measure(Diary((both,)), "average") == "average"
    assert recorded_measure(Diary((FootDay(MONDAY, "left", 10),)), "average") == "first_step"


@given(diaries(), st.sampled_from(MEASURES))
def test_without_pain_the_start_of_care_and_the_nsaids_are_what_they_are_with_it(
    diary: Diary, measure: Measure
) -> None:
    found, bare = outcomes(diary, measure=measure), outcomes_without_pain(diary, measure=measure)
    # Without a course of care it is pain that tells where week 0 is.
    assert bare.starts_on == (diary.episode.starts_on if diary.episode else None)
    if diary.episode:
        assert (bare.starts_on, bare.nsaid) == (found.starts_on, found.nsaid)
    assert (bare.measure, bare.foot, bare.baseline, bare.current, bare.relief.day) == (measure, None, None, None, None)
    assert bare == outcomes_without_pain(replace(diary, foot_days=silent(diary)), measure=measure)


def silent(diary: Diary) -> tuple[FootDay, ...]:
    """Return the rows of the diary without what decides about pain: the days stay answered."""
    return tuple(row._replace(first_step_tenths=0, average_tenths=0) for row in diary.foot_days if row.is_answered)


@given(diaries(), st.sampled_from(FEET), st.sampled_from(MEASURES), st.sampled_from([7, 14]))
def test_the_start_of_a_foot_alone_is_that_of_its_outcomes(
    diary: Diary, foot: Foot, measure: Measure, days: BaselineDays
) -> None:
    whole = outcomes_of_foot(diary, foot, measure=measure, baseline_days=days)
    begun = Start(whole.measure, whole.foot, whole.starts_on, whole.baseline)
    assert start_of_foot(diary, foot, measure=measure, baseline_days=days) == begun
    if days == 7:
        assert start_of_foot(diary, foot, measure=measure) == begun
