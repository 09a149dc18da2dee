"""Labels keep clear of each other, of the edges and of the entries, on the narrowest phone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest

from blueprints.practice.visit import NARROW as VISIT_NARROW
from blueprints.practice.visit import WIDE as VISIT_WIDE
from firststep.figures.labels import NARROWEST_PX, Label, Place, arrange, width_px
from firststep.figures.scales import Frame
from firststep.figures.trajectory import trajectory
from firststep.figures.view import Spell, TrajectoryView
from firststep.mail.weekly_chart import SIZE_PX as LETTER
from tests.figures import views

Box = tuple[float, float, float, float]


def boxes(layout: dict[str, Any], size_px: tuple[int, int] = NARROWEST_PX) -> dict[str, Box]:
    """Return the place of every text on the chart in pixels: left, top, right, bottom."""
    frame = Frame(layout, *size_px)
    found = {}
    for note in layout["annotations"]:
        wide = width_px(note["text"])
        x = frame.x(note["xref"], note["x"]) + note.get("xshift", 0)
        y = frame.y(note["yref"], note["y"]) - note.get("yshift", 0)
        left = x - wide * {"left": 0, "center": 0.5, "right": 1}[note["xanchor"]]
        top = y - 13 * {"top": 0, "middle": 0.5, "bottom": 1}[note["yanchor"]]
        found[note["text"]] = (left, top, left + wide, top + 13)
    return found


def overlap(one: Box, other: Box) -> bool:
    """Say whether two boxes share more than a hair."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return across > 1 and down > 1


def course(days: int) -> TrajectoryView:
    """Return a person who falls slowly from the baseline to 3 and stays there."""
    levels = [max(3.0, views.BASELINE - max(0, day - 14) * 0.06) for day in range(days)]
    return replace(
        views.busy(days),
        values=tuple(float(round(level)) for level in levels),
        late=(False,) * days,
        means=tuple(levels),
        windows=(views.window(0, own=True),),
        events=tuple(replace(event, value=levels[(event.day - views.FIRST).days]) for event in views.busy(days).events),
    )


@pytest.mark.parametrize("days", [30, 60, 90, 180, 365])
def test_no_label_covers_another_or_is_cut(days: int) -> None:
    layout = trajectory(course(days))["layout"]
    placed = boxes(layout)
    hidden = [pair for pair in combinations(placed, 2) if overlap(placed[pair[0]], placed[pair[1]])]
    cut = [text for text, box in placed.items() if box[0] < 0 or box[2] > NARROWEST_PX[0]]
    assert hidden == []
    assert cut == []


def hidden_at(view: TrajectoryView, size_px: tuple[int, int], arranged_px: tuple[int, int]) -> set[frozenset[str]]:
    """Return the pairs of texts that cover each other in a drawing of a size, arranged for a size."""
    placed = boxes(trajectory(view, arranged_px)["layout"], size_px)
    return {frozenset(pair) for pair in combinations(placed, 2) if overlap(placed[pair[0]], placed[pair[1]])}


@pytest.mark.parametrize("size_px", [VISIT_NARROW, VISIT_WIDE, LETTER])
@pytest.mark.parametrize("flare_from", range(30, 70, 4))
def test_in_a_lower_picture_labels_are_arranged_for_its_height(size_px: tuple[int, int], flare_from: int) -> None:
    flare = Spell("flare", views.FIRST + timedelta(days=flare_from), views.FIRST + timedelta(days=flare_from + 14))
    view = replace(course(90), spells=(flare,), published=())
    assert hidden_at(view, size_px, size_px) == set()


def test_arranged_for_more_height_labels_would_cover_each_other() -> None:
    views_of_flares = (
        replace(course(90), spells=(Spell("flare", views.FIRST + timedelta(days=at), None),)) for at in range(30, 70, 4)
    )
    assert any(hidden_at(view, VISIT_NARROW, NARROWEST_PX) for view in views_of_flares)


def test_a_label_avoids_the_points_when_it_can() -> None:
    layout = trajectory(views.empty(30))["layout"]
    spots = (Place("2026-01-20", 5, "left", "bottom"), Place("2026-01-20", 5, "left", "top"))
    frame = Frame(layout, *NARROWEST_PX)
    x, y = frame.x("x", "2026-01-21"), frame.y("y", 5)
    above = arrange([Label(("Word",), "@ink", spots)], [], layout)
    below = arrange([Label(("Word",), "@ink", spots)], [(x, y - 5)], layout)
    assert above[0]["yanchor"] == "bottom"
    assert below[0]["yanchor"] == "top"


def test_two_labels_that_can_only_move_together_do() -> None:
    layout = trajectory(views.empty(90))["layout"]
    # Only their second places are clear of each other, and whoever moved alone would still lie on the other.
    first = Label(("Wide enough",), "@ink", (Place("2026-02-10", 5), Place("2026-02-10", 5.6)))
    second = Label(("Wide enough",), "@ink", (Place("2026-02-10", 5.3), Place("2026-02-10", 4.9)))
    assert [note["y"] for note in arrange([first, second], [], layout)] == [5.6, 4.9]


def test_a_label_that_may_be_dropped_is_dropped_rather_than_written_over_another() -> None:
    layout = trajectory(views.empty(30))["layout"]
    spot = (Place("2026-01-20", 5),)
    labels = [Label(("Kept",), "@ink", spot), Label(("Dropped",), "@ink", spot, dropped=True)]
    assert [note["text"] for note in arrange(labels, [], layout)] == ["Kept"]


def test_wide_letters_take_more_room() -> None:
    assert width_px("\u8db3\u5e95") == 22
    assert width_px("ab") < 22
