"""`serve` runs web and worker as real processes, and both end together and cleanly."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psutil
import pytest

from firststep.commands.worker_process import WorkerProcess
from firststep.settings import ROOT
from tests.support.servers import free_port
from tests.support.waiting import wait_until

pytestmark = pytest.mark.sqlite_only

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Return a function that starts `serve` on a new database."""
    started: list[subprocess.Popen[str]] = []

    def begin(port: int, *options: str, **more: str) -> subprocess.Popen[str]:
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
        command = [sys.executable, "-m", "flask", "--app", "app", "serve", *options]
        env = {**kept, "VAR_DIR": str(tmp_path), "PORT": str(port), "ENVIRONMENT": "development", **more}
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=env,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_web_and_worker_start_together_and_stop_cleanly(start: Start, number: signal.Signals) -> None:
    port = free_port()
    process = start(port, "--upgrade")
    wait_for_page(port, process)
    worker = only_child(process)
    process.send_signal(number)
    output, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "Traceback" not in output
    assert f"http://localhost:{port}" in output
    assert "make demo" in output
    assert f"mails stay on this machine: http://localhost:{port}/dev/mail" in output
    assert output.rstrip().endswith("Stopped.")
    assert not worker.is_running()


def test_ctrl_c_in_the_terminal_while_the_worker_starts_shows_no_fault(start: Start) -> None:
    port = free_port()
    process = start(port, "--upgrade")
    wait_for_page(port, process)
    # A terminal sends it to the whole group, and the worker is still loading its modules.
    os.killpg(process.pid, signal.SIGINT)
    output, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "Traceback" not in output
    assert output.rstrip().endswith("Stopped.")


def test_the_worker_ends_when_the_server_is_killed(start: Start) -> None:
    port = free_port()
    process = start(port, "--upgrade")
    wait_for_page(port, process)
    worker = only_child(process)
    process.kill()
    assert not psutil.wait_procs([worker], timeout=20)[1]


def test_a_taken_port_is_one_sentence(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        output, _ = start(port, "--upgrade").communicate(timeout=30)
    assert output.strip() == f"Error: Port {port} is taken by another program; choose one: PORT={port + 1}"


def test_a_database_of_another_version_is_not_served(start: Start) -> None:
    process = start(free_port())
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "flask --app app db upgrade" in output


def test_a_database_that_is_away_is_one_sentence(start: Start) -> None:
    process = start(free_port(), "--upgrade", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert output.strip() == "Error: The database does not answer; is it running, and is DATABASE_URL right?"


def test_a_worker_that_dies_is_started_again(tmp_path: Path) -> None:
    lives = tmp_path / "lives"
    program = f"import os; open({str(lives)!r}, 'a').write('x'); os._exit(1)"
    worker = WorkerProcess([sys.executable, "-c", program], first_pause_s=0.01)
    worker.start()
    try:
        wait_until(lambda: lives.exists() and len(lives.read_text(encoding="utf-8")) >= 3)
    finally:
        worker.stop()
    count = len(lives.read_text(encoding="utf-8"))
    time.sleep(0.3)
    assert len(lives.read_text(encoding="utf-8")) == count


def only_child(process: subprocess.Popen[str]) -> psutil.Process:
    """Return the worker, once it runs our code and not only Python's start."""
    parent = psutil.Process(process.pid)
    wait_until(lambda: len(parent.children()) == 1)
    return parent.children()[0]


def wait_for_page(port: int, process: subprocess.Popen[str]) -> None:
    """Return when the first page is served."""

    def served() -> bool:
        assert process.poll() is None, process.communicate()[0]
        try:
            with urlopen(f"http://localhost:{port}/", timeout=5) as answer:
                return bool(answer.status == 200)
        except (URLError, ConnectionError):
            return False

    wait_until(served)
