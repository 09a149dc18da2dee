"""A relay before a server that counts every byte on the wire: headers, redirects and the service worker's own too."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass
class Relay:
    """What went through so far; `received` is what came from the server."""

    port: int
    address: str = ""
    sent: int = 0
    received: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, *, sent: int = 0, received: int = 0) -> None:
        """Add bytes; several connections do so at once."""
        with self.lock:
            self.sent += sent
            self.received += received


@contextmanager
def counting(address: str) -> Iterator[Relay]:
    """Relay to the server at the address from a port of its own."""
    relay = Relay(port=urlsplit(address).port or 80)

    class Connection(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection(("127.0.0.1", relay.port)) as server:
                back = threading.Thread(target=_copy, args=(server, self.request, lambda n: relay.count(received=n)))
                back.start()
                _copy(self.request, server, lambda n: relay.count(sent=n))
                back.join()

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Connection) as server:
        relay.address = f"http://localhost:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield relay
        finally:
            server.shutdown()
            thread.join()


def _copy(source: socket.socket, target: socket.socket, count: Callable[[int], None]) -> None:
    """Pass on what comes until one side ends the connection."""
    with suppress(OSError):
        while chunk := source.recv(65536):
            count(len(chunk))
            target.sendall(chunk)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
