"""What a request costs the web process while something else goes on, beside what it costs at rest, in one run.

Beside letters: two workers hand them over, halted and going on in turn; ``LETTERS=3000`` chooses how many there are.
Beside sheets: as large a sheet as may be, and hostile ones, are read for a practitioner, in turn with rest.
``TEST_DATABASE=postgresql`` chooses the database.
"""

from __future__ import annotations

import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Final
from uuid import UUID

import psutil
from sqlalchemy import select

from bench.letters import DELAY, WORKERS, make_letters
from bench.ratio import ROUNDS, Ratio
from bench.reports import write_report
from firststep.extensions import db
from firststep.models import User
from tests import factories
from tests.services.test_sheet_reading import HOSTILE
from tests.support.databases import database_url, runs_on_postgresql
from tests.support.far_smtp import far_server
from tests.support.fleet import Fleet, Program, Visitor, fleet
from tests.support.sheets import xlsx
from tests.support.workers import start_worker

#: Enough for the workers to be busy until the end.
_LETTERS: Final = 3_000
#: What is asked for, and how often in a round.
_PAGES: Final = {"/log": 60, "/progress": 30}
_ROWS, _COLUMNS = 5_000, 60


def main(name: str) -> None:
    """Measure, print and write the figures."""
    with _site() as site, site.app.app_context():
        make_letters(db.session, int(os.environ.get("LETTERS") or _LETTERS), level="detailed")
        practitioner = factories.make_practitioner(db.session, "cho@example.com").user_id
        db.session.commit()
        # The one who has a course of care too.
        patient = db.session.scalars(select(User.id).where(User.email == "person0@d0.example")).one()
        db.session.rollback()
        web = Web.started(site, patient)
        ratios = [*_beside_letters(site, web), *_beside_sheets(site, web, practitioner)]
    for ratio in ratios:
        print(f"{ratio.median:6.2f} × ({ratio.least:.2f}-{ratio.most:.2f})  {ratio.name}, {ratio.tried}")
    database = "postgresql" if runs_on_postgresql() else "sqlite"
    figures = {"unit": "ratio of the web process's CPU, median of rounds in turn", "database": database}
    figures |= {"cores": str(os.cpu_count())}
    write_report(f"{name}-{database}", figures | {"ratios": [asdict(ratio) for ratio in ratios]})


@contextmanager
def _site() -> Iterator[Fleet]:
    with tempfile.TemporaryDirectory(prefix="firststep-bench-") as name:
        folder = Path(name)
        with fleet(folder, DATABASE_URL=database_url(folder)) as site:
            yield site


@dataclass(frozen=True)
class Web:
    """A web process, and a patient who asks it."""

    program: Program
    process: psutil.Process
    visitor: Visitor

    @classmethod
    def started(cls, site: Fleet, user_id: UUID) -> Web:
        """Start one."""
        program = site.add_web()
        assert program.process is not None
        return cls(program, psutil.Process(program.process.pid), site.visitor(user_id))

    def cpu_ms(self) -> float:
        """Return the CPU that it used so far."""
        times = self.process.cpu_times()
        return 1000 * (times.user + times.system)

    def ask(self, path: str) -> None:
        """Ask for a page."""
        answer = self.visitor.ask(self.program.port, "GET", path)
        assert answer.status == 200, answer

    def spend_ms(self, path: str) -> float:
        """Return its CPU for one request for the page."""
        before = self.cpu_ms()
        for _ in range(_PAGES[path]):
            self.ask(path)
        return (self.cpu_ms() - before) / _PAGES[path]

    def is_reading(self) -> bool:
        """Tell whether a child of it reads a sheet."""
        return bool(self.process.children())


def _beside_letters(site: Fleet, web: Web) -> Iterator[Ratio]:
    with far_server(DELAY) as post:
        workers = [start_worker(site.app.config["SETTINGS"], post.url) for _ in range(WORKERS)]

        def let(order: signal.Signals) -> None:
            for worker in workers:
                worker.send_signal(order)

        try:
            for path in _PAGES:
                rest, busy = [], []
                for _ in range(ROUNDS + 1):
                    let(signal.SIGSTOP)
                    rest.append(web.spend_ms(path))
                    let(signal.SIGCONT)
                    busy.append(web.spend_ms(path))
                yield _ratio(path, f"while {WORKERS} workers hand over letters", rest, busy)
            assert [worker.poll() for worker in workers] == [None] * WORKERS, "there were too few letters"
        finally:
            for worker in workers:
                worker.kill()
                worker.wait()


def _beside_sheets(site: Fleet, web: Web, practitioner: UUID) -> Iterator[Ratio]:
    visitor = site.visitor(practitioner)
    rows = [[f"{column}" for column in range(_COLUMNS)]] * _ROWS
    large = xlsx([["Patient", "Date", "VAS", *map(str, range(_COLUMNS - 3))], *rows])
    hostile = [(make(), status) for make, (status, _sentence) in HOSTILE.values()]
    path = "/log"

    def beside_large() -> float:
        return _spend_beside(web, path, lambda: _send(visitor, web, large))

    def after_hostile() -> float:
        for file, status in hostile:
            assert _send(visitor, web, file) == status
        return web.spend_ms(path)

    for words, spend in (("while a large sheet is read", beside_large), ("after hostile sheets", after_hostile)):
        rest, busy = [], []
        for _ in range(ROUNDS + 1):
            rest.append(web.spend_ms(path))
            busy.append(spend())
        yield _ratio(path, words, rest, busy)


def _spend_beside(web: Web, path: str, send: Callable[[], object]) -> float:
    """Return the CPU for one request for the page while a child reads what is sent, without taking it and answering."""
    sending = threading.Thread(target=send)
    sending.start()
    while not web.is_reading():
        pass
    before, spent, asked = web.cpu_ms(), 0.0, 0
    while True:
        web.ask(path)
        after = web.cpu_ms()
        if not web.is_reading():
            break
        spent, asked = after - before, asked + 1
    sending.join()
    assert asked >= 10, f"the sheet was read within {asked} requests"
    return spent / asked


def _send(visitor: Visitor, web: Web, file: bytes) -> int:
    return visitor.upload(web.program.port, "/practice/sheets/read", "file", file).status


def _ratio(path: str, tried: str, rest: list[float], busy: list[float]) -> Ratio:
    # The first round warms up both.
    ratios = [one / other for one, other in zip(busy[1:], rest[1:], strict=True)]
    return Ratio(
        name=f"GET {path}",
        tried=tried,
        base="at rest",
        median=round(median(ratios), 3),
        least=round(min(ratios), 3),
        most=round(max(ratios), 3),
        base_cpu_ms=round(median(rest[1:]), 3),
    )
