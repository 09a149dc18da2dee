"""The capacity page says what was measured, and what follows from it."""

from __future__ import annotations

import json

import pytest

from bench import sizes
from bench.reports import RESULTS
from firststep.settings import ROOT

PAGE = (ROOT / "docs" / "capacity.md").read_text(encoding="utf-8")


def test_the_tables_are_those_of_the_newest_figures() -> None:
    figures = sizes.newest()
    for table in (sizes.measured_table(figures), sizes.year_table(figures), sizes.needs_table(figures)):
        assert table in PAGE, (
            f"docs/capacity.md is not of the newest figures: python -m bench.sizes prints them\n{table}"
        )
    for level, ms in figures["letter_cpu_ms"].items():
        assert f"{ms} ms for the {level}" in PAGE


def test_what_is_said_of_long_lists_is_of_the_newest_figures() -> None:
    newest = json.loads(max(RESULTS.glob("*-panel.json")).read_text(encoding="utf-8"))
    times = {one["name"]: one["median"] for one in newest["ratios"] if one["tried"] == "10,000 people"}
    page = f"{times['GET the first page']:.1f} times for the first page of a list of 10,000 people against one of 100"
    assert f"{page}, and {times['GET a name']:.1f} times for a search by name" in PAGE


def test_as_many_processes_as_the_cores_that_they_use() -> None:
    lines = dict(line.strip("| ").split(" | ", 1) for line in sizes.needs_table(sizes.newest()).splitlines()[2:])
    # Of 10 million patients both are rough: 107 processes beside 110 cores would be a riddle.
    assert lines["web processes"].split(" | ")[-1] == lines["cores for web processes"].split(" | ")[-1]


def test_the_arithmetic_is_the_stated_one() -> None:
    cost = {kind: {"web": 10.0, "database": 2.0} for kind in sizes.REQUESTS_A_DAY}
    year = {
        "bytes": 1_000_000,
        "log_bytes_an_entry": 1_000,
        "entries": 730,
        "rows": {"day": 365, "diary_change": 2_000},
    }
    figures = {"postgresql": {"request_cpu_ms": cost, "year": year}, "letter_cpu_ms": {"detailed": 36.0}}
    found = sizes.need(figures, 90_000)
    a_day = sum(sizes.REQUESTS_A_DAY.values())
    # 90,000 × 0.2 × 2 / 3,600 = 10 a second for each request a day.
    assert found.requests_a_second == pytest.approx(10 * a_day)
    assert found.web_cores == pytest.approx(10 * a_day * 0.010 / 0.5)
    assert found.database_cores == pytest.approx(10 * a_day * 0.002 / 0.5)
    # 72,000 letters in an hour are 20 a second: 0.72 cores, and 4 answers of 50 ms on 4 connections take 1 worker.
    assert found.letters_an_hour == 72_000
    assert found.letter_cores == pytest.approx(20 * 0.036 / 0.5)
    assert found.letter_workers == 2
    assert (found.gigabytes_a_year, found.rows_a_year) == (90, 90_000 * 2_365)
    assert found.log_gigabytes_a_day == pytest.approx(0.18)
