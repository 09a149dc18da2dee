"""The capacity page says what was measured, and what follows from it."""

from __future__ import annotations

import pytest

from bench import sizes
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
