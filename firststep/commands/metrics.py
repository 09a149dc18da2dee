"""The port of one process for monitoring: ``--metrics HOST:PORT`` of ``serve`` and ``worker``."""

from __future__ import annotations

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import click
from flask import Flask
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from firststep.extensions import db
from firststep.web.metrics import count_database_errors


class Address(click.ParamType[tuple[str, int]]):
    """HOST:PORT, such as 127.0.0.1:9100 or [::1]:9100."""

    name = "host:port"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, int]:
        """Return host and port."""
        if isinstance(value, tuple):
            return value
        host, _, port = str(value).rpartition(":")
        if not (host and port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            self.fail(f"{value!r} is no HOST:PORT; write it like 127.0.0.1:9100.", param, ctx)
        return host.strip("[]"), int(port)


metrics_option = click.option(
    "--metrics",
    type=Address(),
    metavar="HOST:PORT",
    help="Show figures for Prometheus there, at /metrics: a port that only monitoring can reach.",
)


def new_registry(app: Flask) -> CollectorRegistry:
    """Return a registry that counts what the process uses and what fails in its database."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    with app.app_context():
        count_database_errors(db.engine, registry)
    return registry


def show_metrics(address: tuple[str, int], registry: CollectorRegistry) -> None:
    """Answer at the address from now on, beside whatever else the process does."""

    class Page(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            """Answer /metrics, and /healthz: that it is answered at all is the sign of life."""
            if self.path == "/metrics":
                self._say(200, CONTENT_TYPE_PLAIN_0_0_4, generate_latest(registry))
            elif self.path == "/healthz":
                self._say(200, "text/plain", b"ok\n")
            else:
                self._say(404, "text/plain", b"There are /metrics and /healthz.\n")

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the library's
            """Write nothing: who monitors asks every few seconds."""

        def _say(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET

    try:
        server = Server(address, Page)
    except OSError as error:
        raise click.ClickException(f"{address[0]}:{address[1]} cannot be listened on: {error.strerror}.") from None
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
