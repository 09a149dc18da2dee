"""Migrations beside a running site: they wait for no lock that others then wait behind, and run once."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import psycopg
import pytest
from flask import Flask

from app import create_app
from firststep import migrating
from firststep.extensions import alembic, db
from firststep.settings import Settings
from tests.support.databases import new_postgresql_database

pytestmark = pytest.mark.sqlite_only

# Revision 0016 changes the table that is read here.
READ = "SELECT count(*) FROM practitioner"


@pytest.fixture
def on_postgresql(settings: Settings) -> Settings:
    """Return settings with an empty PostgreSQL database."""
    return replace(settings, database_url=new_postgresql_database())


@contextmanager
def program(settings: Settings) -> Iterator[Flask]:
    """Give one program on the database."""
    app = create_app(settings)
    with app.app_context():
        yield app
        db.session.rollback()
        db.engine.dispose()


def upgraded_in_a_thread(settings: Settings) -> tuple[threading.Thread, list[BaseException]]:
    """Start an upgrade as another program would."""
    failed: list[BaseException] = []

    def upgrade() -> None:
        try:
            with program(settings):
                alembic.upgrade()
        except BaseException as error:  # noqa: BLE001 - the test looks at it
            failed.append(error)

    thread = threading.Thread(target=upgrade)
    thread.start()
    return thread, failed


def test_a_migration_that_has_to_wait_stops_nobody_else(
    on_postgresql: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrating, "_LOCK_PATIENCE_MS", 500)
    with program(on_postgresql):
        alembic.upgrade("0015")
    address = on_postgresql.database_url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(address) as backup, psycopg.connect(address, autocommit=True) as reader:
        # Like a backup, which holds what it has read until its end.
        backup.execute(READ)
        thread, failed = upgraded_in_a_thread(on_postgresql)
        waits = []
        end = time.monotonic() + 5
        while time.monotonic() < end:
            before = time.monotonic()
            reader.execute(READ)
            waits.append(time.monotonic() - before)
            time.sleep(0.02)
        assert thread.is_alive()
        assert max(waits) < 2
        # That somebody waited at all shows that the migration was there.
        assert max(waits) > 0.1
        backup.rollback()
        thread.join(timeout=60)
    assert failed == []
    with program(on_postgresql):
        assert {script.revision for script in alembic.current()} == {script.revision for script in alembic.heads()}


def test_several_programs_that_upgrade_at_once_do_it_once(on_postgresql: Settings) -> None:
    started = [upgraded_in_a_thread(on_postgresql) for _ in range(3)]
    for thread, _failed in started:
        thread.join(timeout=120)
    assert [failed for _thread, failed in started] == [[], [], []]
    with program(on_postgresql):
        assert {script.revision for script in alembic.current()} == {script.revision for script in alembic.heads()}


def test_a_database_is_of_an_earlier_release_of_this_one_or_of_a_later_one(app: Flask) -> None:
    with app.app_context():
        (head,) = (script.revision for script in alembic.heads())
        states = [alembic.state_of(revision) for revision in (None, "0001", head, "9999")]
    assert states == ["behind", "behind", "current", "ahead"]
