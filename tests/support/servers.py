"""Serves an application on a free port, with the server that production uses."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from waitress import wasyncore

from firststep.web.server import make_server


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve the application in a thread; yield its address, with a host name that passkeys accept."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    address = f"http://localhost:{listening.getsockname()[1]}"
    server = make_server(app, [listening])
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield address
    finally:
        server.task_dispatcher.shutdown()
        # Closed by the loop's own thread, which ends when nothing is left to watch. Under the lock: the loop may be
        # awake already, and must not close the pipe before it was written to.
        with server.trigger.lock:
            server.trigger.thunks.append(lambda: _close(server))
            server.trigger._physical_pull()
        thread.join(timeout=5)


def _close(server: Any) -> None:
    """Close every connection with what is on its way there, as a file that the browser did not wait for."""
    for channel in list(server.active_channels.values()):
        channel.handle_close()
    wasyncore.close_all(server._map, ignore_all=True)
