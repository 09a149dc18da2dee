"""The whole program as a process of its own, with its real settings, on a SQLite file: to be killed and replaced."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from firststep.settings import ROOT, Settings, load_settings
from tests.support.servers import free_port

_FROM_OUTSIDE = ("PATH", "HOME", "LANG", "TMPDIR")
# A machine that has other things to do needs long to start Python.
_PATIENCE_S = 120


class ServerProcess:
    """`flask serve` on one port and one database, again and again."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.address = f"http://localhost:{self.port}"
        self.log = folder / "server.log"
        self._dies_at = folder / "dies_at"
        self._hit = folder / "dies_at.hit"
        self._environment = {
            "ENVIRONMENT": "development",
            "DEMO": "0",
            "VAR_DIR": str(folder),
            "PORT": str(self.port),
            "SECRET_KEY": "only-for-tests-" + "x" * 32,
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def settings(self) -> Settings:
        """The settings that the process reads from its environment."""
        return load_settings(self._environment)

    def start(self, root: Path = ROOT, **more: str) -> None:
        """Serve; return when the port answers.

        ``root`` is the project, or a copy of another version of it; ``more`` are settings in upper case.
        """
        watched = root / "tests" / "support" / "dying_server.py"
        module = "tests.support.dying_server" if watched.exists() else "app"
        command = [sys.executable, "-m", "flask", "--app", module, "serve", "--no-worker"]
        kept = {name: value for name, value in os.environ.items() if name in _FROM_OUTSIDE}
        environment = {**kept, **self._environment, "DIES_AT": str(self._dies_at), **more}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, cwd=root, env=environment, stdout=log, stderr=log)
        self._wait_until_served()

    def aim(self, point: str) -> None:
        """Let it die at the point of the next request that brings entries (tests/support/dying_server.py)."""
        self._hit.unlink(missing_ok=True)
        self._dies_at.write_text(point, encoding="utf-8")

    def died_at(self) -> str:
        """Wait for its death; return the point at which it killed itself."""
        assert self._process is not None
        assert self._process.wait(timeout=_PATIENCE_S) == -signal.SIGKILL
        return self._hit.read_text(encoding="utf-8")

    def kill(self) -> None:
        """End it at once, wherever it is."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _wait_until_served(self) -> None:
        end = time.monotonic() + _PATIENCE_S
        while time.monotonic() < end:
            assert self._process is not None
            assert self._process.poll() is None, self.log.read_text(encoding="utf-8")[-2000:]
            try:
                with urlopen(f"{self.address}/manifest.webmanifest", timeout=5):
                    return
            except (URLError, ConnectionError, TimeoutError):
                time.sleep(0.05)
        raise AssertionError(f"the server does not answer: {self.log.read_text(encoding='utf-8')[-2000:]}")
