"""Handing over a week's letters by two workers with four connections each, to a server whose answers take 50 ms.

``LETTERS=1000 python -m bench letters`` chooses the number, ``LEVEL=discreet`` the letter, and
``TEST_DATABASE=postgresql`` the database.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bench.reports import write_report
from firststep.clinical.week import week_of
from firststep.extensions import db
from firststep.models import MailPreference, OutboxMail, Patient, User
from firststep.services.mail_preferences import change_level, find_reader
from firststep.settings import Settings
from tests import factories
from tests.support.applications import migrated
from tests.support.crowd import add_year, copy_diary
from tests.support.databases import database_url, runs_on_postgresql
from tests.support.far_smtp import FarServer, far_server
from tests.support.workers import start_worker

#: The answer of the server to each command, in seconds.
DELAY: Final = 0.05
WORKERS: Final = 2
#: The goal: 10,000 letters within ten minutes.
GOAL_PER_SECOND: Final = 10_000 / 600
_DAYS: Final = 90


@dataclass(frozen=True, kw_only=True)
class Handed:
    """What came of one run; ``cpu_ms_a_letter`` is that of the workers, their start included."""

    letters: int
    seconds: float
    per_second: float
    minutes_for_10_000: float
    cpu_ms_a_letter: float
    bytes_a_letter: float
    repeated: int


def main(name: str) -> None:
    """Measure, print and write the figures."""
    letters, level = int(os.environ.get("LETTERS") or 10_000), os.environ.get("LEVEL") or "detailed"
    handed = measure(letters, level=level)
    database = "postgresql" if runs_on_postgresql() else "sqlite"
    print(
        f"{handed.letters:,} {level} letters on {database}: {handed.per_second:.1f} a second, "
        f"{handed.minutes_for_10_000:.1f} minutes for 10,000; {handed.cpu_ms_a_letter:.1f} ms of CPU and "
        f"{handed.bytes_a_letter / 1000:.1f} kB a letter"
    )
    figures: dict[str, Any] = {"workers": WORKERS, "delay_s": DELAY, "level": level, "database": database}
    # Minutes on a machine that does other things are its minutes, not ours: how many programs wanted a core meanwhile.
    figures |= {"cores": os.cpu_count(), "load_average": [round(one, 1) for one in os.getloadavg()]}
    write_report(f"{name}-{database}", figures | {"goal_per_second": round(GOAL_PER_SECOND, 2)} | vars(handed))


def measure(letters: int, *, level: str) -> Handed:
    """Have so many letters due, and let the workers hand them over."""
    with site() as app, far_server(DELAY) as server:
        settings: Settings = app.config["SETTINGS"]
        with app.app_context():
            make_letters(db.session, letters, level=level)
            db.session.commit()
        before, started = os.times(), time.monotonic()
        workers = [start_worker(settings, server.url) for _ in range(WORKERS)]
        for worker in workers:
            assert worker.wait() == 0
        seconds, after = time.monotonic() - started, os.times()
        cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return _handed(server, letters, seconds, cpu)


def _handed(server: FarServer, letters: int, seconds: float, cpu: float) -> Handed:
    assert len(server.taken) == letters, f"{letters - len(server.taken)} letters are missing"
    return Handed(
        letters=letters,
        seconds=round(seconds, 2),
        per_second=round(letters / seconds, 2),
        minutes_for_10_000=round(seconds / letters * 10_000 / 60, 2),
        cpu_ms_a_letter=round(cpu / letters * 1000, 2),
        bytes_a_letter=round(server.mail_bytes, 1),
        repeated=sum(len(ids) - 1 for ids in server.taken.values()),
    )


@contextmanager
def site() -> Iterator[Flask]:
    """Give an application on an empty database that the migrations made."""
    with tempfile.TemporaryDirectory(prefix="firststep-bench-") as name:
        folder = Path(name)
        settings = Settings(
            environment="test",
            var_dir=folder,
            secret_key="only-for-measuring-" + "x" * 32,
            database_url=database_url(folder),
            huey_url=f"sqlite:///{folder / 'queue.db'}",
        )
        with migrated(settings) as app:
            yield app


def make_letters(session: Session, count: int, *, level: str) -> None:
    """Have so many people logged the last 90 days, and a letter about the last full week due for each."""
    now = datetime.now(UTC)
    today = now.date()
    week = week_of(today - timedelta(days=today.weekday() + 7))
    first = factories.make_patient(session, "person0@d0.example")
    factories.make_episode(session, first, "acupuncture", today - timedelta(days=42))
    add_year(session, first.id, today - timedelta(days=1), _DAYS)
    users, patients = _people(session, first, count)
    copy_diary(session, first.id)
    if level == "detailed":
        for patient_id in (first.id, *patients):
            reader = find_reader(session, patient_id)
            assert reader is not None
            change_level(session, reader, "detailed", now)
    due = now - timedelta(minutes=1)
    letter = {"kind": "weekly_summary", "parameters": {"week": week.first.isoformat()}, "state": "queued"}
    letter |= {"created_at": due, "run_at": due, "attempts": 0}
    own = [{"id": uuid4(), "user_id": user, "dedupe_key": f"bench:{user}", "message_id": user.hex} for user in users]
    session.execute(insert(OutboxMail), [letter | one for one in own])


def _people(session: Session, first: Patient, count: int) -> tuple[list[UUID], list[UUID]]:
    """Add the others as rows like the first one's; return all users, and the other patients."""
    assert first.user_id is not None
    model = session.execute(select(User.__table__).where(User.id == first.user_id)).mappings().one()
    ids = [(uuid4(), uuid4()) for _ in range(count - 1)]
    users = [
        dict(model)
        | {
            "id": user,
            "email": f"person{n}@d{n % 50}.example",
            "fs_uniquifier": user.hex,
            "fs_webauthn_user_handle": user.hex,
        }
        for n, (user, _patient) in enumerate(ids, 1)
    ]
    session.execute(insert(User.__table__), users)  # type: ignore[arg-type]
    born = {"alias": "", "created_at": factories.LONG_AGO}
    session.execute(insert(Patient), [born | {"id": patient, "user_id": user} for user, patient in ids])
    # Planned, so that a worker does nothing here but hand over.
    planned = {"next_at": datetime.now(UTC) + timedelta(days=7)}
    session.execute(insert(MailPreference), [planned | {"patient_id": patient} for _user, patient in ids])
    return [first.user_id, *(user for user, _patient in ids)], [patient for _user, patient in ids]
