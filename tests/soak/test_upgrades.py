"""Does anybody notice an upgrade? RATE and PEOPLE choose the load and the size: `make soak RATE=20 PEOPLE=300`."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path

import pytest

from bench.reports import write_report
from tests.fleet.upgrades import run_upgrades
from tests.support.own_postgresql import running_postgresql

pytestmark = [pytest.mark.soak, pytest.mark.sqlite_only]


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_no_request_fails_while_the_tables_change(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, engine: str
) -> None:
    rate, people = float(os.environ.get("RATE") or 20), int(os.environ.get("PEOPLE") or 300)
    releases = tmp_path_factory.mktemp("releases")
    if engine == "sqlite":
        report = run_upgrades(tmp_path, releases, rate=rate, people=people)
    else:
        with running_postgresql() as database:
            report = run_upgrades(tmp_path, releases, rate=rate, people=people, DATABASE_URL=database.url)
    write_report(f"upgrades_{engine}", asdict(report))
    assert set(report.answers) == {"200"}
    assert (report.lost, report.wrong_answers, report.broken_connections) == (0, [], 0)
    assert report.acknowledged > 10 * rate
    assert report.restarted_over_a_later_database
