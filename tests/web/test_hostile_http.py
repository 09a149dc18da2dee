"""Requests that no browser sends: odd paths, large heads, two answers to where a body ends, two hosts.

They go over a socket to the server that production uses, because a test client would mend or refuse most of them.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress

import pytest
from flask import Flask

from firststep.web.server import LARGEST_BODY_BYTES, LARGEST_HEADERS_BYTES
from tests.support.servers import serving

SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture
def port(app: Flask) -> Iterator[int]:
    """Return the port on which the application is served."""
    with serving(app) as address:
        yield int(address.rpartition(":")[2])


def ask(port: int, request: bytes) -> bytes:
    """Send the bytes; return everything that comes until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        answer = b""
        # The server may answer, and close, before it has read the end.
        with suppress(ConnectionError):
            connection.sendall(request)
        with suppress(ConnectionError):
            while part := connection.recv(65536):
                answer += part
    return answer


def get(path: bytes, *headers: bytes) -> bytes:
    """Return a request for the path after which the server closes."""
    return b"\r\n".join([b"GET " + path + b" HTTP/1.1", b"Host: localhost", *headers, b"Connection: close", b"", b""])


def status_of(answer: bytes) -> int:
    """Return the status of the first answer."""
    return int(answer.split(b" ", 2)[1])


@pytest.mark.parametrize(
    "path",
    [
        b"/static/..%2fapp.py",
        b"/static/../app.py",
        b"/static/%2e%2e/app.py",
        b"/static/..%5capp.py",
        b"/static//etc/passwd",
        b"/static/dist/%00",
        b"/%00",
        b"/invitation/%00",
        b"/" + b"x" * 8192,
        b"/invitation/" + b"9" * 8192,
        b"/%ff%fe",
        b"/%c0%ae%c0%ae/app.py",
        b"/invitation/%ed%a0%80",
        b"/invitation/%ff",
        b"/caf\xe9",
        b"//evil.example/log",
        b"/%0d%0aSet-Cookie:%20a=b",
    ],
)
def test_an_odd_path_is_refused_without_a_trace(port: int, path: bytes) -> None:
    answer = ask(port, get(path))
    assert status_of(answer) in (400, 404)
    assert b"Traceback" not in answer
    assert b"create_app" not in answer
    assert b"\nSet-Cookie: a=b" not in answer
    assert b"root:" not in answer


@pytest.mark.parametrize(
    ("request_head", "statuses"),
    [
        (get(b"/", b"X-Large: " + b"x" * 2 * LARGEST_HEADERS_BYTES), {400, 431}),
        (get(b"/", b"Cookie: " + b"; ".join(b"c%d=%s" % (n, b"v" * 40) for n in range(1000))), {400, 431}),
        (get(b"/", *(b"X-%d: y" % n for n in range(5000))), {400, 431}),
        (get(b"/", b"Host: evil.example"), {400}),
        (get(b"/").replace(b"Host: localhost", b"Host: evil.example"), {400}),
        (get(b"/").replace(b"Host: localhost", b"Host: localhost\x00.evil.example"), {400}),
        (get(b"/", b"No colon in this line"), {400}),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", {400}),
    ],
    ids=["64 kB header", "1,000 cookies", "5,000 headers", "two hosts", "host", "host with NUL", "no colon", "TLS"],
)
def test_an_odd_head_is_refused_and_the_connection_closed(port: int, request_head: bytes, statuses: set[int]) -> None:
    answer = ask(port, request_head)
    assert status_of(answer) in statuses
    assert b"Traceback" not in answer


@pytest.mark.parametrize(
    "headers",
    [
        [b"Content-Length: 4", b"Transfer-Encoding: chunked"],
        [b"Transfer-Encoding: chunked", b"Content-Length: 4"],
        [b"Content-Length: 4", b"Content-Length: 400"],
        [b"Content-Length: +4"],
        [b"Content-Length: 4_0"],
        [b"Transfer-Encoding: chunked, identity"],
        [b"Transfer-Encoding: xchunked"],
    ],
    ids=lambda headers: b" and ".join(headers).decode(),
)
def test_a_second_request_is_not_smuggled_in_a_body(port: int, headers: list[bytes]) -> None:
    for version in (b"HTTP/1.1", b"HTTP/1.0"):
        first_line = b"POST /login " + version
        head = b"\r\n".join([first_line, b"Host: localhost", b"Connection: keep-alive", *headers, b"", b""])
        answer = ask(port, head + b"0\r\n\r\n" + SMUGGLED)
        assert answer.count(version + b" ") == 1
        assert status_of(answer) in (400, 501)


def test_a_body_that_is_announced_too_large_is_not_waited_for(port: int) -> None:
    head = b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % (LARGEST_BODY_BYTES + 1)
    assert status_of(ask(port, head)) == 413


def test_a_body_that_breaks_off_stores_nothing_and_the_next_request_is_answered(port: int) -> None:
    head = b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 400\r\n\r\nemail="
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(head)
    assert status_of(ask(port, get(b"/"))) == 200
