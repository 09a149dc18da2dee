"""A process that keeps one core busy with something of no concern to us: ``python -m bench.other_work``."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from firststep.settings import ROOT

#: Some ten thousand objects, as programs in Python make and forget them.
_DOCUMENT: Final = {f"name {at}": [at, at / 7, str(at), None, at % 2 == 0] for at in range(2_000)}


class Processes:
    """Processes that run or rest together."""

    def __init__(self, processes: list[subprocess.Popen[bytes]]) -> None:
        self._processes = processes
        self.let(go=False)

    def let(self, *, go: bool) -> None:
        """Let them go on, or halt them where they are."""
        for process in self._processes:
            process.send_signal(signal.SIGCONT if go else signal.SIGSTOP)

    def are_alive(self) -> bool:
        """Tell whether none of them came to its end."""
        return all(process.poll() is None for process in self._processes)

    def end(self) -> None:
        """End them."""
        for process in self._processes:
            process.kill()
            process.wait()


@contextmanager
def other_work(count: int) -> Iterator[Processes]:
    """Give so many processes of other work, which rest until they are let go."""
    words = [sys.executable, "-m", "bench.other_work"]
    processes = Processes([subprocess.Popen(words, cwd=ROOT) for _ in range(count)])
    try:
        yield processes
    finally:
        processes.end()


if __name__ == "__main__":
    begun_by = os.getppid()
    while os.getppid() == begun_by:
        json.loads(json.dumps(_DOCUMENT))
