"""The table shows the view's own days and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from firststep.figures.months import month_rows
from firststep.figures.table import TableRow, rows
from firststep.figures.trajectory import trajectory
from firststep.figures.view import CareStart, Event, Visit
from tests.figures import views


def test_a_row_for_each_day_with_an_answer_latest_first() -> None:
    view = replace(
        views.empty(4),
        values=(0.0, None, None, 6.7),
        late=(False, False, False, True),
        means=(None, 3.0, 3.0, 3.5),
        nsaid=(None, False, None, None),
    )
    assert rows(view) == [
        TableRow(date(2026, 1, 8), 6.7, late=True, mean=3.5, stretch=None, nsaid=None),
        TableRow(date(2026, 1, 6), None, late=False, mean=3.0, stretch=None, nsaid=False),
        TableRow(date(2026, 1, 5), 0.0, late=False, mean=None, stretch=None, nsaid=None),
    ]


def test_an_empty_diary_has_no_rows() -> None:
    assert rows(views.empty(365)) == []


def test_the_first_days_of_care_are_told_as_the_chart_tells_them() -> None:
    first = views.FIRST
    earlier = (CareStart(first, "Standard care", first + timedelta(days=9)), CareStart(date(2025, 1, 7), "Both"))
    view = replace(
        views.empty(90),
        care=CareStart(first + timedelta(days=9), "Acupuncture", first + timedelta(days=40)),
        earlier_care=earlier,
        visits=(Visit(first + timedelta(days=9), "Treatment"),),
    )
    assert [(row.day.day, row.noted) for row in rows(view)] == [
        (14, ("Acupuncture, 14 Jan to 14 Feb", "Treatment")),
        (5, ("Standard care from 5 Jan",)),
    ]
    written = {note["text"] for note in trajectory(view)["layout"]["annotations"]}
    assert {"Acupuncture, 14 Jan to 14 Feb", "Standard care from 5 Jan"} <= written


def test_care_that_begins_outside_the_period_is_not_in_its_table() -> None:
    view = views.empty(30)
    for day in (view.first_day - timedelta(days=1), view.last_day + timedelta(days=1)):
        assert rows(replace(view, care=CareStart(day, "Acupuncture"))) == []
        assert rows(replace(view, earlier_care=(CareStart(day, "Acupuncture"),))) == []


def test_what_the_rules_found_stands_on_its_day() -> None:
    on = views.FIRST + timedelta(days=3)
    view = replace(views.empty(30), events=(Event("possible_relief", on, 4.0), Event("relapse", on, 6.0)))
    assert [(row.day, row.noted) for row in rows(view)] == [(on, ("Possible relief, not confirmed", "Relapse"))]
    (month,) = month_rows(view)
    assert month.noted == ("Possible relief, not confirmed", "Relapse")
