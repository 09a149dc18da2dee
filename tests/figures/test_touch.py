"""What a touch of an explored chart says fits on a phone, and what stands on one day says which."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from firststep.figures import happenings, touch
from firststep.figures.legend import STROKES
from firststep.figures.nsaid import nsaid_use_chart
from firststep.figures.trajectory import trajectory
from firststep.figures.view import OwnRating
from firststep.figures.weekly import MONTH
from tests.figures import small_views, views
from tests.figures.test_two_pens import FIGURES, eventful

#: What a template stands for at its longest.
_LONGEST = {"%{x|%-d %b %Y}": "30 Sep 2026", "%{x|%-d %b}": "30 Sep", "<extra></extra>": ""}


def lines_of(trace: dict[str, Any]) -> list[str]:
    """List the lines that a touch of a trace can show, with values and dates at their longest."""
    template = trace.get("hovertemplate", "")
    for code, shown in _LONGEST.items():
        template = template.replace(code, shown)
    texts = [template.replace("%{hovertext}", text) for text in trace.get("hovertext", [""])]
    return [line for text in texts for line in re.sub(r"%\{[^}]*\}", "10.0", text).split("<br>")]


@pytest.mark.parametrize("name", FIGURES)
def test_each_line_fits_on_a_phone(name: str) -> None:
    figure, _size = FIGURES[name]
    long = [line for trace in figure["data"] for line in lines_of(trace) if len(line) > touch.LINE_LETTERS]
    assert long == []


def test_words_are_broken_between_words_and_none_is_lost() -> None:
    text = "Lowest to highest of two weeks, entered later, from memory"
    broken = touch.in_lines(text)
    assert broken == "Lowest to highest of two weeks, entered<br>later, from memory"
    assert touch.in_lines("First-step pain") == "First-step pain"
    # Only the last line has something behind it, and no word is broken.
    behind = f": %{{y:.1f}} ({touch.DATE})"
    assert (
        touch.in_lines("Verlaufskontrolluntersuchung ohne Befund", behind)
        == "Verlaufskontrolluntersuchung ohne<br>Befund"
    )
    assert touch.in_lines("", behind) == ""


def test_each_drug_has_a_line_of_its_own() -> None:
    view = small_views.nsaids(5)
    doses = "Ibuprofen 800 mg (2 doses); Paracetamol (acetaminophen) 500 mg (1 dose)"
    parts = tuple(replace(part, doses=doses) for part in view.parts)
    said = [
        text for trace in nsaid_use_chart(replace(view, parts=parts))["data"] for text in trace.get("hovertext", [])
    ]
    of_doses = [text.split("<br>")[1:] for text in said if "Ibuprofen" in text]
    assert of_doses
    assert all(lines[0] == "Ibuprofen 800 mg (2 doses)" for lines in of_doses)
    assert all(" ".join(lines[1:]) == "Paracetamol (acetaminophen) 500 mg (1 dose)" for lines in of_doses)


@pytest.mark.parametrize("days", [90, 365, 3650])
def test_what_has_one_day_says_it(days: int) -> None:
    data = trajectory(eventful(days))["data"]
    of_one_day = [trace for trace in data if trace["name"].startswith(("Meaningful", "Relapse", "Treatment", "Own"))]
    published = [trace for trace in data if "peer-reviewed, grade" in trace["name"]]
    assert of_one_day
    assert published
    assert [trace["name"] for trace in of_one_day if touch.DATE not in trace["hovertemplate"]] == []
    assert [one["hovertemplate"] for one in published if not re.search(r"\(\d+ \w{3}.*\)<", one["hovertemplate"])] == []


def test_entries_on_time_and_from_memory_say_their_days() -> None:
    entries = [trace for trace in trajectory(views.busy(90))["data"] if trace["name"].startswith("Ent")]
    assert len(entries) == 2
    assert all(touch.DAY in trace["hovertemplate"] for trace in entries)


def test_a_mark_beside_a_bar_says_its_month() -> None:
    marks = [one for one in nsaid_use_chart(small_views.nsaids(121, MONTH))["data"] if one.get("mode") == "markers"]
    assert marks
    assert all(mark["hovertemplate"].startswith("%{x|%b %Y}: ") for mark in marks)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("Relapse", f"%{{y:.1f}} ({touch.DATE})", "Relapse: %{y:.1f} (%{x|%-d %b %Y})"),
        (
            "Possible relief, not confirmed",
            f"%{{y:.1f}} ({touch.DATE})",
            "Possible relief, not<br>confirmed: %{y:.1f} (%{x|%-d %b %Y})",
        ),
    ],
)
def test_a_name_leaves_room_for_what_stands_behind_it(name: str, value: str, said: str) -> None:
    assert touch.named(name, value) == f"{said}<extra></extra>"


def test_what_a_rating_says_leaves_room_for_its_day() -> None:
    rating = OwnRating(views.FIRST, "Own rating of the whole change: very much improved")
    (trace,) = happenings.ratings(replace(views.empty(30), ratings=(rating,)))
    assert trace["hovertext"] == ["Own rating of the whole change: very<br>much improved"]
    assert max(map(len, lines_of(trace))) <= touch.LINE_LETTERS


def test_a_stroke_says_both_of_its_ends_and_a_dot_of_a_week_that_it_is_one_of_them() -> None:
    strokes = [trace for trace in trajectory(eventful(3650))["data"] if trace.get("meta") == STROKES]
    marks = [
        (value, said.split("\N{EN DASH}"))
        for trace in strokes
        for value, said in zip(trace["y"], trace["hovertext"], strict=True)
    ]
    assert {len(ends) for _value, ends in marks} == {1, 2}
    for value, ends in marks:
        assert value is None or str(value) in ends
        assert ends == sorted(ends, key=float)
    weeks = [trace for trace in trajectory(eventful(500))["data"] if trace["name"] == "Entries of a week"]
    assert [trace["hovertemplate"] for trace in weeks] == ["Entries of a week, one of them: %{y}<extra></extra>"]
