"""What is lost when everything around the program breaks under load? `make soak ROUNDS=20` chooses the number."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path

import pytest

from bench.reports import write_report
from tests.fleet.faults import run_faults

pytestmark = [pytest.mark.soak, pytest.mark.sqlite_only]

#: How long after something is back the next entry may have to wait for its answer.
RECOVERY_S = 5


def test_nothing_acknowledged_is_lost_while_everything_breaks(tmp_path: Path) -> None:
    rounds = int(os.environ.get("ROUNDS") or 20)
    few = max(1, rounds // 2)
    counts = {
        "postgresql restarted": rounds - few,
        "postgresql crashed": few,
        "redis killed": few,
        "redis flushed": few,
        "web killed": few,
        "worker killed": few,
        "a web and a worker killed": few,
    }
    report = run_faults(tmp_path, counts, rate=float(os.environ.get("RATE") or 30), mails=40 * rounds)
    write_report("faults", asdict(report))
    assert report.acknowledged > 50 * rounds
    assert (report.lost, report.stored_twice, report.given_up) == (0, 0, 0)
    assert report.wrong_answers == []
    assert set(report.answers) <= {"200", "503", "connection"}
    assert report.broken_connections == 0
    assert max(found["most"] for found in report.recovery_s.values()) <= RECOVERY_S
    assert report.died_by_themselves == 0
    assert report.mails_lost == 0
    # One for each time that a worker ended, or lost its database, between the server's "taken" and our mark.
    assert report.mails_repeated <= rounds + 2 * few
