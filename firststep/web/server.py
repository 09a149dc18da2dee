"""The web server: waitress, with the limits under which it answers although many clients are slow."""

from __future__ import annotations

import errno
import gc
import resource
import socket
from typing import Any

from flask import Flask
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import BaseWSGIServer, create_server

CONNECTIONS = 2000
# Sockets are not the only files: database, log, pipes, and what a request opens.
OTHER_FILES = 256
THREADS = 8
SILENT_CLIENT_S = 20
# The app refuses most bodies far earlier; this bounds what a client can make the server store first.
LARGEST_BODY_BYTES = 16 * 1024 * 1024
LARGEST_HEADERS_BYTES = 32 * 1024
# New objects before the garbage collector looks at the youngest of them, and rounds before it looks at older ones.
_COLLECT_AFTER = (10_000, 20, 20)


class PortTaken(Exception):
    """Another program listens there."""


class OneLengthParser(HTTPRequestParser):  # type: ignore[misc]
    """Refuses a request that says in two ways where its body ends: a proxy may believe the other one.

    The rest of what came would then be a request that the proxy never saw. Waitress by itself takes
    both headers, and overlooks one of them in HTTP/1.0.
    """

    def parse_header(self, header_plus: bytes) -> None:
        """Read the head; raise ParsingError, which is answered with 400 and the end of the connection."""
        super().parse_header(header_plus)
        # Of HTTP/1.1 the parser takes this header away; what is left is of HTTP/1.0, which does not know it.
        if "TRANSFER_ENCODING" in self.headers or (self.chunked and "CONTENT_LENGTH" in self.headers):
            raise ParsingError("The end of the body is not clear")
        if getattr(self.adj, "ending", False):
            # The answer says so too: a proxy then sends its next request to another server.
            self.headers["CONNECTION"] = "close"


class _Channel(HTTPChannel):  # type: ignore[misc]
    parser_class = OneLengthParser


def open_sockets(host: str, port: int) -> list[socket.socket]:
    """Return sockets bound to every address of the host; browsers try ::1 before 127.0.0.1 for localhost."""
    opened: list[socket.socket] = []
    try:
        for family, kind, protocol, _, address in _addresses(host, port):
            bound = _bind(family, kind, protocol, address)
            if bound:
                opened.append(bound)
    except OSError as error:
        for one in opened:
            one.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTaken from error
        raise
    if not opened:
        raise OSError(errno.EADDRNOTAVAIL, f"This machine has no address for {host}")
    return opened


def make_server(app: Flask, sockets: list[socket.socket]) -> Any:
    """Return a server on these sockets; its ``run`` serves until SystemExit."""
    listening: dict[int, Any] = {}
    server = create_server(
        app,
        map=listening,
        sockets=sockets,
        threads=THREADS,
        connection_limit=min(CONNECTIONS, _raise_file_limit() - OTHER_FILES),
        channel_timeout=SILENT_CLIENT_S,
        # The other way of waiting fails at the first connection beyond the thousandth open file.
        asyncore_use_poll=True,
        max_request_body_size=LARGEST_BODY_BYTES,
        max_request_header_size=LARGEST_HEADERS_BYTES,
        # web/requests.py trusts as many of these headers as there are proxies; that there are any tells the demo's
        # mail page that somebody from elsewhere may ask.
        clear_untrusted_proxy_headers=False,
        ident=None,
    )
    for one in listening.values():
        if isinstance(one, BaseWSGIServer):
            one.channel_class = _Channel
    return server


def settle_memory() -> None:
    """Take what the program consists of out of the garbage collector's rounds; call it once, before serving.

    A page about ten years makes tens of thousands of objects, which die with it. Each of the collector's rounds that
    they set off walked through the whole program too: about a quarter of such a page's processor time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)


def _addresses(host: str, port: int) -> list[Any]:
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)


def _bind(family: int, kind: int, protocol: int, address: Any) -> socket.socket | None:
    """Return a bound socket, or None for an address that this machine does not have."""
    try:
        made = socket.socket(family, kind, protocol)
    except OSError:
        return None
    if family == socket.AF_INET6:
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind(address)
        # Linux lets two programs bind with SO_REUSEADDR; only the second `listen` fails.
        made.listen(1024)
    except OSError as error:
        made.close()
        if error.errno == errno.EADDRNOTAVAIL:
            return None
        raise
    return made


def _raise_file_limit() -> int:
    """Let this process open as many files as the connections need, and return how many it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return wanted if soft == resource.RLIM_INFINITY else soft
