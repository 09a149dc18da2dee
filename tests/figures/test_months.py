"""The table of months says what the chart of more than a year shows, and never a number where nothing was recorded."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta

import pytest

from firststep.figures.months import MonthRow, month_rows
from firststep.figures.view import CareStart, Companion, OwnRating, Spell, Visit
from tests.figures import views


def test_every_day_of_the_view_counts_in_its_month_and_in_no_other() -> None:
    view = views.busy(1200)
    of_month: dict[date, list[tuple[float | None, float | None, bool | None, bool | None]]] = defaultdict(list)
    for day, *what in zip(view.days(), view.values, view.means, view.stretch, view.nsaid, strict=True):
        of_month[day.replace(day=1)].append((what[0], what[1], what[2], what[3]))  # type: ignore[arg-type]
    found = month_rows(view)
    assert [row.first for row in found] == sorted(of_month, reverse=True)
    for row in found:
        days = of_month[row.first]
        values = [value for value, *_others in days if value is not None]
        means = [mean for _value, mean, *_others in days if mean is not None]
        assert row.pain == (min(values), max(values))
        assert row.entries == len(values)
        assert row.mean == means[-1]
        for at, told in ((2, row.stretch), (3, row.nsaid)):
            answers = [day[at] for day in days if day[at] is not None]
            assert told == (sum(answers), len(answers))  # type: ignore[arg-type]


def test_a_month_without_anything_has_no_row_and_nothing_is_a_zero() -> None:
    # From the 5th of January 2026 on.
    nothing, no, zero = (None,) * 400, (None, False, *(None,) * 398), (*(None,) * 60, 0.0, *(None,) * 339)
    view = replace(views.empty(400), values=zero, nsaid=no)
    assert month_rows(view) == [
        MonthRow(date(2026, 3, 1), (0, 0), 1, None, (0, 0), (0, 0)),
        MonthRow(date(2026, 1, 1), None, 0, None, (0, 0), (0, 1)),
    ]
    assert month_rows(replace(view, values=nothing, nsaid=nothing)) == []


@pytest.mark.parametrize(
    ("spell", "months"),
    [
        (Spell("flare", date(2026, 1, 31), date(2026, 2, 1)), {1, 2}),
        (Spell("pause", date(2026, 3, 1), date(2026, 3, 31)), {3}),
        (Spell("pause", date(2025, 12, 1), date(2026, 1, 5)), {1}),
        (Spell("flare", date(2026, 4, 30)), {4, 5}),
        (Spell("gap", date(2026, 2, 1), date(2026, 3, 1)), set()),
        (Spell("flare", date(2027, 3, 1)), set()),
        # In a month of the period, and yet not within what the chart shows of it: before its first day, and to come.
        (Spell("pause", date(2026, 1, 1), date(2026, 1, 4)), set()),
        (Spell("flare", date(2026, 5, 20)), set()),
    ],
)
def test_a_spell_stands_in_each_month_that_it_touches(spell: Spell, months: set[int]) -> None:
    view = replace(views.empty(400), spells=(spell,), today=date(2026, 5, 2))
    assert {row.first.month for row in month_rows(view)} == months
    assert all(len(row.noted) == 1 for row in month_rows(view))


def test_treatments_are_counted_ratings_named_and_companions_stand_beside() -> None:
    first = views.empty(400).first_day
    other = (2.0, 6.0, *(None,) * 398)
    view = replace(
        views.empty(400),
        companions=(Companion("Pain over the day", "Over the day", other, (None,) * 400),),
        visits=tuple(Visit(first + timedelta(days=at), "Treatment") for at in (0, 3, 40, 5000)),
        ratings=(OwnRating(first + timedelta(days=41), "Own rating, week 4: Much improved"),),
    )
    february, january = month_rows(view)
    assert (february.sessions, february.noted, february.beside) == (1, ("Own rating, week 4: Much improved",), (None,))
    assert (january.sessions, january.noted, january.beside) == (2, (), ((2, 6),))


def test_care_is_told_in_the_month_in_which_it_begins() -> None:
    view = replace(
        views.empty(400),
        care=CareStart(date(2026, 3, 31), "Acupuncture"),
        earlier_care=(
            CareStart(date(2026, 1, 4), "Both"),
            CareStart(date(2026, 1, 5), "Standard care", date(2026, 3, 1)),
            CareStart(date(2026, 3, 30), "Combined care"),
        ),
    )
    # The one before the first day of the period is not in it, though in the same month.
    assert [(row.first.month, row.noted) for row in month_rows(view)] == [
        (3, ("Combined care from 30 Mar 2026", "Acupuncture from 31 Mar 2026")),
        (1, ("Standard care from 5 Jan 2026",)),
    ]
