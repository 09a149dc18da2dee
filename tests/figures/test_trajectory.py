"""The trajectory figure: valid Plotly, gaps kept, nothing shown that was not given."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import plotly.graph_objects as go
import pytest

from firststep.figures.scales import DAY_MS, xs_of
from firststep.figures.theme import LIGHT, paint
from firststep.figures.trajectory import trajectory
from firststep.figures.view import CareStart, Level
from tests.figures import views

VIEWS = {
    "empty": views.empty(30),
    "one entry": replace(views.empty(90), values=(6.0, *[None] * 89)),
    "no arm": replace(views.busy(90), windows=(), care=None),
    "month": views.busy(30),
    "quarter": views.busy(90),
    "year": views.busy(365),
    "ten years": views.busy(3650),
}


def named(figure: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Return the traces of one name."""
    return [trace for trace in figure["data"] if trace["name"] == name]


def texts(figure: dict[str, Any]) -> list[str]:
    """Return what is written on the chart."""
    return [note["text"] for note in figure["layout"]["annotations"]]


@pytest.mark.parametrize("name", VIEWS)
def test_plotly_accepts_the_figure(name: str) -> None:
    figure = paint(trajectory(VIEWS[name]), LIGHT)
    assert len(go.Figure(figure).data) == len(figure["data"])
    assert "@" not in json.dumps(figure)


def test_nothing_moves_under_a_finger() -> None:
    layout = trajectory(VIEWS["quarter"])["layout"]
    axes = [layout[name] for name in ("xaxis", "yaxis", "yaxis2", "yaxis3")]
    assert layout["dragmode"] is False
    assert layout["hovermode"] == "x unified"
    assert all(axis["fixedrange"] is True for axis in axes)


def test_an_empty_diary_draws_axes_and_no_data() -> None:
    figure = trajectory(views.empty(30))
    assert figure["data"] == []
    assert texts(figure) == ["First-step pain, 0–10", "Stretching", "NSAID"]


def test_every_entry_is_one_dot_on_its_day() -> None:
    view = views.busy(365)
    figure = trajectory(view)
    drawn: dict[float, float] = {}
    for name in ("Entry of the day", "Entered later, from memory"):
        (trace,) = named(figure, name)
        drawn |= {x: y for x, y in zip(xs_of(trace), trace["y"], strict=True) if y is not None}
    recorded = zip(view.days(), view.values, strict=True)
    assert drawn == {day.toordinal(): value for day, value in recorded if value is not None}


def test_the_mean_breaks_where_it_is_not_valid() -> None:
    view = views.busy(90)
    (trace,) = named(trajectory(view), "7-day mean")
    drawn = dict(zip(xs_of(trace), trace["y"], strict=True))
    assert trace["connectgaps"] is False
    assert None in trace["y"]
    for day, mean in zip(view.days(), view.means, strict=True):
        shown = drawn.get(day.toordinal())
        assert shown == (None if mean is None else pytest.approx(mean, abs=0.005))


def test_zero_is_drawn_and_null_is_not() -> None:
    view = replace(views.empty(30), values=(0.0, None, *[None] * 28), stretch=(False,) + (None,) * 29)
    figure = trajectory(view)
    assert named(figure, "Entry of the day")[0]["y"] == [0]
    assert named(figure, "Stretching not done")[0]["x"] == ["2026-01-05"]
    assert not named(figure, "Stretching done")


def test_a_strip_tells_yes_no_and_unrecorded_apart_by_height() -> None:
    answers = (True, False, None) * 10
    figure = trajectory(replace(views.empty(30), nsaid=answers))
    (taken,), (none,) = named(figure, "NSAID taken"), named(figure, "No NSAID")
    assert min(taken["y"]) > 2 * max(none["y"])
    assert len(taken["x"]) == len(none["x"]) == 10
    assert not set(taken["x"]) & set(none["x"])


def test_a_year_of_strips_counts_days_by_week() -> None:
    view = views.busy(365)
    figure = trajectory(view)
    (taken,) = named(figure, "Days with an NSAID in the week")
    (answered,) = named(figure, "Days with an answer on NSAIDs")
    assert sum(taken["y"]) == sum(answer is True for answer in view.nsaid)
    assert sum(answered["y"]) == sum(answer is not None for answer in view.nsaid)


def test_five_years_lose_no_value_of_a_week() -> None:
    view = views.busy(1826)
    figure = trajectory(view)
    # A dot is a value of its week, on the middle of it: not that day's entry.
    assert not named(figure, "Entry of the day")
    (dots,) = named(figure, "Entries of a week")
    for begin in range(0, 1826, 7):
        middle = (view.first_day + timedelta(days=begin + 3)).isoformat()
        shown = {y for x, y in zip(dots["x"], dots["y"], strict=True) if x == middle}
        pairs = zip(view.values[begin : begin + 7], view.late[begin : begin + 7], strict=True)
        assert shown == {value for value, late in pairs if value is not None and not late}


def test_ten_years_lose_no_lowest_and_no_highest_of_two_weeks() -> None:
    view = views.busy(3650)
    figure = trajectory(view)
    (on_time,) = named(figure, "Lowest to highest entry of two weeks")
    (later,) = named(figure, "Lowest to highest of two weeks, entered later, from memory")
    for begin in range(0, 3650, 14):
        middle = (view.first_day + timedelta(days=begin + 7)).isoformat()
        pairs = list(zip(view.values[begin : begin + 14], view.late[begin : begin + 14], strict=True))
        for strokes, wanted in ((on_time, False), (later, True)):
            shown = [y for x, y in zip(strokes["x"], strokes["y"], strict=True) if x == middle and y is not None]
            values = [value for value, late in pairs if value is not None and late is wanted]
            assert shown == sorted({min(values), max(values)} if values else set())


def test_strokes_of_two_weeks_are_apart_and_one_value_alone_is_a_dot() -> None:
    view = replace(views.empty(3650), values=(4.0, 7.0, *[None] * 12, 0.0, *[None] * 3635))
    (strokes,) = named(trajectory(view), "Lowest to highest entry of two weeks")
    assert strokes["y"] == [4, 7, None, 0]
    assert strokes["mode"] == "lines+markers"
    assert strokes["connectgaps"] is False


def test_strips_of_ten_years_tell_days_a_week() -> None:
    answers = (True, None) * 7 + (False,) * 7 + (None,) * 7 + (None,) * 3612 + (True,) * 10
    assert len(answers) % 14 == 10
    figure = trajectory(replace(views.empty(len(answers)), nsaid=answers))
    (taken,) = named(figure, "Days with an NSAID a week, over two weeks")
    (answered,) = named(figure, "Days a week with an answer on NSAIDs, over two weeks")
    # Half of the days; none of those answered; and of the last two weeks the ten days that are over, and no more.
    assert (taken["y"][0], taken["y"][1], taken["y"][-1]) == (3.5, 0, 5)
    assert (answered["y"][0], answered["y"][1], answered["y"][-1]) == (3.5, 3.5, 5)


@pytest.mark.parametrize(("days", "wide_days"), [(365, 6), (1826, 7), (3650, 14)])
def test_columns_of_years_leave_no_gap_that_would_look_like_missing_days(days: int, wide_days: int) -> None:
    columns = [trace for trace in trajectory(views.busy(days))["data"] if trace["type"] == "bar"]
    assert len(columns) == 4
    assert {trace["width"] for trace in columns} == {wide_days * DAY_MS}


def test_the_window_of_the_own_arm_has_box_wedge_and_line() -> None:
    view = replace(views.busy(90), windows=(views.window(0, own=True),))
    figure = trajectory(view)
    own = "Acupuncture: clinic-reported, not peer-reviewed, pain type not stated"
    area, edge = named(figure, own)
    assert set(area["y"]) == {5.04, 1.4}
    assert edge["x"][:2] == ["2026-02-09", "2026-03-02"]
    (wedge,) = named(figure, "Guide, not data")
    assert (wedge["x"][0], wedge["y"][0]) == ("2026-01-19", 7.2)
    (after,) = named(figure, "Baseline minus the average of that report")
    assert after["y"] == [1.4, 1.4]
    assert after["line"]["dash"] == "dash"
    assert {"guide, not data", "not peer-reviewed", "5.8 below the start"} <= set(texts(figure))


def test_the_line_after_the_window_says_where_it_comes_from_when_it_stands_alone() -> None:
    view = replace(views.empty(30), first_day=views.CARE + timedelta(weeks=20), windows=(views.window(0, own=True),))
    figure = trajectory(view)
    assert [trace["name"] for trace in figure["data"]] == [
        "Baseline minus the average that a clinic reported, not peer-reviewed"
    ]
    assert {"5.8 below the start", "clinic report, not peer-reviewed"} <= set(texts(figure))


def test_other_arms_are_named_and_drawn_differently() -> None:
    figure = trajectory(views.busy(90))
    dashes = {
        trace["line"]["dash"]
        for trace in figure["data"]
        if trace["mode" if "mode" in trace else "type"] == "lines" and "peer-reviewed" in trace["name"]
    }
    assert dashes == {"solid", "dot", "dash"}
    assert {"Standard care", "Combined"} <= set(texts(figure))


def test_without_an_arm_there_is_no_window() -> None:
    figure = trajectory(replace(views.busy(90), windows=(), published=()))
    assert not [trace for trace in figure["data"] if "reviewed" in trace["name"]]
    assert not named(figure, "Guide, not data")


def test_a_published_interval_is_drawn_only_where_there_is_one() -> None:
    figure = trajectory(views.busy(90))
    (with_interval,) = named(figure, "1 Small trial: Stretching (peer-reviewed, grade B)")
    (without,) = named(figure, "2 Other trial: Stretching (peer-reviewed, grade B)")
    assert (with_interval["error_y"]["array"], with_interval["error_y"]["arrayminus"]) == ([1], [1])
    assert "error_y" not in without
    assert {"1", "2"} <= set(texts(figure))


def test_published_points_of_one_day_stand_side_by_side() -> None:
    same = (views.point(1, "One", 5, 3.0, 2, 4), views.point(2, "Two", 5, 3.5, 2.5, 4.5), views.point(3, "Three", 6, 4))
    figure = trajectory(replace(views.busy(90), published=same))
    left, right, alone = (trace for trace in figure["data"] if "peer-reviewed, grade" in trace["name"])
    day = (views.CARE + timedelta(weeks=5)).toordinal()
    assert xs_of(left)[0] < day < xs_of(right)[0]
    assert xs_of(left)[0] + xs_of(right)[0] == pytest.approx(2 * day, abs=0.01)
    assert alone["x"] == [(views.CARE + timedelta(weeks=6)).isoformat()]


def test_what_lies_outside_the_period_is_not_marked() -> None:
    view = views.busy(90)
    late = replace(view, baseline=Level(view.last_day + timedelta(days=1), 7.0), events=())
    assert not named(trajectory(late), "Baseline")
    early = replace(view, baseline=Level(view.first_day - timedelta(days=9), 7.0))
    (line,) = named(trajectory(early), "Baseline")
    assert line["x"][0] == view.first_day.isoformat()


@pytest.mark.parametrize("days", [30, 90, 365, 1000, 3650])
@pytest.mark.parametrize("start", [date(2024, 2, 29), date(2026, 1, 1), date(2026, 12, 31)])
def test_ticks_are_few_and_stand_clear_of_the_edges(days: int, start: date) -> None:
    view = replace(views.empty(days), first_day=start)
    axis = trajectory(view)["layout"]["xaxis"]
    ordinals = [date.fromisoformat(day).toordinal() for day in axis["tickvals"]]
    edge = days * 0.035
    assert 3 <= len(ordinals) <= 7
    assert len(axis["ticktext"]) == len(ordinals)
    assert min(ordinals) - view.first_day.toordinal() >= edge
    assert view.last_day.toordinal() - max(ordinals) >= edge


@pytest.mark.parametrize(("days", "budget"), [(30, 2200), (90, 3200), (365, 4200), (3650, 12000)])
def test_the_figure_is_small_on_the_wire(days: int, budget: int) -> None:
    text = json.dumps(trajectory(views.busy(days)), separators=(",", ":"))
    assert len(gzip.compress(text.encode(), 6)) <= budget


def test_a_view_refuses_series_of_different_lengths() -> None:
    with pytest.raises(ValueError, match="one item for each"):
        replace(views.empty(30), values=(None,) * 29)


def test_dates_on_a_chart_of_more_than_a_year_have_their_year() -> None:
    care = CareStart(date(2026, 1, 20), "Acupuncture")
    # 366 days: the first and the last have the same day and month.
    year, *more = (trajectory(replace(views.busy(days), care=care)) for days in (365, 366, 400))
    assert "Acupuncture from 20 Jan" in texts(year)
    assert all("Acupuncture from 20 Jan 2026" in texts(one) for one in more)


def test_care_before_the_one_that_counts_has_its_first_days_too() -> None:
    earlier = (CareStart(date(2026, 1, 7), "Standard care", date(2026, 2, 1)), CareStart(date(2025, 1, 7), "Both"))
    view = replace(views.busy(90), care=CareStart(date(2026, 2, 10), "Acupuncture"), earlier_care=earlier)
    (lines,) = named(trajectory(view), "First day of earlier care")
    # Not the one that began before the period.
    assert (lines["x"], lines["y"]) == (["2026-01-07"] * 2, [0, 10.3])
    assert "Standard care from 7 Jan" in texts(trajectory(view))
    assert not named(trajectory(replace(view, earlier_care=earlier[1:])), "First day of earlier care")
