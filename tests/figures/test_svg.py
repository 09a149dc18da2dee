"""The SVG pen: it shows what the figure holds, in well-formed markup that the CSP allows."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firststep.figures import marks
from firststep.figures.legend import OUTLINE, legend
from firststep.figures.svg import draw
from firststep.figures.theme import LIGHT, ROLES
from firststep.figures.trajectory import trajectory
from firststep.figures.view import Spell
from tests.figures import views

NAMESPACE = "{http://www.w3.org/2000/svg}"
DAYS = (30, 90, 365, 1826, 3650)


def picture(figure: dict[str, Any], **changes: Any) -> str:
    """Draw a figure at a phone's size."""
    given_ = {"title": "First-step pain", "description": "It fell by 4.2 points."} | changes
    return draw(figure, width=344, height=336, **given_)


def read(drawing: str) -> ElementTree.Element:
    """Parse a drawing of our own as XML."""
    return ElementTree.fromstring(drawing)  # noqa: S314


def tree(figure: dict[str, Any], **changes: Any) -> ElementTree.Element:
    """Draw a figure and read the drawing back."""
    return read(picture(figure, **changes))


def texts(root: ElementTree.Element) -> list[str]:
    """Return the texts of a drawing."""
    return [element.text or "" for element in root.iter(f"{NAMESPACE}text")]


@pytest.mark.parametrize("days", DAYS)
def test_the_markup_is_plain_and_allowed_by_the_policy(days: int) -> None:
    root = tree(trajectory(views.busy(days)))
    tags = {element.tag.removeprefix(NAMESPACE) for element in root.iter()}
    assert tags <= {"svg", "title", "desc", "clipPath", "g", "path", "text"}
    names = {name for element in root.iter() for name in element.attrib}
    assert not [name for name in names if name == "style" or name.startswith("on")]


def test_it_is_an_image_with_a_name_and_a_description() -> None:
    root = tree(trajectory(views.busy(90)))
    named_by = (root.get("aria-labelledby") or "").split()
    by_id = {element.get("id"): element.text for element in root.iter() if element.get("id")}
    assert root.get("role") == "img"
    assert [by_id[one] for one in named_by] == ["First-step pain", "It fell by 4.2 points."]
    assert root.get("viewBox") == "0 0 344 336"


def test_drawings_of_different_figures_share_no_id() -> None:
    drawings = [tree(trajectory(views.busy(days))) for days in (30, 90)]
    ids = [{e.get("id") for e in root.iter() if e.get("id")} for root in drawings]
    assert len(ids[0]) == len(ids[1]) == 3
    assert not ids[0] & ids[1]


def test_the_same_figure_gives_the_same_drawing() -> None:
    assert picture(trajectory(views.busy(90))) == picture(trajectory(views.busy(90)))


@pytest.mark.parametrize("days", DAYS[:-1])
def test_the_drawing_has_as_many_dots_as_the_figure(days: int) -> None:
    figure = trajectory(views.busy(days))
    root = tree(figure)
    (dots,) = [trace for trace in figure["data"] if trace["name"] in ("Entry of the day", "Entries of a week")]
    expected = sum(y is not None for y in dots["y"])
    drawn = [p for p in root.iter(f"{NAMESPACE}path") if p.get("class") == "s-point"]
    assert [path.get("d", "").count("h0") for path in drawn] == [expected]


def test_bars_are_one_for_every_answer_drawn() -> None:
    figure = trajectory(views.busy(90))
    bars = [trace for trace in figure["data"] if trace["type"] == "bar"]
    drawn = [
        path.get("d", "").count("z")
        for path in tree(figure).iter(f"{NAMESPACE}path")
        if path.get("class") in {"f-strip", "f-quiet"}
    ]
    assert drawn == [len(trace["y"]) for trace in bars]


def test_null_breaks_the_line() -> None:
    points = [(0.0, 0.0), (1.0, 1.0), None, (3.0, 3.0), None, (5.0, 5.0), (6.0, 5.0)]
    assert marks.line(points) == "m0 0l1 1m2 2h0m2 2h1"


def test_relative_moves_do_not_add_up_rounding_errors() -> None:
    points = [(index / 3, index / 7) for index in range(1000)]
    assert end_of(marks.line(points)) == pytest.approx(points[-1], abs=0.051)


@given(st.floats(-5000, 5000))
def test_numbers_keep_one_decimal_and_no_more(value: float) -> None:
    text = marks.num(value)
    assert re.fullmatch(r"-?(\d+|\d*\.[1-9])", text)
    assert abs(float(text) - value) <= 0.0501


def end_of(path: str) -> tuple[float, float]:
    """Follow relative path data from the origin and return where it ends."""
    x = y = begin_x = begin_y = 0.0
    for command, rest in re.findall(r"([a-z])([^a-z]*)", path):
        numbers = [float(number) for number in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", rest)]
        if command == "z":
            x, y = begin_x, begin_y
        else:
            x += 0 if command == "v" else numbers[-1 if command == "h" else -2]
            y += 0 if command == "h" else numbers[-1]
        if command == "m":
            begin_x, begin_y = x, y
    return x, y


@pytest.mark.parametrize("symbol", marks.SYMBOLS)
@pytest.mark.parametrize("size", [3, 5.5, 7, 8, 11])
def test_every_symbol_comes_back_to_where_it_began(symbol: str, size: float) -> None:
    path = marks.markers([(10, 10), (40, 70)], symbol, size)
    assert end_of(path) == pytest.approx((40, 70), abs=1e-9)


@given(st.text(max_size=40))
def test_hostile_texts_stay_text(words: str) -> None:
    figure = trajectory(views.empty(30))
    figure["layout"]["annotations"][0]["text"] = words
    root = tree(figure, title=words, description=words)
    kept = "".join(c for c in words if c >= " " and c not in "\ufffe\uffff")
    assert (root.find(f"{NAMESPACE}title").text or "") == kept
    assert kept in texts(root)


@pytest.mark.parametrize("words", ["<script>x</script>", '"><g onload="x">', "]]>&amp;'", "@ink", "\x00\x1f"])
def test_markup_in_a_text_is_escaped(words: str) -> None:
    figure = trajectory(views.empty(30))
    figure["layout"]["annotations"][0]["text"] = words
    drawing = picture(figure, title=words, description=words)
    assert "<script" not in drawing
    assert not re.search(r"<g [^>]*onload", drawing)
    assert read(drawing).tag == f"{NAMESPACE}svg"


@pytest.mark.parametrize(("days", "budget"), [(30, 2000), (90, 3000), (365, 5000), (3650, 15000)])
def test_the_drawing_is_small_on_the_wire(days: int, budget: int) -> None:
    drawing = picture(trajectory(views.busy(days, missing=0.05)))
    assert len(gzip.compress(drawing.encode(), 6)) <= budget


def test_no_text_is_smaller_than_eleven_pixels_on_a_phone() -> None:
    sizes = re.findall(r'font-size="([\d.]+)"', picture(trajectory(views.busy(90))))
    assert sizes
    assert min(map(float, sizes)) >= 11


def test_colours_are_classes_on_a_page_and_literals_where_it_stands_alone() -> None:
    figure = trajectory(views.busy(90))
    classes = set(" ".join(re.findall(r'class="([^"]+)"', picture(figure))).split())
    assert {name[2:] for name in classes - {"halo"}} <= ROLES
    alone = picture(figure, palette=LIGHT)
    assert "class=" not in alone
    assert set(re.findall(r'(?:fill|stroke)="(#\w+)"', alone)) <= set(LIGHT.values())


@pytest.mark.parametrize(
    ("where", "change"),
    [
        ("data", {"type": "pie"}),
        (
            "data",
            {
                "type": "scatter",
                "mode": "markers",
                "y": [1],
                "x": ["2026-01-06"],
                "marker": {"symbol": "hexagon", "size": 4, "color": "@ink"},
            },
        ),
        (
            "shapes",
            {
                "type": "circle",
                "layer": "between",
                "xref": "paper",
                "yref": "paper",
                "x0": 0,
                "x1": 1,
                "y0": 0,
                "y1": 1,
                "line": {},
            },
        ),
        ("shapes", {"type": "line", "layer": "above"}),
    ],
)
def test_what_the_pen_does_not_know_is_refused(where: str, change: dict[str, Any]) -> None:
    figure = trajectory(views.empty(30))
    (figure["data"] if where == "data" else figure["layout"]["shapes"]).append(change)
    with pytest.raises((ValueError, KeyError)):
        picture(figure)


def test_the_legend_names_each_thing_once_and_says_what_blank_means() -> None:
    figure = trajectory(views.busy(90))
    items = legend(figure)
    names = [item.label for item in items]
    assert len(names) == len(set(names))
    assert set(names) == {trace["name"] for trace in figure["data"]} | {"Nothing drawn: not recorded"}
    assert all("<path" in item.key for item in items[:-1])
    assert "<path" not in items[-1].key
    for item in items:
        assert read(item.key).get("aria-hidden") == "true"


def test_the_key_of_a_spell_is_the_same_whether_the_last_edge_stands_where_the_first_does_or_not() -> None:
    settled, goes_on = Spell("flare", views.CARE, views.CARE + timedelta(days=9)), Spell("flare", views.CARE)
    keys = set()
    for spells in ((settled,), (settled, goes_on)):
        (item,) = (
            item for item in legend(trajectory(replace(views.busy(90), spells=spells))) if item.label == "Flare-up"
        )
        keys.add(str(item.key))
    assert len(keys) == 1


def test_a_trace_says_itself_how_its_key_looks_whatever_its_values_are() -> None:
    keys = set()
    # Of one stroke, and of two with a None between them.
    for later in (None, 5.0):
        view = replace(views.empty(3650), values=(4.0, 7.0, *[None] * 12, later, *[None] * 3635))
        (item,) = (item for item in legend(trajectory(view)) if item.label == "Lowest to highest entry of two weeks")
        keys.add(str(item.key))
    assert len(keys) == 1
    there_and_back = {
        "type": "scatter",
        "mode": "lines",
        "name": "There and back",
        "line": {"color": "@ink", "width": 1},
    }
    lines = [legend({"data": [{**there_and_back, "x": x, "y": [1, 2, 1]}]})[0].key for x in ([0, 1, 0], [0, 1, 2])]
    assert lines[0] == lines[1]
    box = legend({"data": [{**there_and_back, "meta": OUTLINE, "x": [0, 1, 0], "y": [1, 2, 1]}]})[0].key
    assert box != lines[0]
