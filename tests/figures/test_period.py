"""The days that a chart shows."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from firststep.figures.period import PERIODS, Period, period

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize("length", PERIODS)
def test_a_long_diary_shows_the_last_days_up_to_today(length: int) -> None:
    days = list(period(length, TODAY, TODAY - timedelta(days=2000)))
    assert days[-1] == TODAY
    assert len(days) == length


@pytest.mark.parametrize("length", PERIODS)
def test_on_day_one_the_chart_begins_today(length: int) -> None:
    assert period(length, TODAY, TODAY) == Period(TODAY, length)


def test_everything_is_from_the_beginning_to_today_and_a_year_at_least() -> None:
    begun = TODAY - timedelta(days=2000)
    assert period(None, TODAY, begun) == Period(begun, 2001)
    for young in (TODAY - timedelta(days=10), TODAY - timedelta(days=364)):
        assert period(None, TODAY, young) == Period(young, 365)
    assert period(None, TODAY, None) == period(365, TODAY, None)
    assert period(None, TODAY, TODAY + timedelta(days=5)).first_day == TODAY


def test_a_young_diary_begins_at_the_left_edge() -> None:
    begun = TODAY - timedelta(days=10)
    assert period(30, TODAY, begun) == Period(begun, 30)


def test_a_start_in_the_future_hides_nothing_of_today() -> None:
    assert period(30, TODAY, TODAY + timedelta(days=5)).first_day == TODAY


def test_without_entries_the_last_days_are_shown() -> None:
    assert list(period(30, TODAY, None))[-1] == TODAY


def test_days_without_an_item_are_none() -> None:
    shown = Period(TODAY, 3).spread({TODAY: 0, TODAY + timedelta(days=2): 5})
    assert shown == (0, None, 5)
