"""How a connection to Redis is set up: one that is away is known at once, and one that hangs within a second."""

from __future__ import annotations

from typing import Any

from redis.backoff import NoBackoff
from redis.retry import Retry

SCHEMES = ("redis://", "rediss://")
_PATIENCE_S = 1.0


def link_options() -> dict[str, Any]:
    """Return the arguments of a client or a pool of connections.

    One retry without a pause: a connection that a restarted Redis has closed is only noticed when it is used. The
    library by itself waits for seconds between retries, and a request would wait with it.
    """
    return {
        "socket_connect_timeout": _PATIENCE_S,
        "socket_timeout": _PATIENCE_S,
        "retry": Retry(NoBackoff(), 1),
    }
