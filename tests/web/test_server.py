"""The server listens on both kinds of address, says when a port is taken, and answers although others are slow."""

from __future__ import annotations

import resource
import socket
from contextlib import closing
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from flask import Flask

from firststep.web.server import CONNECTIONS, PortTaken, make_server, open_sockets
from tests.support.servers import free_port, serving


def test_localhost_is_served_on_every_address_it_has() -> None:
    port = free_port()
    sockets = open_sockets("localhost", port)
    try:
        assert {one.getsockname()[1] for one in sockets} == {port}
        assert "127.0.0.1" in {one.getsockname()[0] for one in sockets}
    finally:
        for one in sockets:
            one.close()


def test_a_taken_port_is_told_apart() -> None:
    with closing(open_sockets("127.0.0.1", port := free_port())[0]), pytest.raises(PortTaken):
        open_sockets("127.0.0.1", port)


def test_a_page_is_served_and_the_server_does_not_name_itself(app: Flask) -> None:
    with serving(app) as address, urlopen(f"{address}/") as answer:
        assert answer.status == 200
        assert answer.headers["Server"] is None


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Forwarded-For": "192.0.2.7"},
        {"Forwarded": "for=192.0.2.7"},
        {"X-Real-IP": "192.0.2.7"},
        {"Via": "1.1 p"},
    ],
)
def test_the_kept_mails_are_not_shown_through_a_proxy(app: Flask, headers: dict[str, str]) -> None:
    with serving(app) as address:
        try:
            with urlopen(Request(f"{address}/dev/mail", headers=headers)) as answer:
                status = answer.status
        except HTTPError as error:
            error.close()
            status = error.code
    assert status == (404 if headers else 200)


def test_many_slow_clients_keep_nobody_out(app: Flask) -> None:
    with serving(app) as address:
        host, port = address.removeprefix("http://").split(":")
        slow = [socket.create_connection((host, int(port)), timeout=5) for _ in range(150)]
        try:
            for one in slow:
                one.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
            with urlopen(f"{address}/", timeout=5) as answer:
                assert answer.status == 200
        finally:
            for one in slow:
                one.close()


def test_there_are_more_files_than_connections(app: Flask) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        server = make_server(app, [listening])
        server.task_dispatcher.shutdown()
        server.close()
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert server.adj.connection_limit <= CONNECTIONS
    assert soft == resource.RLIM_INFINITY or soft > server.adj.connection_limit
