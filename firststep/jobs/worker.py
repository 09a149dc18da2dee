"""Runs the jobs of the schedule until it is stopped; a job that fails stops neither itself nor the others."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from flask import Flask

from firststep.jobs.figures import JobFigures
from firststep.jobs.queue import queue_of
from firststep.jobs.schedule import Job
from firststep.web import clock
from firststep.web.logs import log_fault


class Worker:
    """One loop over the jobs; ``stop`` and ``wake`` may be called from any thread and from a signal handler."""

    def __init__(
        self,
        app: Flask,
        jobs: Sequence[Job],
        timer: Callable[[], float] = time.monotonic,
        figures: JobFigures | None = None,
    ) -> None:
        self._app = app
        self._figures = figures
        self._jobs = jobs
        self._timer = timer
        self._due_at = dict.fromkeys((job.name for job in jobs), timer())
        self._stopped = threading.Event()
        self._called = threading.Event()
        self._woken = threading.Event()

    def wake(self) -> None:
        """Run the jobs that wait for a wake-up now."""
        self._woken.set()
        self._called.set()

    def stop(self) -> None:
        """End the loop after the job that is running."""
        self._stopped.set()
        self._called.set()

    def run(self) -> None:
        """Run what is due, sleep until the next is, and so on until stopped."""
        listener = threading.Thread(target=queue_of(self._app).listen, args=(self.wake, self._stopped), daemon=True)
        listener.start()
        # So that a long job can end between two items.
        self._app.extensions["worker_stopped"] = self._stopped
        try:
            while not self._stopped.is_set():
                self._called.wait(self._seconds_to_next())
                self._called.clear()
                self.run_due()
        finally:
            del self._app.extensions["worker_stopped"]
            listener.join(timeout=2)
            queue_of(self._app).close()

    def run_due(self) -> None:
        """Run each job whose time has come, and those that a wake-up asked for."""
        woken = self._woken.is_set()
        self._woken.clear()
        for job in self._jobs:
            if self._stopped.is_set():
                return
            if self._due_at[job.name] <= self._timer() or (woken and job.on_wake):
                self._due_at[job.name] = self._timer() + job.every_s
                self._run_one(job)
        if self._figures:
            self._figures.note_round()

    def _run_one(self, job: Job) -> None:
        result, failed, started = None, False, self._timer()
        try:
            with self._app.app_context():
                result = job.run(clock.now())
        except Exception as error:  # noqa: BLE001 - its time comes again, and the others must not wait for it
            failed = True
            log_fault(error)
        if self._figures:
            self._figures.note(job.name, self._timer() - started, result, failed=failed)

    def _seconds_to_next(self) -> float | None:
        if not self._jobs:
            return None
        return max(0.0, min(self._due_at.values()) - self._timer())
