"""Tries counted in Redis together over processes, in each process alone while it is away, and never an error page."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from limits import RateLimitItemPerHour
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from firststep.extensions import limiter
from firststep.settings import Settings
from firststep.web.security import limit_storage
from firststep.web.security.limit_storage import storage_options
from tests.blueprints.accounts_support import enter, visitor
from tests.support.applications import migrated
from tests.support.redis import RedisServer, redis_server

__all__ = ["redis_server"]

THREE = RateLimitItemPerHour(3)


def process(server: RedisServer) -> MovingWindowRateLimiter:
    """Return the counting of one process."""
    options = storage_options(server.url(1))
    storage = storage_from_string(options["RATELIMIT_STORAGE_URI"], **options["RATELIMIT_STORAGE_OPTIONS"])
    return MovingWindowRateLimiter(storage)


def test_only_a_redis_needs_more_than_its_address() -> None:
    assert storage_options("memory://") == {"RATELIMIT_STORAGE_URI": "memory://"}


def test_two_processes_count_together(redis_server: RedisServer) -> None:
    one, other = process(redis_server), process(redis_server)
    assert [counts.hit(THREE, "ana") for counts in (one, other, one, other)] == [True, True, True, False]
    assert not one.test(THREE, "ana")
    assert one.get_window_stats(THREE, "ana").remaining == 0
    assert other.hit(THREE, "ben")


@pytest.mark.parametrize("how", ["killed", "hanging"])
def test_without_redis_each_process_counts_alone_and_later_together_again(
    redis_server: RedisServer, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limit_storage, "_PAUSE_S", 0.2)
    one, other = process(redis_server), process(redis_server)
    assert one.hit(THREE, "ana")
    redis_server.kill() if how == "killed" else redis_server.hang()
    before = time.monotonic()
    assert [one.hit(THREE, "ana") for _ in range(4)] == [True, True, True, False]
    # Looked for again at most every pause: who waits for a hanging one waits once.
    assert time.monotonic() - before < 5
    assert other.hit(THREE, "ana")
    redis_server.kill()
    redis_server.start()
    time.sleep(0.3)
    assert [counts.hit(THREE, "ana") for counts in (one, other, one, other)] == [True, True, True, False]


@pytest.fixture
def counted_elsewhere(settings: Settings, tmp_path: Path) -> Iterator[None]:
    """Let the limiter, which is one for all applications of a process, count in memory again after the test."""
    yield
    in_memory = replace(settings, database_url=f"sqlite:///{tmp_path / 'after.db'}", ratelimit_storage_uri="memory://")
    with migrated(in_memory):
        limiter.reset()


def test_a_stranger_who_guesses_is_stopped_while_redis_is_away(
    settings: Settings, tmp_path: Path, redis_server: RedisServer, counted_elsewhere: None
) -> None:
    on_redis = replace(
        settings,
        database_url=f"sqlite:///{tmp_path / 'limits.db'}",
        ratelimit_storage_uri=redis_server.url(1),
    )
    with migrated(on_redis) as app:
        assert enter(visitor(app), "ana@example.com", "wrong").status_code == 422
        redis_server.kill()
        answers = [enter(visitor(app), "ana@example.com", "wrong").status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]
