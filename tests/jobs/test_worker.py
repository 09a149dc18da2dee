"""The worker runs what is due, hears wake-ups, survives a job that fails, and stops."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask, current_app

from firststep.jobs.queue import queue_of, wake
from firststep.jobs.schedule import JOBS, Job
from firststep.jobs.worker import Worker
from tests.cast import NOW
from tests.support.waiting import wait_until


class Timer:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def noting(into: list[str], name: str) -> Callable[[datetime], None]:
    def run(now: datetime) -> None:
        assert current_app
        assert now == NOW
        into.append(name)

    return run


def test_each_job_runs_at_its_own_pace(app: Flask) -> None:
    ran: list[str] = []
    timer = Timer()
    jobs = (
        Job(name="minute", every_s=60, run=noting(ran, "minute")),
        Job(name="hour", every_s=3600, run=noting(ran, "hour")),
    )
    worker = Worker(app, jobs, timer)
    for _ in range(61):
        worker.run_due()
        timer.now_s += 30
    assert ran.count("minute") == 31
    assert ran.count("hour") == 1


def test_a_job_that_fails_stops_no_other_and_comes_again(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    ran: list[str] = []
    timer = Timer()

    def fails(now: datetime) -> None:
        ran.append("fails")
        raise ValueError("canary-in-message")

    jobs = (Job(name="fails", every_s=60, run=fails), Job(name="next", every_s=60, run=noting(ran, "next")))
    worker = Worker(app, jobs, timer)
    worker.run_due()
    timer.now_s += 61
    worker.run_due()
    assert ran == ["fails", "next"] * 2
    written = capsys.readouterr().out
    assert "ValueError" in written
    assert "canary" not in written


def test_a_wake_up_runs_only_the_jobs_that_wait_for_one(app: Flask) -> None:
    ran: list[str] = []
    jobs = (
        Job(name="mail", every_s=60, run=noting(ran, "mail"), on_wake=True),
        Job(name="sweep", every_s=60, run=noting(ran, "sweep")),
    )
    worker = Worker(app, jobs, Timer())
    worker.run_due()
    worker.wake()
    worker.run_due()
    worker.run_due()
    assert ran == ["mail", "sweep", "mail"]


def test_a_request_wakes_the_running_worker_and_it_stops_when_told(app: Flask) -> None:
    ran: list[float] = []
    job = Job(name="mail", every_s=3600, run=lambda _: ran.append(time.monotonic()), on_wake=True)
    worker = Worker(app, (job,))
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        # Requests of earlier tests may have left wake-ups in the queue.
        wait_until(lambda: len(ran) >= 1 and queue_of(app).waiting() == 0)
        before = len(ran)
        with app.app_context():
            wake()
        wait_until(lambda: len(ran) > before)
    finally:
        worker.stop()
        thread.join(timeout=10)
    assert not thread.is_alive()
    # The jobs of a later worker, or of a command, must not take this one's end for theirs.
    assert "worker_stopped" not in app.extensions


def test_the_schedule_names_each_job_once() -> None:
    names = [job.name for job in JOBS]
    assert len(names) == len(set(names))
    assert all(job.every_s >= 1 for job in JOBS)
