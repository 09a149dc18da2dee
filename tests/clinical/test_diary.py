"""What a diary takes, and what it refuses."""

from __future__ import annotations

import doctest
from datetime import date, timedelta
from typing import Any

import pytest

from firststep.clinical import change, diary, means, measures, relief, week
from firststep.clinical.diary import ARMS, DayAnswers, Diary, Episode, FootDay, one_answer
from tests.clinical.diaries import MONDAY


@pytest.mark.parametrize("module", [change, diary, means, relief, week])
def test_examples_in_the_text_are_true(module: Any) -> None:
    result = doctest.testmod(module)
    assert result.failed == 0
    assert result.attempted > 0


@pytest.mark.parametrize("tenths", [-1, 101, 1000])
def test_pain_off_the_scale_is_refused(tenths: int) -> None:
    with pytest.raises(ValueError, match=f"pain of {tenths} tenths on 2026-01-05"):
        FootDay(MONDAY, "right", tenths)
    with pytest.raises(ValueError, match="not between 0 and 100"):
        FootDay(MONDAY, "right", None, tenths)


def test_the_ends_of_the_scale_are_taken() -> None:
    row = FootDay(MONDAY, "left", 0, 100)
    assert (row.first_step_tenths, row.average_tenths) == (0, 100)
    diary = Diary((row,))
    assert diary.tenths("left", "first_step") == {MONDAY: 0}
    assert diary.tenths("left", "average") == {MONDAY: 100}
    assert diary.tenths("right", "average") == {}


def test_two_rows_for_one_day_and_foot_are_refused() -> None:
    with pytest.raises(ValueError, match="one row per day and foot"):
        Diary((FootDay(MONDAY, "left", 10), FootDay(MONDAY, "left", 20)))
    with pytest.raises(ValueError, match="one row of answers per day"):
        Diary((), (DayAnswers(MONDAY), DayAnswers(MONDAY)))
    assert len(Diary((FootDay(MONDAY, "left", 10), FootDay(MONDAY, "right", 10))).foot_days) == 2


def test_other_feet_arms_minutes_and_ages_are_refused() -> None:
    unknown: Any = "middle"
    with pytest.raises(ValueError, match="'middle' is no foot"):
        FootDay(MONDAY, unknown)
    with pytest.raises(ValueError, match="'middle' is no arm of care"):
        Episode(unknown, MONDAY)
    with pytest.raises(ValueError, match="601 minutes"):
        DayAnswers(MONDAY, stretch_minutes=601)
    for day in (date(1899, 12, 31), date(2201, 1, 1)):
        for make in (lambda d: FootDay(d, "left"), DayAnswers, lambda d: Episode("standard", d)):
            with pytest.raises(ValueError, match="is not between 1900-01-01 and 2200-12-31"):
                make(day)


def test_the_episode_that_started_last_counts() -> None:
    first = Episode("standard", MONDAY, MONDAY + timedelta(days=200))
    last = Episode("combined", MONDAY + timedelta(days=30))
    same_day = Episode("acupuncture", MONDAY + timedelta(days=30))
    assert Diary().episode is None
    assert Diary(episodes=(last, first)).episode is last
    assert Diary(episodes=(first, last, same_day)).episode is same_day


def test_a_note_is_no_answer_and_minutes_are() -> None:
    days = [MONDAY + timedelta(days=offset) for offset in range(5)]
    kept = Diary(
        (FootDay(days[0], "left", None, 0), FootDay(days[1], "right")),
        (DayAnswers(days[1]), DayAnswers(days[2], stretch_minutes=0), DayAnswers(days[3], nsaid_taken=False)),
    )
    assert kept.answered_days == {days[0], days[2], days[3]}
    assert kept.nsaid_answers == {days[3]: False}
    assert kept.stretch_answers == {}


def test_both_feet_of_a_day_are_read_together() -> None:
    assert one_answer([False, None, True]) is True
    assert one_answer([None, False]) is False
    assert one_answer([]) is None


def test_every_measure_is_a_daily_item_per_foot() -> None:
    pains = [item for item in measures.DAILY_ITEMS if item.kind == "pain"]
    assert tuple(item.measure for item in pains) == measures.MEASURES
    assert all(item.per_foot and (item.lowest, item.highest, item.unit) == (0, 10, "points") for item in pains)
    assert len({item.key for item in measures.DAILY_ITEMS}) == len(measures.DAILY_ITEMS)
    assert [item.csv_column for item in measures.DAILY_ITEMS] == [
        "first_step_pain",
        "average_pain",
        "stretch",
        "stretch_minutes",
        "stretch_sets",
        "stretch_hurt",
        "nsaid",
        "note",
        None,
    ]
    assert set(ARMS) == {"standard", "acupuncture", "combined"}
