"""One push on its way: encrypted for the device, signed for the push service, over a connection that goes nowhere else.

Only the worker imports this: pywebpush brings two HTTP libraries of which only the encryption is used here.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import cast

from py_vapid import Vapid02
from pywebpush import WebPusher

from firststep.services.push_endpoints import BadEndpoint, Endpoint, address_of, read_endpoint
from firststep.services.push_subscriptions import Subscription

TIMEOUT_SECONDS = 10.0
# Push services keep it so long for a phone that is off; a reminder of yesterday is of no use.
KEPT_SECONDS = 4 * 3600


@dataclass(frozen=True, kw_only=True)
class Signer:
    """Who sends: the private key, and an address at which the operator is reached."""

    private_key: str
    subject: str


class _Pinned(http.client.HTTPSConnection):
    """A connection to an address that was looked at before, under the name that was asked for."""

    def __init__(self, endpoint: Endpoint, address: str) -> None:
        super().__init__(endpoint.host, endpoint.port, timeout=TIMEOUT_SECONDS)
        self._endpoint, self._address = endpoint, address
        self.was_cut = False

    def connect(self) -> None:
        """Connect to the address and to no other one."""
        self.sock = socket.create_connection((self._address, self._endpoint.port), TIMEOUT_SECONDS)
        if self._endpoint.scheme == "https":
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self._endpoint.host)

    def cut(self) -> None:
        """End whatever it waits for."""
        # Said first: who waits goes on the moment the socket is shut.
        self.was_cut = True
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)


def send(to: Subscription, payload: bytes, signer: Signer, *, local_host: str) -> str:
    """Return "delivered" or "gone", or else why it was not: "status_429", "timeout", "refused_address", "network"."""
    try:
        endpoint = read_endpoint(to.endpoint, local_host=local_host)
        address = address_of(endpoint)
    except BadEndpoint:
        return "refused_address"
    except (OSError, UnicodeError):
        return "network"
    keys = {"p256dh": to.p256dh, "auth": to.auth}
    body = cast(bytes, WebPusher({"endpoint": to.endpoint, "keys": keys}).encode(payload)["body"])
    headers = _headers(endpoint, signer)
    connection = _Pinned(endpoint, address)
    # Each step of a connection has its own patience; this ends a service that answers letter by letter.
    watch = threading.Timer(TIMEOUT_SECONDS, connection.cut)
    watch.start()
    try:
        connection.request("POST", endpoint.path, body=body, headers=headers)
        return _outcome(connection.getresponse().status)
    except TimeoutError:
        return "timeout"
    except (OSError, http.client.HTTPException):
        return "timeout" if connection.was_cut else "network"
    finally:
        watch.cancel()
        connection.close()


def _headers(endpoint: Endpoint, signer: Signer) -> dict[str, str]:
    key = Vapid02.from_string(signer.private_key)
    signed = key.sign({"aud": endpoint.origin, "sub": signer.subject})
    return {
        "Authorization": str(signed["Authorization"]),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(KEPT_SECONDS),
        "Urgency": "normal",
        # A newer one takes the place of one that waits: a phone that was off shows one and not three.
        "Topic": "reminder",
    }


def _outcome(status: int) -> str:
    if 200 <= status < 300:
        return "delivered"
    return "gone" if status in (404, 410) else f"status_{status}"
