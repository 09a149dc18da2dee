"""Which jobs run by themselves, and how often; a job adds one line to ``JOBS``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Job:
    """Work that the worker does again and again; it commits by item and can be ended between two items."""

    name: str
    every_s: float
    #: Called in an application context with the moment in UTC.
    run: Callable[[datetime], object]
    #: Runs at once when a request has woken the worker, and not only when its time has come.
    on_wake: bool = False


JOBS: tuple[Job, ...] = ()
