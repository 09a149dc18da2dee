"""Where tries are counted when several processes serve: in one Redis, and in each process itself while that is away."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from limits.storage import MemoryStorage, RedisStorage

from firststep.redis_link import SCHEMES, link_options

log = structlog.get_logger("firststep")

Found = TypeVar("Found")

_PREFIX = "shared+"
# While it is away each request would wait for it again.
_PAUSE_S = 2.0


def storage_options(uri: str) -> dict[str, Any]:
    """Return Flask-Limiter's settings for what RATELIMIT_STORAGE_URI says."""
    if not uri.startswith(SCHEMES):
        return {"RATELIMIT_STORAGE_URI": uri}
    return {"RATELIMIT_STORAGE_URI": _PREFIX + uri, "RATELIMIT_STORAGE_OPTIONS": link_options()}


class SharedStorage(RedisStorage):
    """Counts in Redis; while that does not answer, in this process.

    Then each process counts for itself, so a limit is looser by as many times as there are processes: sign-in stays
    limited, and nobody gets an error page.
    """

    STORAGE_SCHEME = [f"{_PREFIX}redis", f"{_PREFIX}rediss"]  # noqa: RUF012 - declared so by the library

    def __init__(self, uri: str, **options: Any) -> None:
        super().__init__(uri.removeprefix(_PREFIX), **options)
        self._own = MemoryStorage()
        self._lock = threading.Lock()
        self._away_until = 0.0

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count, and return how many there are in this window."""
        return self._ask(
            lambda: super(SharedStorage, self).incr(key, expiry, amount), self._own.incr, key, expiry, amount
        )

    def get(self, key: str) -> int:
        """Return how many there are in this window."""
        return self._ask(lambda: super(SharedStorage, self).get(key), self._own.get, key)

    def get_expiry(self, key: str) -> float:
        """Return when the window ends."""
        return self._ask(lambda: super(SharedStorage, self).get_expiry(key), self._own.get_expiry, key)

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count if there is room in the moving window, and tell whether there was."""
        return self._ask(
            lambda: super(SharedStorage, self).acquire_entry(key, limit, expiry, amount),
            self._own.acquire_entry,
            key,
            limit,
            expiry,
            amount,
        )

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """Return when the moving window began, and how many it holds."""
        return self._ask(
            lambda: super(SharedStorage, self).get_moving_window(key, limit, expiry),
            self._own.get_moving_window,
            key,
            limit,
            expiry,
        )

    def _ask(self, redis: Callable[[], Found], own: Callable[..., Found], *arguments: Any) -> Found:
        if time.monotonic() < self._away_until:
            return own(*arguments)
        try:
            found = redis()
        except self.base_exceptions:
            self._note(away=True)
            return own(*arguments)
        if self._away_until:
            self._note(away=False)
        return found

    def _note(self, *, away: bool) -> None:
        with self._lock:
            changed = away != bool(self._away_until)
            self._away_until = time.monotonic() + _PAUSE_S if away else 0.0
        if changed:
            log.warning("redis away, this process counts tries alone" if away else "redis is back, tries are shared")
