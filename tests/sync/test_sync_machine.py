"""Three phones and a server, 100 runs of 50 steps: nothing is lost, doubled or moved, whatever goes wrong."""

from __future__ import annotations

from flask import Flask

from tests.support.databases import runs_on_postgresql
from tests.sync.machine import run_machine
from tests.sync.phones import Phones

RUNS, STEPS = 100, 50


def test_nothing_is_lost_doubled_or_moved(app: Flask, phones: Phones) -> None:
    # On the second database fewer runs: what differs there is the lock, not what phones do.
    run_machine(app, phones, runs=RUNS // 10 if runs_on_postgresql() else RUNS, steps=STEPS)
