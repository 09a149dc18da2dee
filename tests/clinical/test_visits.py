"""What a visit and a visit series take, and what they refuse."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from firststep.clinical.visits import GLOBAL_CHANGES, NSAID_CLASSES, Visit, VisitSeries
from tests.clinical.diaries import MONDAY


def test_the_ends_of_the_scale_are_taken_and_a_visit_without_a_value_is_kept() -> None:
    assert [Visit(MONDAY, tenths).tenths for tenths in (0, 100, None)] == [0, 100, None]
    assert Visit(MONDAY) == (MONDAY, None, None, None, None)


@pytest.mark.parametrize("tenths", [-1, 101])
def test_pain_off_the_scale_is_refused(tenths: int) -> None:
    with pytest.raises(ValueError, match=rf"^pain of {tenths} tenths on 2026-01-05 is not between 0 and 100$"):
        Visit(MONDAY, tenths)


@pytest.mark.parametrize("day", [date(1899, 12, 31), date(2201, 1, 1)])
def test_days_at_the_ends_of_time_are_refused(day: date) -> None:
    with pytest.raises(ValueError, match="is not between 1900-01-01 and 2200-12-31"):
        Visit(day)
    with pytest.raises(ValueError, match="is not between 1900-01-01 and 2200-12-31"):
        VisitSeries("standard", (), day)


def test_the_first_and_the_last_day_of_the_calendar_are_taken() -> None:
    for day in (date(1900, 1, 1), date(2200, 12, 31)):
        assert VisitSeries("standard", (Visit(day),), day).start == day


def test_every_word_of_ours_is_taken_and_others_are_refused() -> None:
    taken = [Visit(MONDAY, nsaid=nsaid, change=change) for nsaid in NSAID_CLASSES for change in GLOBAL_CHANGES]
    assert len(taken) == 21
    wrong: Any = "often"
    with pytest.raises(ValueError, match=r"^'often' is no class of NSAID use$"):
        Visit(MONDAY, nsaid=wrong)
    with pytest.raises(ValueError, match=r"^'often' is no global change$"):
        Visit(MONDAY, change=wrong)
    with pytest.raises(ValueError, match=r"^'often' is no arm of care$"):
        VisitSeries(wrong, ())
    with pytest.raises(ValueError, match=r"^'often' is no way to find the fourth session$"):
        VisitSeries("standard", (), sessions=wrong)


def test_two_visits_on_one_day_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^a person has at most one visit a day$"):
        VisitSeries("standard", (Visit(MONDAY, 50), Visit(MONDAY, 60)))


def test_visits_are_read_by_day_and_the_start_is_the_cell_or_the_first_of_them() -> None:
    later, first = Visit(MONDAY + timedelta(days=7), 60), Visit(MONDAY)
    assert VisitSeries("combined", (later, first)).in_order == (first, later)
    assert VisitSeries("combined", (later, first)).start == MONDAY
    cell = MONDAY + timedelta(days=3)
    assert VisitSeries("combined", (later, first), cell).start == cell
    assert VisitSeries("combined", ()).start is None
    assert VisitSeries("combined", (), cell).start == cell
