"""The table beside the trajectory tells in words what the chart marks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from flask import Flask

from firststep.figures.view import CareStart, Event
from firststep.web.progress_table import trajectory_table
from tests.figures import views


@pytest.mark.parametrize(("days", "when"), [(90, "19 Jan"), (400, "19 Jan 2026")])
@pytest.mark.parametrize("counts", [True, False])
def test_who_cannot_see_the_chart_hears_when_care_began(app: Flask, days: int, when: str, counts: bool) -> None:
    view, care = replace(views.busy(days), care=None, events=()), CareStart(date(2026, 1, 19), "Acupuncture")
    with app.test_request_context():
        without = trajectory_table(view)
        told = trajectory_table(replace(view, care=care) if counts else replace(view, earlier_care=(care,)))
    assert "Noted" not in without.head
    assert told.head == [*without.head, "Noted"]
    assert [row[-1] for row in told.rows if row[-1]] == [f"Acupuncture from {when}"]
    assert {len(row) for row in told.rows} == {len(told.head)}


@pytest.mark.parametrize("days", [90, 400])
def test_a_day_or_month_is_not_broken_over_two_lines(app: Flask, days: int) -> None:
    with app.test_request_context():
        told = trajectory_table(views.busy(days))
    assert [row[0] for row in told.rows if " " in str(row[0])] == []


@pytest.mark.parametrize("days", [90, 400])
def test_who_cannot_see_the_chart_hears_what_the_rules_found(app: Flask, days: int) -> None:
    bare = replace(views.empty(days), values=(5.0,) * days)
    found = (Event("relief", date(2026, 1, 19), 4.0), Event("relapse", date(2025, 12, 1), 6.0))
    with app.test_request_context():
        without, told = trajectory_table(bare), trajectory_table(replace(bare, events=found))
        outside = trajectory_table(replace(bare, events=found[1:]))
    assert "Noted" not in without.head
    assert told.head == [*without.head, "Noted"]
    assert [row[-1] for row in told.rows if row[-1]] == ["Meaningful relief, confirmed"]
    assert outside == without
