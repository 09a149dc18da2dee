"""What the capacity page is computed from: CPU of a request and of a letter, rows and bytes of a patient's year.

Server and database are processes of their own, and only their CPU counts, not that of whoever asks. Everything is
measured on both databases; ``python -m bench capacity`` takes some five minutes.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import psutil
from bs4 import BeautifulSoup
from flask_security import hash_password
from sqlalchemy import Connection, func, insert, select, text, update

from bench import letters
from bench.reports import write_report
from firststep.extensions import db
from firststep.models import Base, FootDay, Patient, Practitioner, Share, User
from firststep.services.diary_ops import apply_op
from firststep.services.diary_wire import parse_op
from tests import factories
from tests.support.crowd import add_year, copy_diary
from tests.support.fleet import Fleet, Program, Visitor, fleet
from tests.support.own_postgresql import OwnPostgreSQL, running_postgresql

_CALLS: Final = 150
_SIGN_INS: Final = 25
_SHARING: Final = 100
_YEARS: Final = 8
_CROWD: Final = 1_000
_PARTITIONS: Final = 16
_FEW_LETTERS, _MANY_LETTERS = 200, 800


def main(name: str) -> None:
    """Measure, print and write the figures."""
    figures: dict[str, Any] = {}
    for engine in ("sqlite", "postgresql"):
        with site_on(engine) as (site, database):
            figures[engine] = {"year": year_of_entries(site), "request_cpu_ms": cost_of_requests(site, database)}
            if database is not None:
                figures["blocks_of_a_patients_year"] = blocks_by_partitions(site)
            figures[engine]["memory_mb"] = memory_of_processes(site)
            print(engine, figures[engine], flush=True)
    figures["letter_cpu_ms"] = {level: cost_of_letters(level) for level in ("discreet", "detailed")}
    print(figures["letter_cpu_ms"], figures["blocks_of_a_patients_year"])
    write_report(name, figures)


@contextmanager
def site_on(engine: str) -> Iterator[tuple[Fleet, OwnPostgreSQL | None]]:
    """Give a site with one web process on the database, and the database's server where it has one."""
    with tempfile.TemporaryDirectory(prefix="firststep-bench-") as folder:
        if engine == "sqlite":
            with fleet(Path(folder)) as site:
                yield site, None
        else:
            with running_postgresql() as database, fleet(Path(folder), DATABASE_URL=database.url) as site:
                yield site, database


def year_of_entries(site: Fleet) -> dict[str, Any]:
    """Let some people log a year as phones send it; return rows, bytes and log bytes of one person's year."""
    with site.app.app_context():
        people = [factories.make_patient(db.session, f"year{number}@example.com") for number in range(_YEARS)]
        db.session.commit()
        ids = [patient.id for patient in people]
        before = _held(db.session.connection())
        db.session.rollback()
        entries = sum(_log_a_year(patient_id) for patient_id in ids)
        after = _held(db.session.connection())
        db.session.rollback()
    rows = {name: (after.rows[name] - before.rows[name]) // _YEARS for name in after.rows}
    return {
        "entries": entries // _YEARS,
        "rows": {name: count for name, count in sorted(rows.items()) if count},
        "bytes": round((after.size - before.size) / _YEARS),
        "log_bytes_an_entry": round((after.log - before.log) / entries) if after.log else None,
    }


@dataclass(frozen=True, kw_only=True)
class _Held:
    rows: dict[str, int]
    size: int
    log: int


def _held(connection: Connection) -> _Held:
    rows = {
        table.name: connection.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
    }
    if connection.dialect.name == "sqlite":
        size = text("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
        return _Held(rows=rows, size=connection.scalar(size) or 0, log=0)
    size = text(
        "SELECT sum(pg_total_relation_size(oid)) FROM pg_class"
        " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    log = text("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')")
    return _Held(rows=rows, size=int(connection.scalar(size) or 0), log=int(connection.scalar(log) or 0))


def _log_a_year(patient_id: UUID) -> int:
    """Store what somebody logs in a year, one commit for each entry; return how many entries."""
    now = datetime.now(UTC)
    count = 0
    for back in range(365):
        day = (now - timedelta(hours=12, days=back)).date()
        for entry in _entries_of_a_day(back):
            raw = {"op": str(uuid4()), "v": 1, "day": day.isoformat(), "entered_at": now.isoformat(), **entry}
            op = parse_op(raw, patient_id=patient_id, today=now.date(), zone="Europe/Berlin", now=now)
            apply_op(db.session, patient_id, op, now=now)
            db.session.commit()
            count += 1
    return count


def _entries_of_a_day(number: int) -> list[dict[str, Any]]:
    """Return two pains and the stretching; a dose each week, a note each month."""
    entries: list[dict[str, Any]] = [
        {"foot": "right", "set": {"first_step_pain": number % 11}},
        {"foot": "right", "set": {"average_pain": number % 8}},
        {"set": {"stretch_done": True, "stretch_minutes": 5, "stretch_sets": 3}},
    ]
    if number % 7 == 0:
        dose = {"id": str(uuid4()), "product": "ibuprofen", "dose_mg": 400, "form": "oral"}
        entries.append({"set": {"dose": dose}})
    if number % 30 == 0:
        entries.append({"set": {"note": "A long day on hard ground, better after sitting down for a while."}})
    return entries


def cost_of_requests(site: Fleet, database: OwnPostgreSQL | None) -> dict[str, dict[str, float]]:
    """Return the CPU of the web process, and of the database's processes, for one request of each kind."""
    patient_user, practitioner_user, share, addresses = _people(site)
    web = site.add_web()
    ana, cho = site.visitor(patient_user), site.visitor(practitioner_user)

    def get(visitor: Visitor, path: str) -> Callable[[int], None]:
        def ask(_number: int) -> None:
            assert visitor.ask(web.port, "GET", path).status == 200, path

        return ask

    def entry(number: int) -> None:
        op = {"op": str(uuid4()), "v": 1, "day": _today(), "foot": "right", "set": {"first_step_pain": number % 11}}
        assert ana.ask(web.port, "PUT", f"/diary/ops/{op['op']}", data=op).status == 200

    def sign_in(number: int) -> None:
        somebody = Visitor()
        page = BeautifulSoup(somebody.ask(web.port, "GET", "/login").text, "html.parser")
        somebody.csrf = str(page.select("meta[name=csrf-token]")[0]["content"])
        form = {"email": addresses[number], "password": factories.PASSWORD}
        assert somebody.ask(web.port, "POST", "/login", form=form).status == 302

    kinds: dict[str, tuple[Callable[[int], None], int]] = {
        "the log": (get(ana, "/log"), _CALLS),
        "one entry": (entry, _CALLS),
        "the kept days": (get(ana, "/diary/days"), _CALLS),
        "progress, 90 days": (get(ana, "/progress?days=90"), _CALLS),
        f"list of {_SHARING} patients": (get(cho, "/practice"), _CALLS),
        "a patient's chart": (get(cho, f"/practice/{share}"), _CALLS),
        "sign-in": (sign_in, _SIGN_INS),
    }
    return {kind: _cpu_ms(web, database, call, calls) for kind, (call, calls) in kinds.items()}


def _cpu_ms(web: Program, database: OwnPostgreSQL | None, call: Callable[[int], None], calls: int) -> dict[str, float]:
    assert web.process is not None
    server = psutil.Process(web.process.pid)
    # What is loaded or planned once is not the price of each.
    for number in range(3):
        call(number)
    before = _seconds([server]), _seconds(database.processes() if database else [])
    for number in range(3, 3 + calls):
        call(number)
    after = _seconds([server]), _seconds(database.processes() if database else [])
    ms = [round(1000 * (late - early) / calls, 2) for early, late in zip(before, after, strict=True)]
    return {"web": ms[0]} | ({"database": ms[1]} if database else {})


def _seconds(processes: list[psutil.Process]) -> float:
    return sum(times.user + times.system for times in (process.cpu_times() for process in processes))


def _people(site: Fleet) -> tuple[UUID, UUID, UUID, list[str]]:
    """Store a patient and a practitioner with whom many share, a year each; return who they are, and who signs in."""
    today = (datetime.now(UTC) - timedelta(hours=12)).date()
    with site.app.app_context():
        practitioner: Practitioner = factories.make_practitioner(db.session, "cho@example.com")
        patients = [factories.make_patient(db.session, f"person{number}@example.com") for number in range(_SHARING)]
        add_year(db.session, patients[0].id, today - timedelta(days=1))
        db.session.flush()
        for patient in patients:
            factories.make_episode(db.session, patient, "acupuncture", today - timedelta(days=60))
            factories.make_share(db.session, patient, practitioner, until_on=today + timedelta(days=90))
        copy_diary(db.session, patients[0].id)
        db.session.execute(update(User).values(password=hash_password(factories.PASSWORD)))
        db.session.commit()
        share = db.session.scalars(select(Share.id).where(Share.patient_id == patients[0].id)).one()
        assert patients[0].user_id is not None
        found = patients[0].user_id, practitioner.user_id, share
    return *found, [f"person{number}@example.com" for number in range(_SHARING)]


def _today() -> str:
    return (datetime.now(UTC) - timedelta(hours=12)).date().isoformat()


def memory_of_processes(site: Fleet) -> dict[str, int]:
    """Return what a web process that has answered and a worker hold in memory, shared parts by their share."""
    web = site.webs[0] if site.webs else site.add_web()
    worker = site.add_worker()
    return {"web": _memory_mb(web), "worker": _memory_mb(worker)}


def _memory_mb(program: Program) -> int:
    assert program.process is not None
    return round(psutil.Process(program.process.pid).memory_full_info().pss / 1e6)


def cost_of_letters(level: str) -> float:
    """Return the CPU of the workers for one more letter, without that of their start."""
    few, many = (letters.measure(count, level=level) for count in (_FEW_LETTERS, _MANY_LETTERS))
    cpu = many.cpu_ms_a_letter * _MANY_LETTERS - few.cpu_ms_a_letter * _FEW_LETTERS
    return round(cpu / (_MANY_LETTERS - _FEW_LETTERS), 2)


def blocks_by_partitions(site: Fleet) -> dict[str, Mapping[str, int]]:
    """Return how many blocks PostgreSQL touches, in how many tables, for one patient's year among a thousand others.

    Once in the table as it is, and once in one that is divided by a hash of the patient.
    """
    with site.app.app_context():
        first = db.session.scalars(select(FootDay.patient_id).limit(1)).one()
        born = {"alias": "", "created_at": factories.LONG_AGO}
        db.session.execute(insert(Patient), [born | {"id": uuid4()} for _ in range(_CROWD)])
        copy_diary(db.session, first)
        db.session.commit()
        connection = db.session.connection()
        connection.execute(text("CREATE TABLE divided (LIKE foot_day INCLUDING ALL) PARTITION BY HASH (patient_id)"))
        for number in range(_PARTITIONS):
            values = f"FOR VALUES WITH (MODULUS {_PARTITIONS}, REMAINDER {number})"
            connection.execute(text(f"CREATE TABLE divided_{number} PARTITION OF divided {values}"))
        connection.execute(text("INSERT INTO divided SELECT * FROM foot_day"))
        connection.execute(text("ANALYZE foot_day, divided"))
        found = {table: _touched(connection, table, first) for table in ("foot_day", "divided")}
        rows = connection.scalar(select(func.count()).select_from(FootDay)) or 0
        db.session.commit()
        return {"rows": {"foot_day": rows, "divided": rows}, **found}


def _touched(connection: Connection, table: str, patient_id: UUID) -> Mapping[str, int]:
    asked = f"SELECT day, first_step_pain FROM {table} WHERE patient_id = :patient AND day > '2000-01-01'"  # noqa: S608
    explain = text(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {asked}")
    for _ in range(2):
        (plan,) = connection.scalar(explain, {"patient": patient_id})
    scans = list(_scans(plan["Plan"]))
    blocks = plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"]
    return {"blocks": blocks, "tables": len({scan["Relation Name"] for scan in scans})}


def _scans(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "Relation Name" in node:
        yield node
    for child in node.get("Plans", ()):
        yield from _scans(child)
