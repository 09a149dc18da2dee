"""Every figure is valid Plotly, small on the wire, and its drawing shows the numbers that plotly.js gets."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import plotly.graph_objects as go
import pytest

from firststep.figures import cohort
from firststep.figures.change import WIDTH_PX, change_chart, height_px
from firststep.figures.legend import legend
from firststep.figures.nsaid import nsaid_use_chart
from firststep.figures.stretching import stretching_chart
from firststep.figures.svg import draw
from firststep.figures.theme import LIGHT, paint
from firststep.figures.trajectory import trajectory
from firststep.figures.view import CareStart, Companion, OwnRating, Spell, TrajectoryView, Visit
from firststep.figures.weekly import MONTH, SIZE_PX
from tests.figures import small_views, views
from tests.figures.reading import drawn, given, intervals

PHONE = (344, 330)


def eventful(days: int) -> TrajectoryView:
    """Return a trajectory with everything that it can show."""
    view, other = views.busy(days), views.busy(days + 1)
    first = view.first_day
    return replace(
        view,
        companions=(
            Companion("Pain over the day, right foot", "Over the day, right", other.values[:days], other.means[:days]),
        ),
        visits=tuple(Visit(first + timedelta(days=at), "Treatment: Acupuncture") for at in range(3, days, 9)),
        earlier_care=(CareStart(first + timedelta(days=2), "Standard care"), CareStart(first, "Standard care", first)),
        ratings=(OwnRating(first + timedelta(days=28), "Own rating, week 4: Much improved"),),
        spells=(
            Spell("flare", first + timedelta(days=16), first + timedelta(days=24)),
            Spell("pause", first + timedelta(days=26)),
            Spell("gap", first + timedelta(days=9), first + timedelta(days=25)),
        ),
        today=view.last_day,
    )


FIGURES: dict[str, tuple[dict[str, Any], tuple[int, int]]] = {
    **{f"trajectory {days}": (trajectory(eventful(days)), PHONE) for days in (30, 90, 365, 1826, 3650)},
    **{f"nsaid {weeks}": (nsaid_use_chart(small_views.nsaids(weeks)), SIZE_PX) for weeks in (5, 14, 53, 105)},
    **{
        f"stretching {weeks} {plan}": (stretching_chart(small_views.stretching(weeks, plan=plan)), SIZE_PX)
        for weeks in (5, 53, 105)
        for plan in (True, False)
    },
    "nsaid 121 months": (nsaid_use_chart(small_views.nsaids(121, MONTH)), SIZE_PX),
    **{
        f"stretching 121 months {plan}": (stretching_chart(small_views.stretching(121, MONTH, plan=plan)), SIZE_PX)
        for plan in (True, False)
    },
    **{f"cohort {weeks}": (cohort.cohort_curves(small_views.curves(weeks)), cohort.SIZE_PX) for weeks in (16, 52)},
    "change": (change_chart(small_views.CHANGES), (WIDTH_PX, height_px(2))),
}
every_figure = pytest.mark.parametrize("name", FIGURES)


def picture(figure: dict[str, Any], size: tuple[int, int]) -> str:
    return draw(figure, width=size[0], height=size[1], title="What it shows", description="In one sentence")


@every_figure
def test_plotly_accepts_every_property(name: str) -> None:
    figure, _size = FIGURES[name]
    assert len(go.Figure(paint(figure, LIGHT)).data) == len(figure["data"]) > 0


@every_figure
def test_the_drawing_shows_the_numbers_of_the_figure(name: str) -> None:
    figure, size = FIGURES[name]
    down = figure["layout"]["yaxis"]["range"]
    near_y = 0.12 * (down[1] - down[0]) / 60
    first, last = figure["layout"]["xaxis"]["range"]
    near_x = 0.2 * (given({"x": [last], "y": [0]})[0][0] - given({"x": [first], "y": [0]})[0][0]) / 300
    for trace in figure["data"]:
        values = [(x, y) for x, y in given(trace) if trace["type"] != "bar" or y > 0]
        # Lines with markers have a path of each kind; both go through the same points.
        paths = drawn(figure, trace, *size)
        shown = paths[0] if trace["mode" if "mode" in trace else "type"] != "markers" else paths[-1]
        assert len(shown) == len(values), trace["name"]
        for x, y in values:
            assert any(
                abs(x - at_x) <= near_x and abs(y - at_y) <= near_y * _share(figure, trace) for at_x, at_y in shown
            ), (trace["name"], x, y)


@pytest.mark.parametrize("name", ["trajectory 90", "trajectory 365", "trajectory 3650", "cohort 16", "cohort 52"])
def test_the_drawing_shows_the_intervals_of_the_figure(name: str) -> None:
    figure, size = FIGURES[name]
    traces = [trace for trace in figure["data"] if "error_y" in trace]
    assert traces
    for trace in traces:
        off = trace["error_y"]
        told = [
            (x, y - down, y + up)
            for (x, y), down, up in zip(given(trace), off["arrayminus"], off["array"], strict=True)
        ]
        first, last = (given({"x": [end], "y": [0]})[0][0] for end in figure["layout"]["xaxis"]["range"])
        bottom, top = figure["layout"]["yaxis"]["range"]
        shown = intervals(figure, trace, *size)
        assert len(shown) == len(told)
        for (x, low, high), ((low_x, from_y), (high_x, to_y)) in zip(told, shown, strict=True):
            assert (from_y, to_y) == pytest.approx((low, high), abs=(top - bottom) / 500)
            assert (low_x, high_x) == pytest.approx((x, x), abs=(last - first) / 1500)


def _share(figure: dict[str, Any], trace: dict[str, Any]) -> float:
    """Return how much more of the axis a pixel of this trace's panel stands for."""
    layout = figure["layout"]
    panels = [layout[axis.replace("y", "yaxis")] for axis in ("y", trace.get("yaxis", "y"))]
    main, own = ((axis["range"][1] - axis["range"][0]) / (axis["domain"][1] - axis["domain"][0]) for axis in panels)
    return float(own / main) * 2


@every_figure
def test_ten_years_and_less_stay_small(name: str) -> None:
    figure, size = FIGURES[name]
    as_json = json.dumps(figure, separators=(",", ":"))
    assert len(gzip.compress(as_json.encode(), 6)) < 15_000
    assert len(gzip.compress(picture(figure, size).encode(), 6)) < 15_000


@every_figure
def test_what_is_drawn_is_named_and_no_two_things_look_alike(name: str) -> None:
    figure, _size = FIGURES[name]
    items = legend(figure)
    assert [item.label for item in items if not item.label] == []
    keys = [item.key for item in items[:-1]]
    assert all("<path" in key for key in keys)
    # Without colours, each key is still told from the others, or names another panel, or the number of a point.
    for axis in {trace.get("yaxis", "y") for trace in figure["data"]}:
        looks: dict[str, list[str]] = {}
        for trace in figure["data"]:
            if trace.get("yaxis", "y") == axis and "peer-reviewed, grade" not in trace["name"]:
                looks.setdefault(trace["name"], []).append(_without_colour(trace))
        shapes = [tuple(one) for one in looks.values()]
        assert len(set(shapes)) == len(shapes), list(looks)


def _without_colour(trace: dict[str, Any]) -> str:
    marker, line = trace.get("marker", {}), trace.get("line", {})
    hollow = marker.get("color") == "@surface"
    filled = (trace.get("fill"), round(trace.get("opacity", 1), 2))
    tall = max(trace["y"]) if trace["type"] == "bar" else None
    return repr(
        (
            trace["type"],
            trace.get("mode"),
            marker.get("symbol"),
            hollow,
            line.get("dash"),
            line.get("width"),
            filled,
            tall,
        )
    )
