"""What stands beside a course, in words: what is clipped says why, and how much it would be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask

from firststep.clinical.benchmarks import Benchmarks, load_benchmarks
from firststep.clinical.comparison import Comparison, compare
from firststep.clinical.outcomes import outcomes
from firststep.web.beside import remarks, source_lines, windows_of
from tests.clinical.diaries import MONDAY, diary_of

START = MONDAY + timedelta(days=7)


@pytest.fixture(autouse=True)
def speaking(app: Flask) -> Iterator[None]:
    """Let sentences be made as for a page in English."""
    with app.test_request_context():
        yield


def beside(tenths: int, benchmarks: Benchmarks | None = None) -> Comparison:
    """Return what stands beside a course with such a baseline."""
    return compare(outcomes(diary_of([tenths] * 10, start=START), measure="first_step"), "combined", benchmarks)


def test_a_range_beyond_the_own_pain_says_why_it_ends_and_how_much_it_would_be() -> None:
    (said,) = [one for one in remarks(beside(60)) if one.startswith("Combined care")]
    assert "average fall of 7.1 is more than the start of 6.0" in said
    assert "118 % of the start" in said
    assert remarks(beside(100)) == ()


def test_an_interval_beyond_the_scale_says_where_it_is_drawn() -> None:
    said = remarks(beside(30))
    assert any(one.startswith("Zhang 2011, Needling at PC 7: ") and "drawn from 0.0 to 1.5" in one for one in said)


def test_a_point_beyond_the_own_pain_says_so_too() -> None:
    (row,) = (row for row in load_benchmarks().rows if row.id == "radford-2007-control")
    steep = replace(row, change_mean=Decimal(-60))
    said = remarks(beside(40, Benchmarks((row.source,), (steep,))))
    assert said == (
        "Radford 2007: the reported average fall of 6.0 is more than the start of 4.0, so its point stands at 0 "
        "(it would be 150 % of the start).",
    )


@pytest.mark.parametrize("days", [30, 365])
def test_a_figure_outside_of_the_period_is_told_as_that(days: int) -> None:
    compared = beside(60)
    assert compared.own is not None
    told = source_lines(compared, lambda day: START <= day < START + timedelta(days=days))
    outside = [line for line in told if "It lies outside this period." in line.text]
    assert len(told) == len(windows_of(compared)) + len(compared.points)
    shown = [window.opens_on <= START + timedelta(days=days - 1) for window in windows_of(compared)]
    shown += [point.day < START + timedelta(days=days) for point in compared.points]
    assert [line not in outside for line in told] == shown
    assert any(outside) is (days == 30)
