"""``flask --app app worker``: sends mails and does what else comes by itself."""

from __future__ import annotations

import signal
import sys
import threading

import click
from flask import Flask, current_app

from firststep.commands.metrics import metrics_option, new_registry, show_metrics
from firststep.jobs.figures import JobFigures
from firststep.jobs.schedule import JOBS
from firststep.jobs.worker import Worker
from firststep.web.metrics import OutboxFigures


def init_worker_command(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(worker)


@click.command()
@click.option("--until-stdin-closes", is_flag=True, help="End with the program that holds the other end of stdin.")
@metrics_option
def worker(until_stdin_closes: bool, metrics: tuple[str, int] | None) -> None:
    """Run the jobs until SIGTERM or Ctrl-C; `serve` starts one of these by itself."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    loop = Worker(app, JOBS, figures=_watched(app, metrics) if metrics else None)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: loop.stop())
    if until_stdin_closes:
        threading.Thread(target=_stop_with_parent, args=(loop,), daemon=True).start()
    loop.run()


def _watched(app: Flask, address: tuple[str, int]) -> JobFigures:
    registry = new_registry(app)
    registry.register(OutboxFigures(app))
    figures = JobFigures(registry)
    show_metrics(address, registry)
    return figures


def _stop_with_parent(loop: Worker) -> None:
    # The kernel closes the pipe however the parent ends, so this needs no trust in the parent's clean-up.
    while sys.stdin.buffer.read(1):
        pass
    loop.stop()
