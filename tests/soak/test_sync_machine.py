"""The sync machine for hours: `make soak ROUNDS=2000` chooses the number of runs, of 50 steps each.

Each batch of runs has a number, from which it follows; FIRST_BATCH=40 lets a second process do others than the first.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from typing import Final

import pytest
from flask import Flask

from bench.reports import write_report
from firststep.extensions import db
from tests.conftest import empty_tables
from tests.sync.machine import run_machine
from tests.sync.phones import running_phones

pytestmark = pytest.mark.soak

RUNS: Final = 20_000
STEPS: Final = 50
#: Hypothesis remembers every run of a batch.
BATCH: Final = 250


def test_nothing_is_lost_doubled_or_moved_in_many_runs(app: Flask) -> None:
    runs = int(os.environ.get("ROUNDS") or RUNS)
    first_batch = int(os.environ.get("FIRST_BATCH") or 0)
    report = f"sync_machine_from_{first_batch}" if first_batch else "sync_machine"
    counts: Counter[str] = Counter()
    began = time.monotonic()
    for number, first in enumerate(range(0, runs, BATCH), start=first_batch):
        with running_phones() as phones:
            counts += run_machine(
                app, phones, runs=min(BATCH, runs - first), steps=STEPS, number=number, database=None, print_blob=True
            )
        with app.app_context():
            empty_tables(db.session)
        # After each batch: what was done stays known when the rest is cut short.
        figures = {
            "batches": [first_batch, number],
            "runs": counts["runs"],
            "steps_per_run": STEPS,
            "asked_for": runs,
            "faults_found": 0,
        }
        happened = {name: counts[name] for name in sorted(counts) if name != "runs"}
        write_report(report, {**figures, "minutes": round((time.monotonic() - began) / 60, 1), **happened})
    assert counts["runs"] >= runs
