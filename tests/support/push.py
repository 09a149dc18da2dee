"""A real push service for tests: keeps what it gets, answers as the test says, and reads a message as a phone would."""

from __future__ import annotations

import json
import secrets
import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def base64url(raw: bytes) -> str:
    """Return the bytes as browsers write them."""
    return urlsafe_b64encode(raw).decode().rstrip("=")


def unbase64url(text: str) -> bytes:
    """Return the bytes of such a text."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Device:
    """A browser with a subscription: it alone can read what is sent to its endpoint."""

    endpoint: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    def told(self) -> dict[str, Any]:
        """Return the JSON that the browser tells the server."""
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": base64url(point), "auth": base64url(self.secret)}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}

    def read(self, body: bytes) -> Any:
        """Return the decrypted message."""
        plain = http_ece.decrypt(body, private_key=self.key, auth_secret=self.secret, version="aes128gcm")
        return json.loads(plain)


@dataclass
class Got:
    """One request that the service got."""

    path: str
    headers: dict[str, str]
    body: bytes

    def claims(self, public_key: str) -> dict[str, Any]:
        """Return what the signature says, after checking it with the public key of the page."""
        scheme, _space, rest = self.headers["authorization"].partition(" ")
        assert scheme == "vapid"
        parts = dict(part.strip().split("=", 1) for part in rest.split(","))
        assert parts["k"] == public_key
        signed, _dot, signature = parts["t"].rpartition(".")
        raw = unbase64url(signature)
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unbase64url(public_key))
        numbers = (int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
        key.verify(encode_dss_signature(*numbers), signed.encode(), ec.ECDSA(SHA256()))
        claims: dict[str, Any] = json.loads(unbase64url(signed.partition(".")[2]))
        return claims


@dataclass
class PushService:
    """What arrived, and what to answer: scripted statuses are used up first, then 201; "hang" never answers."""

    port: int = 0
    got: list[Got] = field(default_factory=list)
    answers: list[int | str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def host(self) -> str:
        """Return the host and port as PUSH_LOCAL_HOST has them."""
        return f"127.0.0.1:{self.port}"

    def device(self, name: str = "phone") -> Device:
        """Return a new browser with a subscription here."""
        return Device(endpoint=f"http://{self.host}/push/{name}")


@contextmanager
def push_service() -> Iterator[PushService]:
    """Run a push service for the length of this block."""
    service = PushService()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            service.got.append(Got(path=self.path, headers=headers, body=body))
            answer = service.answers.pop(0) if service.answers else 201
            if answer == "hang":
                service.over.wait(30)
                return
            self.send_response(int(answer))
            if answer == 302:
                self.send_header("Location", f"http://{service.host}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
