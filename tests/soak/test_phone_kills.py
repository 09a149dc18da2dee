"""A server killed again and again under a page: is every tap stored once? `make soak ROUNDS=200` chooses the number."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from bench.reports import write_report
from tests.browser.conftest import chromium, playwright
from tests.browser.kills import WAYS, KillReport, Rounds
from tests.support.applications import migrated
from tests.support.dying_server import POINTS
from tests.support.server_process import ServerProcess

__all__ = ["chromium", "playwright"]

pytestmark = pytest.mark.soak


def test_every_tap_is_stored_once_over_many_kills(tmp_path: Path, chromium: Browser) -> None:
    count = int(os.environ.get("ROUNDS") or 200)
    report = run_rounds(tmp_path, chromium, count)
    write_report("phone_kills", report.figures())
    assert report.faults() == []
    assert report.rounds.total() == count
    assert report.stored == report.taps - report.replaced_before_sent


def run_rounds(folder: Path, browser: Browser, count: int) -> KillReport:
    """Go through all points in turn; how it goes on after each kill is left to chance, the same in each run."""
    server, chance = ServerProcess(folder), random.Random(2)
    with migrated(server.settings) as app:
        try:
            server.start()
            rounds = Rounds(app, server, browser)
            for number in range(count):
                way = chance.choice(WAYS)
                # Where the page waits by itself, each kill would make it wait longer.
                rounds.run(POINTS[number % len(POINTS)], way, twice=way != "waits" and chance.random() < 0.4)
                if number % 20 == 19:
                    print(rounds.report.figures(), flush=True)
            rounds.close()
        finally:
            server.kill()
    return rounds.report
