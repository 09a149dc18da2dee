"""A web process that is told to end: what was begun is answered, new is refused, and it is gone in time."""

from __future__ import annotations

import re
import resource
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from firststep.commands.worker_process import PATIENCE_S as OF_WORKER
from firststep.extensions import db
from firststep.settings import ROOT
from firststep.web.ending import PATIENCE_S, Ending
from firststep.web.server import make_server
from tests import factories
from tests.fleet.test_two_servers import today_op
from tests.support.fleet import Answer, Fleet, Program, fleet

pytestmark = pytest.mark.sqlite_only


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Fleet]:
    """Return a site with one web process on SQLite."""
    with fleet(tmp_path) as site:
        site.add_web()
        yield site


@pytest.fixture
def user(alone: Fleet) -> UUID:
    """Return a patient's account."""
    with alone.app.app_context():
        patient = factories.make_patient(db.session, "ana@example.com")
        db.session.commit()
        assert patient.user_id is not None
        return patient.user_id


def end(program: Program) -> None:
    """Send SIGTERM, and return when it refuses connections."""
    assert program.process is not None
    program.process.terminate()
    until = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", program.port), timeout=1).close()
        except ConnectionError:
            return
        assert time.monotonic() < until, "it still takes connections"
        time.sleep(0.02)


def test_an_entry_that_is_being_stored_is_stored_and_answered(alone: Fleet, user: UUID) -> None:
    (web,) = alone.webs
    patient, answers = alone.visitor(user), list[Answer]()
    entry = today_op(first_step_pain=6)
    with closing(sqlite3.connect(alone.folder / "firststep.db", isolation_level=None)) as other:
        # The request waits for the lock, so it is in the middle when the signal comes.
        other.execute("BEGIN IMMEDIATE")
        asking = threading.Thread(
            target=lambda: answers.append(patient.ask(web.port, "PUT", f"/diary/ops/{entry['op']}", data=entry))
        )
        asking.start()
        time.sleep(0.5)
        end(web)
        assert asking.is_alive()
        other.execute("ROLLBACK")
        asking.join(timeout=10)
    assert [answer.status for answer in answers] == [200]
    assert answers[0].headers["Connection"] == "close"
    assert web.process is not None
    assert web.process.wait(timeout=10) == 0
    assert alone.visitor(user) is not None
    assert web.log.read_text(encoding="utf-8").rstrip().endswith("Stopped.")


def test_a_body_that_is_on_its_way_is_read_to_its_end(alone: Fleet, user: UUID) -> None:
    (web,) = alone.webs
    visitor = alone.visitor(user)
    body = f"csrf_token={visitor.csrf}&op={uuid4()}&day={today_op()['day']}&note=slow".encode()
    head = (
        f"POST /log HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\nCookie: session={visitor.cookie}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", web.port), timeout=10) as connection:
        connection.sendall(head.encode() + body[:40])
        time.sleep(0.3)
        end(web)
        time.sleep(1.5)
        connection.sendall(body[40:])
        answer = connection.recv(65536).decode()
    assert answer.startswith("HTTP/1.1 303")
    assert "Connection: close" in answer
    assert web.process is not None
    assert web.process.wait(timeout=10) == 0


def test_connections_that_ask_nothing_hold_it_up_for_no_longer_than_a_moment(alone: Fleet) -> None:
    (web,) = alone.webs
    idle = [socket.create_connection(("127.0.0.1", web.port)) for _ in range(20)]
    idle[0].sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert idle[0].recv(4096).startswith(b"HTTP/1.1 200")
    before = time.monotonic()
    assert web.stop() == 0
    assert time.monotonic() - before < 5
    for connection in idle:
        connection.close()


def test_whoever_never_finishes_a_request_is_cut_off(alone: Fleet) -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    ending = Ending(make_server(alone.app, [listening]))
    running = threading.Thread(target=ending.run, args=(1.0,))
    running.start()
    with socket.create_connection(listening.getsockname()) as connection:
        connection.sendall(b"POST /log HTTP/1.1\r\nHost: local")
        time.sleep(0.3)
        before = time.monotonic()
        ending.tell()
        running.join(timeout=10)
        assert not running.is_alive()
        assert 0.9 < time.monotonic() - before < 5


def test_the_unit_waits_longer_than_the_server_and_its_worker_take() -> None:
    unit = (ROOT / "docs" / "firststep.service").read_text(encoding="utf-8")
    (waits,) = re.findall(r"(?m)^TimeoutStopSec=(\d+)$", unit)
    assert int(waits) > PATIENCE_S + OF_WORKER


def test_more_than_a_thousand_connections_are_no_end(alone: Fleet) -> None:
    (web,) = alone.webs
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < 1600:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(1600, hard), hard))
    held: list[socket.socket] = []
    try:
        for _ in range(1200):
            held.append(socket.create_connection(("127.0.0.1", web.port), timeout=10))
            held[-1].sendall(b"GET / HTTP/1.1\r\nHost: local")
        assert web.is_ready()
    finally:
        for connection in held:
            with suppress(OSError):
                connection.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
