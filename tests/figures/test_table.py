"""The table shows the view's own days and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from firststep.figures.table import TableRow, rows
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
