"""Which jobs run by themselves, and how often; a job adds one line to ``JOBS``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from firststep.jobs.count_cohorts import count_cohorts
from firststep.jobs.deliver_mail import deliver_mail
from firststep.jobs.deliver_pushes import deliver_pushes
from firststep.jobs.expire_shares import expire_shares
from firststep.jobs.monday_counts import note_monday_counts
from firststep.jobs.purge import purge
from firststep.jobs.read_bounces import read_bounces
from firststep.jobs.remind import remind
from firststep.jobs.update_panels import add_missing_rows, update_panels
from firststep.jobs.weekly_summaries import note_weekly_letters


@dataclass(frozen=True, kw_only=True)
class Job:
    """Work that the worker does again and again; it commits by item and can be ended between two items."""

    name: str
    every_s: float
    #: Called in an application context with the moment in UTC.
    run: Callable[[datetime], object]
    #: Runs at once when a request has woken the worker, and not only when its time has come.
    on_wake: bool = False


JOBS: tuple[Job, ...] = (
    # Mail first: somebody waits for the link to sign in, nobody for a letter. The look costs one indexed read.
    Job(name="deliver_mail", every_s=5, run=deliver_mail, on_wake=True),
    Job(name="reminders", every_s=20, run=remind),
    Job(name="deliver_pushes", every_s=5, run=deliver_pushes, on_wake=True),
    # After what others wait for: a very large practice takes a second or two.
    Job(name="count_cohorts", every_s=30, run=count_cohorts, on_wake=True),
    Job(name="weekly_letters", every_s=10, run=note_weekly_letters),
    Job(name="monday_counts", every_s=30, run=note_monday_counts),
    Job(name="update_panels", every_s=10, run=update_panels),
    Job(name="missing_panel_rows", every_s=900, run=add_missing_rows),
    Job(name="expire_shares", every_s=900, run=expire_shares),
    Job(name="read_bounces", every_s=60, run=read_bounces),
    Job(name="purge", every_s=3600, run=purge),
)
