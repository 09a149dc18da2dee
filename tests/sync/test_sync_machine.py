"""Three phones and a server, 100 runs of 50 steps: nothing is lost, doubled or moved, whatever goes wrong."""

from __future__ import annotations

from collections import Counter

from flask import Flask

from tests.cast import TODAY
from tests.support.databases import runs_on_postgresql
from tests.sync.machine import run_machine
from tests.sync.phones import Phones
from tests.sync.world import World

RUNS, STEPS = 100, 50


def test_days_that_come_after_somebody_else_signed_in_are_not_kept(app: Flask, phones: Phones) -> None:
    world = World(app, phones, (0, 0, 0), Counter())
    ana, day = world.people[0].name, TODAY.isoformat()
    world.tap(0, 1, {"day": day, "foot": "right", "set": {"first_step_pain": 6}}, online=True)
    world.refresh(0, 1, fates=["held"])
    world.sign_in(0, 1)
    world.release(0, "ok")
    done = phones.command("status", phone=0, page=1, users=[ana])
    assert done["kept"][ana]["days"] == []


def test_nothing_is_lost_doubled_or_moved(app: Flask, phones: Phones) -> None:
    # On the second database fewer runs: what differs there is the lock, not what phones do.
    run_machine(app, phones, runs=RUNS // 10 if runs_on_postgresql() else RUNS, steps=STEPS)
