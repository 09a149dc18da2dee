"""Rows that are kept as columns are the rows they were."""

from __future__ import annotations

import pytest
from hypothesis import given

from firststep.clinical.diary import DayAnswers, Diary, FootDay
from firststep.clinical.measures import FEET
from firststep.clinical.rows import Rows, columns_of
from tests.clinical.diaries import MONDAY
from tests.clinical.strategies import diaries

ROWS = (FootDay(MONDAY, "left", 10, None), FootDay(MONDAY, "right", None, 0))


def in_columns(diary: Diary) -> Diary:
    """Return the same diary with its rows as columns."""
    return Diary(
        foot_days=Rows(FootDay._make, columns_of(diary.foot_days, 4)),
        day_answers=Rows(DayAnswers._make, columns_of(diary.day_answers, 4)),
        episodes=diary.episodes,
    )


def test_they_are_read_like_a_tuple() -> None:
    rows = Rows(FootDay._make, columns_of(ROWS, 4))
    assert (len(rows), rows[1], rows[-2], rows[1:]) == (2, ROWS[1], ROWS[0], ROWS[1:])
    assert list(rows) == list(ROWS)
    assert rows == ROWS
    assert rows == Rows(FootDay._make, list(rows.columns))
    assert hash(rows) == hash(ROWS)
    assert rows != ROWS[:1]
    assert rows != list(ROWS)
    assert isinstance(rows[0], FootDay)


def test_a_row_that_is_not_there_is_refused() -> None:
    with pytest.raises(IndexError):
        Rows(FootDay._make, columns_of(ROWS, 4))[2]


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="the columns of rows have one length"):
        Rows(FootDay._make, [[MONDAY], ["left", "right"], [1], [None]])


def test_columns_are_those_of_the_rows() -> None:
    columns = [list(column) for column in columns_of(ROWS, 4)]
    assert columns == [[MONDAY, MONDAY], ["left", "right"], [10, None], [None, 0]]
    assert [list(column) for column in columns_of((), 4)] == [[], [], [], []]
    kept = Rows(FootDay._make, columns)
    assert columns_of(kept, 4) is columns


@pytest.mark.parametrize("rows", [ROWS[:1] * 2, ROWS + ROWS[1:]])
def test_a_diary_refuses_a_row_twice_in_columns_too(rows: tuple[FootDay, ...]) -> None:
    with pytest.raises(ValueError, match="one row per day and foot"):
        Diary(Rows(FootDay._make, columns_of(rows, 4)))


@given(diaries())
def test_a_diary_in_columns_says_what_it_says_in_rows(diary: Diary) -> None:
    same = in_columns(diary)
    assert same == diary
    assert same.feet == {row.foot for row in diary.foot_days}
    for foot in FEET:
        of_foot = [row for row in diary.foot_days if row.foot == foot]
        first = {row.day: row.first_step_tenths for row in of_foot if row.first_step_tenths is not None}
        average = {row.day: row.average_tenths for row in of_foot if row.average_tenths is not None}
        assert same.tenths(foot, "first_step") == diary.tenths(foot, "first_step") == first
        assert same.tenths(foot, "average") == diary.tenths(foot, "average") == average
    answered = {row.day for row in (*diary.foot_days, *diary.day_answers) if row.is_answered}
    assert same.answered_days == diary.answered_days == answered
    taken = {row.day: row.nsaid_taken for row in diary.day_answers if row.nsaid_taken is not None}
    done = {row.day: row.stretch_done for row in diary.day_answers if row.stretch_done is not None}
    assert (same.nsaid_answers, same.stretch_answers) == (taken, done)
