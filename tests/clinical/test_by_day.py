"""Values of days in a row are the mapping that a dictionary of them is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firststep.clinical.by_day import NOTHING, ByDay, as_row, by_day, last_day_of, part_of, values_between
from tests.clinical.diaries import MONDAY

around = st.integers(-40, 40).map(lambda offset: MONDAY + timedelta(days=offset))
columns = st.dictionaries(around, st.none() | st.integers(0, 100)).flatmap(
    lambda items: st.permutations(list(items.items()))
)


@given(columns, st.data())
def test_it_is_read_like_a_dictionary_of_what_is_recorded(
    entries: list[tuple[date, int | None]], data: st.DataObject
) -> None:
    found = by_day([day for day, _value in entries], [value for _day, value in entries])
    plain = {day: value for day, value in sorted(entries) if value is not None}
    assert found == plain
    assert plain == found
    assert list(found) == list(plain)
    assert list(found.items()) == list(plain.items())
    assert list(found.values()) == list(plain.values())
    assert found.keys() & set(plain) == set(plain)
    assert (len(found), bool(found)) == (len(plain), bool(plain))
    assert last_day_of(found) == last_day_of(plain) == found.last_day
    day = data.draw(around)
    assert (day in found, found.get(day), found.get(day, -1)) == (day in plain, plain.get(day), plain.get(day, -1))
    last = day + timedelta(days=data.draw(st.integers(-3, 90)))
    assert values_between(found, day, last) == values_between(plain, day, last)
    assert as_row(plain) == found
    assert as_row(found) is found


def test_a_value_of_nothing_is_a_value() -> None:
    found = by_day([MONDAY, MONDAY + timedelta(days=1)], [0, None])
    assert (found[MONDAY], MONDAY in found, found.row) == (0, True, [0])
    answers = by_day([MONDAY], [False])
    assert (answers[MONDAY], answers.get(MONDAY, True), len(answers)) == (False, False, 1)


def test_a_day_that_is_not_there_is_refused() -> None:
    found = by_day([MONDAY], [50])
    for day in (MONDAY - timedelta(days=1), MONDAY + timedelta(days=1)):
        with pytest.raises(KeyError, match=f"date.{day.year}, {day.month}, {day.day}"):
            found[day]
    assert "Monday" not in found


def test_nothing_recorded_has_no_days() -> None:
    assert by_day([], []) is by_day([MONDAY], [None]) is NOTHING
    assert (list(NOTHING), NOTHING.last_day, NOTHING.between(MONDAY, MONDAY)) == ([], None, (None,))


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="one item for each day"):
        by_day([MONDAY], [50, 60])


@pytest.mark.parametrize("row", [[None, 1], [1, None], [None]])
def test_a_row_that_begins_or_ends_with_nothing_is_refused(row: list[int | None]) -> None:
    with pytest.raises(ValueError, match="begins and ends with a value"):
        ByDay(0, row)


@pytest.mark.parametrize(
    ("begin", "end", "part"),
    [
        (0, 3, (1, 2, 3)),
        (-2, 1, (None, None, 1)),
        (2, 5, (3, None, None)),
        (-3, -1, (None, None)),
        (5, 7, (None, None)),
        (2, 2, ()),
        (2, 1, ()),
    ],
)
def test_parts_reach_beyond_a_row(begin: int, end: int, part: tuple[int | None, ...]) -> None:
    assert part_of((1, 2, 3), begin, end) == part
