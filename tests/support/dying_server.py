"""The real server, which ends itself by SIGKILL at the point that a file names.

`flask --app tests.support.dying_server serve` with DIES_AT=<path of the file>. The request that dies is the first one
that brings entries while the file is there; the file is renamed to <path>.hit before.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

import app as product
from firststep.extensions import db
from firststep.web import server

OPS: Final = b"POST /diary/ops "
ROWS: Final = "INSERT INTO diary_change"
#: In the order in which a request meets them.
POINTS: Final = (
    "arriving",  # its first bytes came, and nothing of it was read
    "read",  # it was read whole, and nothing was done
    "written",  # the first entry's rows were written, and not committed
    "committed",  # the first entry was committed, and nothing was said of it; the others of the batch were not begun
    "answered",  # all is committed and the answer is made; not a byte of it went out
    "answering",  # half of the answer's body went out
)

# Waitress serves a request in one thread from its first to its last line of ours.
_request = threading.local()


def create_app() -> Flask:
    """Return the application as it is, watched."""
    app = product.create_app()
    app.wsgi_app = _Watched(app.wsgi_app)  # type: ignore[method-assign]
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", _note_rows)
        event.listen(db.engine, "commit", lambda _connection: _die_with_rows("written"))
    event.listen(Session, "after_commit", lambda _session: _die_with_rows("committed"))
    server._Channel = _DyingChannel  # type: ignore[misc]
    return app


def dies_at(point: str) -> bool:
    """Tell whether the file names the point."""
    try:
        return Path(os.environ["DIES_AT"]).read_text(encoding="utf-8") == point
    except FileNotFoundError:
        return False


def die_at(point: str) -> None:
    """Kill this process if the file names the point."""
    if dies_at(point):
        named = Path(os.environ["DIES_AT"])
        named.rename(f"{named}.hit")
        os.kill(os.getpid(), signal.SIGKILL)


class _Watched:
    """Knows when a request that brings entries is read, and when its answer is made."""

    def __init__(self, wsgi_app: Callable[..., Iterable[bytes]]) -> None:
        self.wsgi_app = wsgi_app

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        _request.brings_entries = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} ".encode() == OPS
        _request.has_rows = False
        if not _request.brings_entries:
            return self.wsgi_app(environ, start_response)
        die_at("read")
        answer = list(self.wsgi_app(environ, start_response))
        die_at("answered")
        # Waitress lends its channel's method to every request.
        environ["waitress.client_disconnected"].__self__.answers_entries = True
        return answer


def _note_rows(_connection: object, _cursor: object, statement: str, *_: object) -> None:
    if statement.startswith(ROWS):
        _request.has_rows = True


def _die_with_rows(point: str) -> None:
    if getattr(_request, "brings_entries", False) and _request.has_rows:
        die_at(point)


class _DyingChannel(server._Channel):
    """A connection that is cut before a request is read, or in the middle of an answer's body."""

    answers_entries = False

    def received(self, data: bytes) -> Any:
        self.answers_entries = False
        if data.startswith(OPS):
            die_at("arriving")
        return super().received(data)

    def send(self, data: bytes, do_close: bool = True) -> Any:
        begins = data.find(b"\r\n\r\n") + 4 if data.startswith(b"HTTP/") else 0
        if self.answers_entries and begins < len(data) and dies_at("answering"):
            super().send(data[: (begins + len(data)) // 2], do_close)
            die_at("answering")
        return super().send(data, do_close)
