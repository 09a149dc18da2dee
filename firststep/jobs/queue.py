"""Wakes the worker through Huey. What there is to do stands in the outbox: a lost wake-up costs a minute, no mail."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, cast

import psycopg
from flask import Flask, current_app
from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey
from huey.consumer import Worker
from huey.serializer import SignedSerializer
from redis import ConnectionPool

from firststep.redis_link import SCHEMES, link_options
from firststep.settings import Settings

_LOG = logging.getLogger(__name__)
_NAME = "firststep"
# No request waits longer than this for a queue that does not answer.
_PATIENCE_SECONDS = 1
# With nobody listening, more wake-ups than this would only fill the queue.
_MOST_WAITING = 20


class WakeQueue:
    """The queue of one application: ``wake`` on one side, ``listen`` on the other."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._huey: Huey | None = None
        self._on_wake: Callable[[], None] = lambda: None

    def wake(self) -> None:
        """Ask the worker to look at the outbox now."""
        with self._lock:
            if self._connected().pending_count() < _MOST_WAITING:
                self._task()

    def waiting(self) -> int:
        """Return how many wake-ups nobody has heard yet."""
        with self._lock:
            return int(self._connected().pending_count())

    def listen(self, on_wake: Callable[[], None], stop: threading.Event) -> None:
        """Call ``on_wake`` for each wake-up until ``stop`` is set; an engine that is away is tried again."""
        self._on_wake = on_wake
        while not stop.is_set():
            try:
                with self._lock:
                    huey = self._connected()
                worker = Worker(huey=huey, stop_flag=stop, default_delay=0.1, max_delay=1.0, backoff=1.5)
                while not stop.is_set():
                    worker.loop()
            except Exception:  # noqa: BLE001 - whatever the engine raises, the minute's sweep goes on without it
                _LOG.warning("The queue does not answer; the worker looks at the outbox every minute.", exc_info=True)
                stop.wait(30)
        with self._lock:
            if self._huey is not None:
                # From this thread: the connection on which PostgreSQL tells of wake-ups is the thread's own.
                self._huey.storage.close()

    def close(self) -> None:
        """Let go of the connection."""
        with self._lock:
            if self._huey is not None:
                self._huey.storage.close()
                if isinstance(self._huey, RedisHuey):
                    self._huey.storage.pool.disconnect()
                self._huey = None

    def _connected(self) -> Huey:
        if self._huey is None:
            self._huey = _make_huey(self._settings)
            self._task = self._huey.task(name="wake_up")(self._woken)
        return self._huey

    def _woken(self) -> None:
        self._on_wake()


class _OnceAMinute(logging.Filter):
    """Lets one message a minute through: Huey's loop tells at each look that the queue is away."""

    def __init__(self) -> None:
        super().__init__()
        self._next_at = 0.0

    def filter(self, _record: logging.LogRecord) -> bool:
        now = time.monotonic()
        if now < self._next_at:
            return False
        self._next_at = now + 60
        return True


_ONCE_A_MINUTE = _OnceAMinute()


def init_queue(app: Flask) -> None:
    """Give the application its queue; nothing is opened before the first use."""
    logging.getLogger("huey.consumer.Worker").addFilter(_ONCE_A_MINUTE)
    app.extensions["wake_queue"] = WakeQueue(app.config["SETTINGS"])
    app.extensions["wake_worker"] = wake


def queue_of(app: Flask) -> WakeQueue:
    """Return the application's queue."""
    return cast(WakeQueue, app.extensions["wake_queue"])


def wake() -> None:
    """Wake the worker after a commit; a queue that is away never fails the request."""
    try:
        queue_of(current_app).wake()
    except Exception:  # noqa: BLE001 - the mail is safe in the outbox and goes out with the next sweep
        _LOG.warning("The worker could not be woken; the next sweep finds the mail.", exc_info=True)


def _make_huey(settings: Settings) -> Huey:
    url = settings.huey_url
    # Signed, because the engine's default format would run whatever somebody writes into the queue.
    common: dict[str, Any] = {"serializer": SignedSerializer(secret=settings.secret_key), "results": False}
    if url.startswith("sqlite:///"):
        return SqliteHuey(_NAME, filename=url.removeprefix("sqlite:///"), timeout=_PATIENCE_SECONDS, **common)
    if url.startswith(SCHEMES):
        # Looked at again and again, as the others are: a blocking wait is longer than a hanging Redis may take.
        pool = ConnectionPool.from_url(url, **link_options())
        return RedisHuey(_NAME, connection_pool=pool, blocking=False, **common)
    if url.startswith("postgresql"):
        dsn = url.replace("postgresql+psycopg://", "postgresql://", 1)
        patience: dict[str, Any] = {"connect_timeout": _PATIENCE_SECONDS + 1}
        with psycopg.connect(dsn, autocommit=True, **patience) as connection:
            # Of two processes that start at once both would find the tables missing, and one fail to make them.
            connection.execute("SELECT pg_advisory_lock(hashtext('huey'))")
            return PostgresHuey(_NAME, dsn=dsn, **patience, **common)
    raise ValueError("HUEY_URL must begin with sqlite:///, redis:// or postgresql://.")
