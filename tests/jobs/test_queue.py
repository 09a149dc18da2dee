"""Wake-ups on SQLite, on Redis and on PostgreSQL: heard by another process's worker, bounded, signed, and never in the
way of a request when the engine is away."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from firststep.jobs import queue
from firststep.jobs.queue import WakeQueue, wake
from firststep.settings import Settings
from tests.support.databases import new_postgresql_database
from tests.support.redis import RedisServer, redis_server

__all__ = ["redis_server"]

ENGINES = ("sqlite", "redis", "postgresql")


@pytest.fixture(params=ENGINES)
def on_engine(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> Settings:
    """Return settings whose HUEY_URL names the engine."""
    if request.param == "sqlite":
        return replace(settings, huey_url=f"sqlite:///{tmp_path / 'queue.db'}")
    if request.param == "postgresql":
        return replace(settings, huey_url=new_postgresql_database())
    server: RedisServer = request.getfixturevalue("redis_server")
    return replace(settings, huey_url=server.url())


@contextmanager
def heard(settings: Settings) -> Iterator[list[float]]:
    """Listen as a worker does; yield the moments of the wake-ups."""
    moments: list[float] = []
    stop, listening = threading.Event(), WakeQueue(settings)
    thread = threading.Thread(target=listening.listen, args=(lambda: moments.append(time.monotonic()), stop))
    thread.start()
    try:
        yield moments
    finally:
        stop.set()
        thread.join(timeout=10)
        assert not thread.is_alive()
        listening.close()


@contextmanager
def waking(settings: Settings) -> Iterator[WakeQueue]:
    """Give a queue as a web process has it."""
    asking = WakeQueue(settings)
    try:
        yield asking
    finally:
        asking.close()


def test_a_wake_up_of_one_process_is_heard_by_a_worker_of_another(on_engine: Settings) -> None:
    with heard(on_engine) as moments, waking(on_engine) as asking:
        for count in (1, 2, 3):
            asking.wake()
            wait_until(lambda count=count: len(moments) == count)


def test_of_two_workers_one_hears_a_wake_up(on_engine: Settings) -> None:
    with heard(on_engine) as one, heard(on_engine) as other, waking(on_engine) as asking:
        for count in range(1, 9):
            asking.wake()
            wait_until(lambda count=count: len(one) + len(other) >= count)
        assert len(one) + len(other) == 8


def test_wake_ups_that_nobody_hears_do_not_pile_up(on_engine: Settings) -> None:
    with waking(on_engine) as asking:
        for _ in range(3 * queue._MOST_WAITING):
            asking.wake()
        assert asking.waiting() == queue._MOST_WAITING


def test_what_somebody_else_wrote_into_the_queue_is_not_run(on_engine: Settings) -> None:
    with waking(replace(on_engine, secret_key="of-somebody-else-" + "y" * 32)) as foreign:
        foreign.wake()
    with heard(on_engine) as moments, waking(on_engine) as asking:
        asking.wake()
        wait_until(lambda: len(moments) == 1)
        assert asking.waiting() == 0
    assert len(moments) == 1


@pytest.mark.parametrize("how", ["killed", "hanging"])
def test_a_redis_that_is_away_costs_a_request_little_and_is_used_again(
    app: Flask, settings: Settings, redis_server: RedisServer, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_redis = replace(settings, huey_url=redis_server.url())
    with heard(on_redis) as moments, waking(on_redis) as asking:
        asking.wake()
        wait_until(lambda: len(moments) == 1)
        monkeypatch.setitem(app.extensions, "wake_queue", asking)
        redis_server.kill() if how == "killed" else redis_server.hang()
        before = time.monotonic()
        with app.app_context():
            wake()
        assert time.monotonic() - before < 5
        redis_server.kill()
        redis_server.start()
        with app.app_context():
            wake()
        wait_until(lambda: len(moments) == 2)


def wait_until(holds: Callable[[], bool], seconds: float = 15) -> None:
    """Return when the condition holds; fail after the time."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.02)
