"""Where a label goes: beside what it names, and over as little else as can be.

Both pens draw a figure at many widths, so places are chosen once, for the narrowest phone, where
room is scarcest; a wider drawing only moves things apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any
from unicodedata import east_asian_width

from firststep.figures.density import Density
from firststep.figures.marks import Point
from firststep.figures.scales import Frame

NARROWEST_PX = (344, 336)
SIZE_PX = 11
_LINE_PX = 13
#: What lies under a label costs this much for each square pixel, and each point this much.
_COST_OF_LABEL, _COST_OF_OUTSIDE, _COST_OF_POINT, _COST_OF_RANK = 4.0, 30.0, 30.0, 12.0
#: And this much for each label that is covered by more than a hair, which makes both hard to read.
_COST_OF_HIDING, _HAIR_PX = 400.0, 1.0

_ROUNDS = 3
_COST_OF_DROPPING = 300.0
#: Below this no other arrangement is looked for.
_LITTLE = 200.0

Box = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True)
class Place:
    """A spot for a label: its anchor point in the figure, and which way the label lies from it."""

    x: Any
    y: float
    xanchor: str = "left"
    yanchor: str = "bottom"
    xshift: float = 0
    yshift: float = 0
    xref: str = "x"


@dataclass(frozen=True)
class Label:
    """A label of one or more lines, and its places in the order of preference.

    One that may be ``dropped`` is left out where every place would cover another label.
    """

    lines: tuple[str, ...]
    colour: str
    places: tuple[Place, ...]
    dropped: bool = False


def arrange(
    labels: list[Label], points: Iterable[Point], layout: dict[str, Any], size_px: tuple[int, int] = NARROWEST_PX
) -> list[dict[str, Any]]:
    """Choose a place for every label and give Plotly's annotations.

    ``size_px`` is the narrowest drawing; ``points`` are the marks of the chart in its pixels. Who chooses first
    decides much, so several orders are tried until one costs little, or the one that costs least is drawn.
    """
    frame, density = Frame(layout, *size_px), Density(points)
    candidates = [_Candidates(label, density, frame) for label in labels]
    settled: list[tuple[float, list[_Choice | None]]] = []
    for order in _orders(labels):
        settled.append(_settle(candidates, order))
        if settled[-1][0] < _LITTLE:
            break
    _price, chosen = min(settled, key=lambda one: one[0])
    _untangle(candidates, chosen)
    return [
        annotation
        for label, one in zip(labels, chosen, strict=True)
        if one
        for annotation in _annotations(label, one.place)
    ]


@dataclass(frozen=True)
class _Choice:
    """A place that a label takes, its box in pixels, and what it costs there, other labels included."""

    place: Place
    box: Box
    price: float


def _orders(labels: list[Label]) -> Iterator[list[int]]:
    """Go through the orders to choose in: the widest first, what may be dropped after the others; then as given."""
    given = range(len(labels))
    yield sorted(given, key=lambda at: (labels[at].dropped, -max(map(len, labels[at].lines)) * len(labels[at].lines)))
    yield list(given)


def _settle(candidates: list[_Candidates], order: list[int]) -> tuple[float, list[_Choice | None]]:
    """Let each label take its cheapest place beside the others; later rounds mend what the first ones spoilt."""
    taken: list[_Choice | None] = [None] * len(candidates)
    for _round in range(_ROUNDS):
        before = list(taken)
        for index in order:
            others = [one.box for at, one in enumerate(taken) if one and at != index]
            taken[index] = candidates[index].choose(others)
        if taken == before:
            break
    return sum(map(_price_of, taken)), taken


def _untangle(candidates: list[_Candidates], taken: list[_Choice | None]) -> None:
    """Move two labels at once where one covers the other: neither could go anywhere better by itself."""
    for pair in combinations(range(len(taken)), 2):
        one, other = (taken[at] for at in pair)
        if one is None or other is None or not _hidden(one.box, [other.box]):
            continue
        beside = [choice.box for at, choice in enumerate(taken) if choice and at not in pair]
        moved = [(first, candidates[pair[1]].choose([*beside, first.box])) for first in candidates[pair[0]].all(beside)]
        taken[pair[0]], taken[pair[1]] = min(moved, key=lambda both: sum(map(_price_of, both)))


def _price_of(one: _Choice | None) -> float:
    return one.price if one else _COST_OF_DROPPING


class _Candidates:
    """The places of one label, each priced once: what it covers, what is cut off, its rank."""

    def __init__(self, label: Label, density: Density, frame: Frame) -> None:
        self._label, self._density, self._frame = label, density, frame
        self._size = max(map(width_px, label.lines)), float(_LINE_PX * len(label.lines))
        self._priced: dict[int, tuple[float, Box]] = {}

    def choose(self, others: list[Box]) -> _Choice | None:
        """Take the place that is cheapest beside the other labels; None where it is dropped."""
        best, chosen = float("inf"), 0
        for rank in range(len(self._label.places)):
            if _COST_OF_RANK * rank >= best:
                break
            price, box = self._price(rank)
            if price < best:
                price += _cost_of_hiding(box, others)
            if price < best:
                best, chosen = price, rank
        box = self._price(chosen)[1]
        if self._label.dropped and _hidden(box, others):
            return None
        return _Choice(self._label.places[chosen], box, best)

    def all(self, others: list[Box]) -> Iterator[_Choice]:
        """Go through all places, each with what it costs beside the other labels."""
        for rank, place in enumerate(self._label.places):
            price, box = self._price(rank)
            yield _Choice(place, box, price + _cost_of_hiding(box, others))

    def _price(self, rank: int) -> tuple[float, Box]:
        if rank not in self._priced:
            box = _box(self._size, self._label.places[rank], self._frame)
            price = _COST_OF_RANK * rank + _cost(box, self._density, self._frame)
            self._priced[rank] = price, box
        return self._priced[rank]


def width_px(text: str) -> float:
    """Estimate how wide a text is; the estimate is for common sans-serif letters, a little wide."""
    return sum(SIZE_PX if east_asian_width(c) in "WF" else 0.55 * SIZE_PX for c in text)


def _box(size: tuple[float, float], place: Place, frame: Frame) -> Box:
    wide, high = size
    x = frame.x(place.xref, place.x) + place.xshift
    y = frame.y("y", place.y) - place.yshift
    left = x - wide * {"left": 0, "center": 0.5, "right": 1}[place.xanchor]
    top = y - high * {"top": 0, "middle": 0.5, "bottom": 1}[place.yanchor]
    return left, top, left + wide, top + high


def _cost(box: Box, density: Density, frame: Frame) -> float:
    left, top, right, bottom = box
    scale = frame.scales["y"]
    inside: Box = (frame.left, scale.end_px - _LINE_PX, frame.right + 4, scale.start_px)
    outside = (right - left) * (bottom - top) - _overlap(box, inside)
    covered = density.within(left - 3, top - 3, right + 3, bottom + 3)
    return _COST_OF_OUTSIDE * outside + _COST_OF_POINT * covered


def _cost_of_hiding(box: Box, others: list[Box]) -> float:
    hidden = _hidden(box, others)
    return _COST_OF_HIDING * len(hidden) + _COST_OF_LABEL * sum([_overlap(box, other) for other in hidden])


def _hidden(box: Box, others: list[Box]) -> list[Box]:
    """List the boxes with which another shares more than a hair in both directions."""
    # Asked a thousand times for a chart: most boxes are apart, which four comparisons tell.
    left, top, right, bottom = box[0] + _HAIR_PX, box[1] + _HAIR_PX, box[2] - _HAIR_PX, box[3] - _HAIR_PX
    return [one for one in others if one[0] < right and left < one[2] and one[1] < bottom and top < one[3]]


def _overlap(one: Box, other: Box) -> float:
    """Return the area that two boxes share."""
    if one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]:
        return 0
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return across * down


def _annotations(label: Label, place: Place) -> list[dict[str, Any]]:
    """Write one annotation a line: a label is plain text, and a line break would be markup."""
    count = len(label.lines)
    first = {"top": 0, "middle": (count - 1) / 2, "bottom": count - 1}[place.yanchor]
    return [
        note(
            text,
            label.colour,
            x=place.x,
            y=place.y,
            xref=place.xref,
            yref="y",
            xanchor=place.xanchor,
            yanchor=place.yanchor,
            xshift=place.xshift,
            yshift=place.yshift + (first - index) * _LINE_PX,
        )
        for index, text in enumerate(label.lines)
    ]


def note(text: str, colour: str, **where: Any) -> dict[str, Any]:
    """Write one annotation: plain text without an arrow."""
    shown = {key: value for key, value in where.items() if value != 0 or key in ("x", "y")}
    return {"text": text, "showarrow": False, "font": {"size": SIZE_PX, "color": colour}, **shown}
