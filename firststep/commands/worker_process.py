"""Keeps a worker running beside the web server, in a process of its own, and ends it with the server."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import structlog

from firststep.settings import ROOT

log = structlog.get_logger("firststep")

# A worker that lived shorter than this is started again only after a pause that grows.
SETTLED_S = 60.0
LONGEST_PAUSE_S = 60.0
PATIENCE_S = 10.0


class WorkerProcess:
    """A child process that is started again when it ends by itself."""

    def __init__(self, command: list[str] | None = None, *, first_pause_s: float = 1.0) -> None:
        self._command = command or [sys.executable, "-m", "flask", "--app", "app", "worker", "--until-stdin-closes"]
        self._pause_s = self._first_pause_s = first_pause_s
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._keeper = threading.Thread(target=self._keep, daemon=True)

    @property
    def pid(self) -> int | None:
        """Return the number of the running process."""
        with self._lock:
            return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the worker, and watch over it."""
        self._keeper.start()

    def stop(self) -> None:
        """Ask the worker to end and wait for the job it is in; a worker that hangs is killed."""
        self._stopped.set()
        with self._lock:
            if self._process and self._process.stdin:
                self._process.stdin.close()
        if self._keeper.is_alive():
            self._keeper.join(timeout=PATIENCE_S)
        with self._lock:
            if self._process and self._process.poll() is None:
                self._process.kill()
                self._process.wait()

    def _keep(self) -> None:
        while True:
            started = time.monotonic()
            with self._lock:
                if self._stopped.is_set():
                    return
                # A session of its own: Ctrl-C in the terminal is for the server, which then ends this one in order.
                self._process = subprocess.Popen(  # noqa: S603 - our own
                    self._command, cwd=ROOT, stdin=subprocess.PIPE, start_new_session=True
                )
            code = self._process.wait()
            if self._stopped.is_set():
                return
            if self._process.stdin:
                self._process.stdin.close()
            log.warning("worker ended", exit_code=code, starts_again_in_s=self._pause_s)
            self._stopped.wait(self._pause_s)
            settled = time.monotonic() - started > SETTLED_S
            self._pause_s = self._first_pause_s if settled else min(2 * self._pause_s, LONGEST_PAUSE_S)
