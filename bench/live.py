"""The real server in a process of its own, on its own database, with one patient who has logged for some months."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from flask import Flask

from app import create_app
from firststep.extensions import alembic, db
from firststep.models import Patient
from firststep.settings import load_settings
from firststep.web import clock
from tests import cast as people
from tests import factories
from tests.support.crowd import add_year
from tools.shell import ROOT

_DAYS_LOGGED = 120
_STARTS_WITHIN_S = 60


@dataclass(kw_only=True)
class Live:
    """Where the server is, and the cookie with which the patient is signed in."""

    address: str
    cookie: tuple[str, str]
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """Let the server be gone from one moment to the next."""
        self.process.kill()
        self.process.wait()


@contextmanager
def serving_a_patient() -> Iterator[Live]:
    """Serve until the block ends."""
    with tempfile.TemporaryDirectory(prefix="firststep-live-") as folder:
        with socket.create_server(("127.0.0.1", 0)) as found:
            port = found.getsockname()[1]
        told = {"VAR_DIR": folder, "BASE_URL": f"http://localhost:{port}"}
        cookie = _signed_in(create_app(load_settings(told)))
        command = [sys.executable, "-m", "flask", "--app", "app", "serve", "--no-worker"]
        with (Path(folder) / "server.log").open("wb") as log:
            env = {**os.environ, **told, "PORT": str(port)}
            process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
        live = Live(address=told["BASE_URL"], cookie=cookie, process=process)
        try:
            _wait_for(live)
            yield live
        finally:
            live.kill()


def _signed_in(app: Flask) -> tuple[str, str]:
    now = datetime.now(UTC)
    app.test_client_class = people.Browser
    with app.app_context():
        alembic.upgrade()
        patient: Patient = factories.make_patient(db.session, "patient@example.com", zone=_zone_at_noon(now))
        today = clock.local_day(now, _zone_at_noon(now))
        factories.make_episode(db.session, patient, "acupuncture", today - timedelta(days=60))
        # Up to yesterday: today is what is tapped.
        add_year(db.session, patient.id, today - timedelta(days=1), _DAYS_LOGGED)
        db.session.commit()
        user_id = patient.user_id
        name = app.config["SESSION_COOKIE_NAME"]
    cookie = people.sign_in(app, user_id, at=now).get_cookie(name)
    assert cookie is not None
    with app.app_context():
        db.engine.dispose()
    return name, cookie.value


def _zone_at_noon(now: datetime) -> str:
    """Return a zone in which it is about noon: in the small hours the log asks first which day is meant."""
    east = 12 - now.hour
    # POSIX names count to the west.
    return f"Etc/GMT{-east:+d}" if east else "Etc/GMT"


def _wait_for(live: Live) -> None:
    end = time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < end and live.process.poll() is None:
        try:
            urlopen(f"{live.address}/healthz", timeout=5).close()
        except (URLError, ConnectionError):
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("The server did not start.")
