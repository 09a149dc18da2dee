"""A connection is durable, keeps foreign keys, and loses no update."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, select, text, update

from firststep.database import prepare_engine, reading_only
from firststep.extensions import db
from firststep.models import Practice
from tests.factories import LONG_AGO

pytestmark = pytest.mark.sqlite_only


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 5000), ("secure_delete", 1)],
)
def test_each_connection_is_set_up(app: Flask, pragma: str, value: object) -> None:
    with app.app_context(), db.engine.connect() as connection:
        assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


def test_a_new_database_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "private.db"
    engine = create_engine(f"sqlite:///{path}")
    prepare_engine(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE entry (note TEXT)")
        found = {kept.name: stat.S_IMODE(kept.stat().st_mode) for kept in tmp_path.iterdir()}
    engine.dispose()
    assert found == {"private.db": 0o600, "private.db-wal": 0o600, "private.db-shm": 0o600}


def test_many_writers_lose_no_update(app: Flask) -> None:
    with app.app_context():
        practice = Practice(name="Counter", triage_thresholds={"count": 0}, created_at=LONG_AGO)
        db.session.add(practice)
        db.session.commit()
        practice_id = practice.id
    failures: list[BaseException] = []

    def add_ten() -> None:
        try:
            with app.app_context():
                for _ in range(10):
                    row = db.session.scalars(select(Practice)).one()
                    count = row.triage_thresholds["count"]
                    db.session.execute(update(Practice).values(triage_thresholds={"count": count + 1}))
                    db.session.commit()
        except BaseException as error:  # noqa: BLE001 - whatever a thread meets belongs to the test
            failures.append(error)

    threads = [threading.Thread(target=add_ten) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with app.app_context():
        assert db.session.get_one(Practice, practice_id).triage_thresholds == {"count": 80}


def test_a_reader_takes_no_write_lock(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as writer:
        writer.execute(text("SELECT 1"))
        with reading_only(), db.engine.connect() as reader:
            assert reader.execute(text("SELECT count(*) FROM practice")).scalar() == 0
