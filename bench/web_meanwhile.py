"""What a request costs the web process while two workers hand over letters, beside what it costs while they rest.

The workers are halted and go on in turn, so that both are measured in one run. ``LETTERS=3000`` chooses how many
letters there are, ``TEST_DATABASE=postgresql`` the database.
"""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from statistics import median
from subprocess import Popen
from typing import Final

import psutil
from sqlalchemy import select

from bench.letters import DELAY, WORKERS, make_letters
from bench.ratio import ROUNDS, Ratio
from bench.reports import write_report
from firststep.extensions import db
from firststep.models import User
from tests.support.databases import database_url, runs_on_postgresql
from tests.support.far_smtp import far_server
from tests.support.fleet import Fleet, fleet
from tests.support.workers import start_worker

#: Enough for the workers to be busy until the end.
_LETTERS: Final = 3_000
#: What is asked for, and how often in a round.
_PAGES: Final = {"/log": 60, "/progress": 30}


def main(name: str) -> None:
    """Measure, print and write the figures."""
    with tempfile.TemporaryDirectory(prefix="firststep-bench-") as name_of_folder:
        folder = Path(name_of_folder)
        with fleet(folder, DATABASE_URL=database_url(folder)) as site:
            ratios = _ratios(site, int(os.environ.get("LETTERS") or _LETTERS))
    for ratio in ratios:
        print(f"{ratio.median:6.2f} × ({ratio.least:.2f}-{ratio.most:.2f})  {ratio.name}")
    database = "postgresql" if runs_on_postgresql() else "sqlite"
    unit = "ratio of the web process's CPU, median of rounds in turn"
    figures = {"unit": unit, "database": database, "cores": os.cpu_count(), "workers": WORKERS, "delay_s": DELAY}
    write_report(f"{name}-{database}", figures | {"ratios": [asdict(ratio) for ratio in ratios]})


def _ratios(site: Fleet, letters: int) -> list[Ratio]:
    with site.app.app_context():
        make_letters(db.session, letters, level="detailed")
        db.session.commit()
        # The one who has a course of care too.
        user_id = db.session.scalars(select(User.id).where(User.email == "person0@d0.example")).one()
    web, visitor = site.add_web(), site.visitor(user_id)
    assert web.process is not None
    server = psutil.Process(web.process.pid)

    def spend_ms(path: str) -> float:
        """Return the web process's CPU for one request for the page."""
        before = server.cpu_times()
        for _ in range(_PAGES[path]):
            answer = visitor.ask(web.port, "GET", path)
            assert answer.status == 200, answer
        after = server.cpu_times()
        return 1000 * (after.user + after.system - before.user - before.system) / _PAGES[path]

    with far_server(DELAY) as post:
        workers = [start_worker(site.app.config["SETTINGS"], post.url) for _ in range(WORKERS)]
        try:
            return [_compare(path, workers, spend_ms) for path in _PAGES]
        finally:
            assert [worker.poll() for worker in workers] == [None] * WORKERS, "there were too few letters"
            for worker in workers:
                worker.kill()
                worker.wait()


def _compare(path: str, workers: list[Popen[bytes]], spend_ms: Callable[[str], float]) -> Ratio:
    spent: dict[int, list[float]] = {signal.SIGSTOP: [], signal.SIGCONT: []}
    for round_number in range(ROUNDS + 1):
        for order in (signal.SIGSTOP, signal.SIGCONT):
            for worker in workers:
                worker.send_signal(order)
            ms = spend_ms(path)
            # The first round warms up both.
            if round_number:
                spent[order].append(ms)
    ratios = [busy / rest for busy, rest in zip(spent[signal.SIGCONT], spent[signal.SIGSTOP], strict=True)]
    return Ratio(
        name=f"GET {path}",
        tried=f"{WORKERS} workers hand over letters",
        base="the workers rest",
        median=round(median(ratios), 3),
        least=round(min(ratios), 3),
        most=round(max(ratios), 3),
        base_cpu_ms=round(median(spent[signal.SIGSTOP]), 3),
    )
