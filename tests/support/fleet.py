"""Several web servers and workers as processes of their own, on one database, one queue and one place for limits."""

from __future__ import annotations

import http.client
import io
import json
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from app import create_app
from firststep.extensions import alembic, db
from firststep.settings import ROOT, Settings, load_settings
from tests.cast import Browser, sign_in
from tests.support.servers import free_port

_FROM_OUTSIDE = ("PATH", "HOME", "LANG", "TMPDIR")
# A machine that has other things to do needs long to start Python.
_PATIENCE_S = 120


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a web process answered."""

    status: int
    headers: Mapping[str, str]
    text: str
    #: what the answer sets the session's cookie to; None when it leaves it alone
    cookie: str | None

    @property
    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.text)


@dataclass
class Visitor:
    """A browser of somebody: the cookie and the form token of one session, for whichever process is asked."""

    cookie: str = ""
    csrf: str = ""
    #: what the cookie is called; over TLS another than without
    name: str = "session"
    tls: bool = False

    def ask(
        self,
        port: int,
        method: str,
        path: str,
        *,
        form: Mapping[str, str] | None = None,
        data: Any = None,
        timeout_s: float = 30,
    ) -> Answer:
        """Send one request to the process on the port, and take over the cookie that it sets."""
        body: str | None = None
        kind = ""
        if form is not None:
            body, kind = urlencode(form), "application/x-www-form-urlencoded"
        if data is not None:
            body, kind = json.dumps(data), "application/json"
        return self._send(port, method, path, body, kind, timeout_s)

    def upload(self, port: int, path: str, name: str, file: bytes, *, timeout_s: float = 60) -> Answer:
        """Send a form with one file."""
        boundary, body = encode_multipart({name: FileStorage(io.BytesIO(file), "file")})
        return self._send(port, "POST", path, body, f'multipart/form-data; boundary="{boundary}"', timeout_s)

    def _send(self, port: int, method: str, path: str, body: str | bytes | None, kind: str, timeout_s: float) -> Answer:
        headers = {"Host": f"localhost:{port}", "Sec-Fetch-Site": "same-origin", "Cookie": f"{self.name}={self.cookie}"}
        if kind:
            headers["Content-Type"] = kind
        if method != "GET":
            headers["X-CSRFToken"] = self.csrf
        connection = self._connect(port, timeout_s)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            text = response.read().decode(errors="replace")
        finally:
            connection.close()
        answer = Answer(
            status=response.status,
            headers=dict(response.getheaders()),
            text=text,
            cookie=_cookie_of(response, self.name),
        )
        if answer.cookie is not None:
            self.cookie = answer.cookie
        return answer

    def _connect(self, port: int, timeout_s: float) -> http.client.HTTPConnection:
        if not self.tls:
            return http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
        # The certificate is one that the proxy made for itself.
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return http.client.HTTPSConnection("localhost", port, timeout=timeout_s, context=context)


def _cookie_of(response: http.client.HTTPResponse, wanted: str) -> str | None:
    for line in response.headers.get_all("Set-Cookie") or ():
        name, _, rest = line.partition("=")
        if name == wanted:
            return rest.partition(";")[0]
    return None


@dataclass
class Program:
    """One process of the product; it can be stopped, killed and started again."""

    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    port: int
    root: Path = ROOT
    process: subprocess.Popen[bytes] | None = None

    @property
    def serves(self) -> bool:
        """Tell whether this is a web process."""
        return "serve" in self.command

    def start(self) -> None:
        """Start it without waiting until it is ready."""
        kept = {name: value for name, value in os.environ.items() if name in _FROM_OUTSIDE}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "flask", "--app", "app", *self.command],
                cwd=self.root,
                env={**kept, **self.environment},
                stdout=log,
                stderr=log,
            )

    def wait_until_ready(self, patience_s: float = _PATIENCE_S) -> None:
        """Return when it says that it is ready; fail when it ended."""
        end = time.monotonic() + patience_s
        while not self.is_ready():
            assert self.process is not None
            assert self.process.poll() is None, self.log.read_text(encoding="utf-8")[-2000:]
            assert time.monotonic() < end, f"not ready: {self.log.read_text(encoding='utf-8')[-2000:]}"
            time.sleep(0.05)

    def is_ready(self) -> bool:
        """Ask it whether it is ready."""
        try:
            return Visitor().ask(self.port, "GET", "/readyz" if self.serves else "/healthz").status == 200
        except (OSError, http.client.HTTPException):
            return False

    def stop(self, patience_s: float = 30) -> int:
        """Ask it to end, as a service manager does; return its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=patience_s)

    def kill(self) -> None:
        """End it at once, wherever it is."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@dataclass
class Fleet:
    """All processes of one site."""

    folder: Path
    environment: dict[str, str]
    app: Flask
    #: those that requests are sent to, and all that were ever started
    programs: list[Program] = field(default_factory=list)
    started: list[Program] = field(default_factory=list)
    _turn: Iterator[int] = field(default_factory=count)

    @property
    def webs(self) -> list[Program]:
        """The web processes."""
        return [program for program in self.programs if program.serves]

    @property
    def workers(self) -> list[Program]:
        """The workers."""
        return [program for program in self.programs if not program.serves]

    def add_web(self, *options: str, root: Path = ROOT) -> Program:
        """Start one more web process; ``root`` is the project or a copy of another version of it."""
        port = free_port()
        return self._add(["serve", "--no-worker", "--port", str(port), *options], port, root)

    def add_worker(self, *options: str, root: Path = ROOT) -> Program:
        """Start one more worker, which tells on its port how it is."""
        port = free_port()
        return self._add(["worker", "--metrics", f"127.0.0.1:{port}", *options], port, root)

    def _add(self, command: Sequence[str], port: int, root: Path) -> Program:
        log = self.folder / f"{command[0]}-{port}.log"
        program = Program(command=command, environment=self.environment, log=log, port=port, root=root)
        program.start()
        self.started.append(program)
        program.wait_until_ready()
        # From now on requests are sent to it.
        self.programs.append(program)
        return program

    def next_port(self) -> int:
        """Return the web process whose turn it is."""
        return self.webs[next(self._turn) % len(self.webs)].port

    def visitor(self, user_id: UUID | None) -> Visitor:
        """Return a browser with a session of the user."""
        browser = sign_in(self.app, user_id, at=datetime.now(UTC))
        name = self.app.config["SESSION_COOKIE_NAME"]
        cookie = browser.get_cookie(name)
        assert cookie is not None
        tls = bool(self.app.config["SESSION_COOKIE_SECURE"])
        return Visitor(cookie=cookie.value, csrf=browser.csrf_token(), name=name, tls=tls)

    def logs(self) -> str:
        """Return what all processes wrote."""
        return "".join(program.log.read_text(encoding="utf-8") for program in self.programs)


@contextmanager
def fleet(folder: Path, **environment: str) -> Iterator[Fleet]:
    """Give a site whose database is migrated and on which nothing runs yet; ``environment`` are further settings."""
    told = {
        "ENVIRONMENT": "development",
        "DEMO": "0",
        "VAR_DIR": str(folder),
        "BASE_URL": "http://localhost",
        "SECRET_KEY": "only-for-tests-" + "x" * 32,
        "PYTHONUNBUFFERED": "1",
        **environment,
    }
    settings: Settings = load_settings(told)
    app = create_app(settings)
    app.test_client_class = Browser
    with app.app_context():
        alembic.upgrade()
    site = Fleet(folder, told, app)
    try:
        yield site
    finally:
        for program in site.started:
            program.kill()
        with app.app_context():
            db.engine.dispose()
