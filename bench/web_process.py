"""What a request costs a web process: at rest, beside some work of ours, and beside as much work of any other kind.

Two busy cores share caches and clocks, so that every program on them takes longer than beside a machine at rest. Only
beside other work of the same size one sees what ours does to a web process beyond that.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Final
from uuid import UUID

import psutil

from bench.ratio import ROUNDS, Ratio
from bench.reports import write_report
from tests.support.databases import database_url, runs_on_postgresql
from tests.support.fleet import Fleet, Program, Visitor, fleet

#: What is asked for, and how often at a time: half a second of CPU or more, which the system counts in hundredths.
PAGES: Final = {"/log": 200, "/progress": 50}

AT_REST, BESIDE_OTHER, MEANWHILE = "at rest", "beside other work of that size", "meanwhile"


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
        for _ in range(PAGES[path]):
            self.ask(path)
        return (self.cpu_ms() - before) / PAGES[path]

    def has_child(self) -> bool:
        """Tell whether it has a child at work."""
        return bool(self.process.children())


@contextmanager
def one_site() -> Iterator[Fleet]:
    """Give a site on a database of its own."""
    with tempfile.TemporaryDirectory(prefix="firststep-bench-") as name:
        folder = Path(name)
        with fleet(folder, DATABASE_URL=database_url(folder)) as site:
            yield site


def compared(path: str, words: str, ways: Mapping[str, Callable[[], float]]) -> Iterator[Ratio]:
    """Spend in all ways in turn, and compare what was spent meanwhile with each of the others.

    ``ways`` maps names to what returns CPU in ms for a request; ``words`` say what went on meanwhile.
    """
    spent: dict[str, list[float]] = {way: [] for way in ways}
    names = list(ways)
    for turn in range(ROUNDS + 1):
        # Each goes first in its turn, so that none always meets the warmer caches.
        for way in names[turn % len(names) :] + names[: turn % len(names)]:
            spent[way].append(ways[way]())
    for base in names:
        if base != MEANWHILE:
            # The first round warms up all.
            yield _ratio(path, words, base, spent[base][1:], spent[MEANWHILE][1:])


def _ratio(path: str, words: str, base: str, base_ms: list[float], meanwhile_ms: list[float]) -> Ratio:
    ratios = [one / other for one, other in zip(meanwhile_ms, base_ms, strict=True)]
    return Ratio(
        name=f"GET {path}",
        tried=words,
        base=base,
        median=round(median(ratios), 3),
        least=round(min(ratios), 3),
        most=round(max(ratios), 3),
        base_cpu_ms=round(median(base_ms), 3),
    )


def report(name: str, ratios: list[Ratio]) -> None:
    """Print the ratios and write them down."""
    for ratio in ratios:
        shown = f"{ratio.median:6.2f} × ({ratio.least:.2f}-{ratio.most:.2f})"
        print(f"{shown}  {ratio.name} {ratio.tried} / {ratio.base}")
    database = "postgresql" if runs_on_postgresql() else "sqlite"
    figures = {"unit": "ratio of the web process's CPU, median of rounds in turn", "database": database}
    # How many programs wanted a core as it ended.
    figures |= {"cores": str(os.cpu_count()), "load_average": str(round(os.getloadavg()[0], 1))}
    write_report(f"{name}-{database}", figures | {"ratios": [asdict(ratio) for ratio in ratios]})
