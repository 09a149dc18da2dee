"""Serves an application on a free port, with the server that production uses."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from waitress.server import create_server


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
    server = create_server(app, sockets=[listening], threads=4, clear_untrusted_proxy_headers=True)
    # `asyncore_loop_timeout` is a second; closing from the thread's own loop needs no wait longer than that.
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{listening.getsockname()[1]}"
    finally:
        server.close()
        server.task_dispatcher.shutdown()
        thread.join(timeout=5)
