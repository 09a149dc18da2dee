"""Marks counted in rows are the marks that a look at each of them would count."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from firststep.figures.density import Density

#: Few places, so that marks share rows and lie on the edges of boxes.
places = st.integers(0, 12).map(float)


sides = st.tuples(places, places).map(sorted)


@given(st.lists(st.tuples(places, places), max_size=40), sides, sides)
def test_a_box_holds_what_lies_inside(
    points: list[tuple[float, float]], across: list[float], down: list[float]
) -> None:
    (left, right), (top, bottom) = across, down
    inside = [(x, y) for x, y in points if left <= x < right and top < y < bottom]
    assert Density(points).within(left, top, right, bottom) == len(inside)
