"""What the worker tells about its jobs when it is watched: how often, how long, how many failed, and its last round."""

from __future__ import annotations

import time
from collections import Counter as Counted

from prometheus_client import CollectorRegistry, Counter, Gauge


class JobFigures:
    """Counts for the worker; ``note`` and ``note_round`` are what a worker that is not watched does without."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._runs = Counter("firststep_job_runs", "Runs of a job", ["job", "outcome"], registry=registry)
        self._seconds = Counter("firststep_job_seconds", "Time in a job", ["job"], registry=registry)
        self._items = Counter(
            "firststep_job_items", "What a job did, by how it ended", ["job", "end"], registry=registry
        )
        self._round = Gauge(
            "firststep_worker_last_round_timestamp_seconds", "When the last round of jobs ended", registry=registry
        )

    def note(self, job: str, seconds: float, result: object, *, failed: bool) -> None:
        """Count one run of a job; what it returns is counted too where it says how its items ended."""
        self._runs.labels(job, "failed" if failed else "done").inc()
        self._seconds.labels(job).inc(seconds)
        if isinstance(result, Counted):
            for end, count in result.items():
                self._items.labels(job, str(end)).inc(count)

    def note_round(self) -> None:
        """Note that the worker went through its jobs just now."""
        self._round.set(time.time())
