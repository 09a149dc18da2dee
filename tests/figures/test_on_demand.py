"""A series whose values are made when they are asked for is the tuple of them, and makes no more than is asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firststep.figures.on_demand import OnDemand

values = st.lists(st.none() | st.integers(0, 100), min_size=1, max_size=12).map(tuple)
ends = st.none() | st.integers(-15, 15)


def on_demand(whole: tuple[int | None, ...]) -> OnDemand[int | None]:
    return OnDemand(len(whole), lambda part: whole[part])


@given(values, ends, ends, st.integers(1, 4))
def test_it_is_the_tuple_of_its_values(
    whole: tuple[int | None, ...], first: int | None, last: int | None, step: int
) -> None:
    series = on_demand(whole)
    assert (len(series), tuple(series), series) == (len(whole), whole, whole)
    assert series[first:last:step] == whole[first:last:step]
    assert [series[place] for place in range(-len(whole), len(whole))] == [*whole, *whole]
    assert hash(series) == hash(whole)
    for outside in (len(whole), -len(whole) - 1):
        with pytest.raises(IndexError):
            series[outside]
    assert series != (*whole, 1)
    assert series != list(whole)


def test_only_what_is_asked_for_is_made() -> None:
    made: list[slice] = []
    series = OnDemand(3_650, lambda part: made.append(part) or tuple(range(3_650))[part])
    assert len(series[::7]) == 522
    assert made == [slice(None, None, 7)]
