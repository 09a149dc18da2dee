"""The migrations make what the models say, up and down and with data, and never delete child rows by the way."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from psycopg.errors import DeadlockDetected
from sqlalchemy import Connection, Engine, inspect

from app import create_app
from firststep.extensions import alembic, db
from firststep.migrating import ForeignKeysBroken, GuardedAlembic
from firststep.models import Base, DiaryChange, Dose, NameBeginning, Patient, Practitioner, Visit
from firststep.settings import Settings
from tests import cast as people
from tests import factories
from tests.support.databases import database_url, runs_on_postgresql
from tests.support.lists import compute_all


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Flask]:
    """Return an application on a database without any table."""
    app = create_app(
        Settings(
            environment="test",
            var_dir=tmp_path,
            secret_key="x" * 40,
            database_url=database_url(tmp_path),
            huey_url=f"sqlite:///{tmp_path / 'queue.db'}",
        )
    )
    with app.app_context():
        yield app
        db.session.rollback()
        db.engine.dispose()


def described(engine: Engine) -> dict[str, Any]:
    """Return every table's columns, keys, checks, uniques and indexes, in a form that compares."""
    look = inspect(engine)
    tables = {}
    for name in look.get_table_names():
        if name == "alembic_version":
            continue
        tables[name] = {
            "columns": sorted((c["name"], str(c["type"]), c["nullable"]) for c in look.get_columns(name)),
            "primary key": look.get_pk_constraint(name)["constrained_columns"],
            "checks": sorted((c["name"], _plain(c["sqltext"])) for c in look.get_check_constraints(name)),
            "uniques": sorted((c["name"], tuple(c["column_names"])) for c in look.get_unique_constraints(name)),
            "indexes": sorted((i["name"], tuple(i["column_names"]), i["unique"]) for i in look.get_indexes(name)),
            "foreign keys": sorted(
                (k["name"], k["referred_table"], tuple(k["constrained_columns"]), k["options"].get("ondelete"))
                for k in look.get_foreign_keys(name)
            ),
        }
    return tables


def _plain(text: str) -> str:
    return " ".join(text.replace("(", " ").replace(")", " ").split())


def test_migrated_schema_equals_the_models(empty: Flask) -> None:
    alembic.upgrade()
    migrated = described(db.engine)
    alembic.downgrade("base")
    assert described(db.engine) == {}
    with db.engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE alembic_version"))
    Base.metadata.create_all(db.engine)
    assert migrated == described(db.engine)
    assert sum(len(table["checks"]) for table in migrated.values()) > 15


def test_autogenerate_finds_nothing_to_do(empty: Flask) -> None:
    alembic.upgrade()
    assert alembic.compare_metadata() == []


def test_every_revision_goes_up_down_and_up_with_data(empty: Flask) -> None:
    alembic.upgrade()
    people.make_cast(db.session)
    db.session.rollback()
    counts = _counts()
    assert counts["foot_day"] > 30
    for script in list(alembic.script_directory.walk_revisions())[:-1]:
        alembic.downgrade(str(script.down_revision))
        alembic.upgrade(script.revision)
        # An earlier revision has not the tables of the later ones; what it has must hold what it held.
        there = _counts()
        assert there == {name: count for name, count in counts.items() if name in there}
        assert there["foot_day"] > 30
    alembic.upgrade()
    assert _counts().keys() == counts.keys()
    alembic.downgrade("base")
    alembic.upgrade()
    assert set(_counts().values()) == {0}


def test_amounts_are_kept_in_tenths_and_go_back_rounded(empty: Flask) -> None:
    alembic.upgrade("0004")
    with db.engine.begin() as connection:
        owner = patient_of_0004(connection)
        for product, amount, most in (("a", 400, 1200), ("b", None, None), ("c", 1, 10_000)):
            connection.execute(
                sa.text(
                    "INSERT INTO dose (id, patient_id, day, product, dose_mg, form, prescribed, prescribed_most_mg,"
                    " for_heart) VALUES (:id, :patient, '2026-11-23', :product, :amount, 'oral', :no, :most, :no)"
                ).bindparams(sa.bindparam("id", type_=sa.Uuid()), sa.bindparam("patient", type_=sa.Uuid())),
                {
                    "id": uuid4(),
                    "patient": owner,
                    "product": product,
                    "amount": amount,
                    "most": most,
                    "no": False,
                },
            )
    alembic.upgrade()
    doses = {dose.product: dose for dose in db.session.scalars(sa.select(Dose))}
    read = {name: (dose.dose_mg, dose.prescribed_most_mg) for name, dose in doses.items()}
    assert read == {"a": (400, 1200), "b": (None, None), "c": (1, 10_000)}
    doses["a"].dose_mg, doses["a"].prescribed_most_mg, doses["c"].dose_mg = 7.5, 1200.4, 0.1
    db.session.commit()
    alembic.downgrade("0004")
    with db.engine.begin() as connection:
        rows = connection.execute(sa.text("SELECT product, dose_mg, prescribed_most_mg FROM dose ORDER BY product"))
        assert [tuple(row) for row in rows] == [("a", 8, 1200), ("b", None, None), ("c", 1, 10_000)]
    alembic.upgrade()


def test_what_was_taken_back_before_reads_as_it_did_and_the_release_before_still_writes(empty: Flask) -> None:
    alembic.upgrade("0018")
    with db.engine.begin() as connection:
        owner = patient_of_0004(connection)
        _change_of_0018(connection, owner)
    alembic.upgrade()
    with db.engine.begin() as connection:
        _change_of_0018(connection, owner)
    change = DiaryChange(
        op_id=uuid4(), patient_id=owner, day=people.TODAY, field="note", entered_at=people.NOW, stored_at=people.NOW
    )
    change.undoes_op_id = uuid4()
    db.session.add(change)
    db.session.commit()
    read = db.session.scalars(sa.select(DiaryChange).order_by(DiaryChange.seq)).all()
    assert [(row.source, row.undoes_op_id) for row in read] == [("app", None)] * 2 + [("app", change.undoes_op_id)]
    db.session.rollback()
    alembic.downgrade("0018")
    assert _counts()["diary_change"] == 3


def _change_of_0018(connection: Connection, owner: UUID) -> None:
    connection.execute(
        sa.text(
            "INSERT INTO diary_change (op_id, patient_id, day, foot, field, entered_at, stored_at, zone, recalled,"
            " source) VALUES (:op, :owner, '2026-11-23', '', 'note', :now, :now, '', :no, 'app')"
        ).bindparams(
            sa.bindparam("op", uuid4(), type_=sa.Uuid()),
            sa.bindparam("owner", owner, type_=sa.Uuid()),
            sa.bindparam("now", factories.LONG_AGO),
            sa.bindparam("no", False),
        )
    )


def test_the_cases_of_sheets_go_down_with_their_visits_and_nobody_else(empty: Flask) -> None:
    alembic.upgrade()
    people.make_cast(db.session)
    db.session.rollback()
    before = _counts()
    with_sheet = factories.make_sheet(db.session, db.session.scalars(sa.select(Practitioner)).first())
    db.session.commit()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Visit)) == 2
    db.session.rollback()
    alembic.downgrade("0007")
    there = _counts()
    assert there == {name: count for name, count in before.items() if name in there}
    assert "visit" not in there
    alembic.upgrade()
    assert _counts() == before
    assert db.session.get(Patient, with_sheet) is None


def test_names_that_lists_had_before_are_found_by_what_they_are_found_by_now(empty: Flask) -> None:
    alembic.upgrade()
    cast = people.make_cast(db.session)
    cho = db.session.get_one(Practitioner, cast.cho)
    for number, name in enumerate(
        (
            "Zoë Müller-Łukasz",
            "Pat O’Brien",
            "山田太郎",
            "김민수",
            "\u0301",
            "".join(map(chr, range(0x4E00, 0x4E00 + 40))),
            "x-" * 60,
        )
    ):
        patient = factories.make_patient(db.session, f"{number}@example.com", name=name)
        factories.make_share(db.session, patient, cho)
    db.session.commit()
    assert compute_all(db.session) == 8
    db.session.commit()
    kept = sa.select(NameBeginning.__table__).order_by(NameBeginning.share_id, NameBeginning.beginning)
    before = db.session.execute(kept).all()
    db.session.rollback()
    assert len({row.share_id for row in before}) == 8
    alembic.downgrade("0017")
    assert "name_beginning" not in inspect(db.engine).get_table_names()
    alembic.upgrade()
    assert db.session.execute(kept).all() == before
    db.session.rollback()


@pytest.mark.skipif(not runs_on_postgresql(), reason="SQLite has one writer at a time")
def test_an_upgrade_and_an_entry_do_not_wait_for_each_other(empty: Flask) -> None:
    alembic.upgrade()
    owner = people.make_cast(db.session).ana
    db.session.commit()
    alembic.downgrade("0017")
    engine, begun, locked = db.engine, Event(), Event()

    def enter() -> None:
        # As an entry locks them: the history first, the lists last.
        with engine.begin() as connection:
            _change_of_0018(connection, owner)
            begun.set()
            assert locked.wait(timeout=20)
            connection.execute(sa.text("UPDATE triage SET revision = revision + 1"))

    def see(*given: Any) -> None:
        if given[2].startswith("LOCK TABLE triage"):
            locked.set()

    sa.event.listen(engine, "after_cursor_execute", see)
    upgrade_beside(enter, begun)
    assert _counts()["diary_change"] == 1


@pytest.mark.skipif(not runs_on_postgresql(), reason="SQLite's numbers have 64 bits from the first revision on")
def test_numbers_get_64_bits_one_table_after_the_other(empty: Flask) -> None:
    alembic.upgrade("0019")
    engine, begun, altered = db.engine, Event(), Event()
    refused: list[BaseException] = []

    def look() -> None:
        # As a request does that has noted a look at a diary and goes on to write into it.
        with engine.begin() as connection:
            connection.execute(sa.text("LOCK TABLE access_event IN ROW EXCLUSIVE MODE"))
            begun.set()
            assert altered.wait(timeout=20)
            connection.execute(sa.text("LOCK TABLE diary_change IN ROW EXCLUSIVE MODE"))

    def see(*given: Any) -> None:
        if given[2].startswith("ALTER TABLE diary_change"):
            altered.set()

    def hear(context: sa.ExceptionContext) -> None:
        refused.append(context.original_exception)

    sa.event.listen(engine, "after_cursor_execute", see)
    sa.event.listen(engine, "handle_error", hear)
    upgrade_beside(look, begun)
    assert not [error for error in refused if isinstance(error, DeadlockDetected)]
    tables = ("diary_change", "access_event", "noted_session_change")
    types = {
        table: {column["name"]: column["type"] for column in inspect(engine).get_columns(table)} for table in tables
    }
    assert {str(of["seq"]) for of in types.values()} == {"BIGINT"}
    most = sa.text("SELECT max_value FROM pg_sequences WHERE sequencename = :name")
    with engine.connect() as connection:
        assert {connection.scalar(most, {"name": f"{table}_seq_seq"}) for table in tables} == {2**63 - 1}


def upgrade_beside(request: Callable[[], None], begun: Event) -> None:
    """Upgrade while a request is on its way, which tells by ``begun`` that it has its first lock."""
    with ThreadPoolExecutor(1) as other:
        asked = other.submit(request)
        assert begun.wait(timeout=20)
        alembic.upgrade()
        asked.result(timeout=20)


def patient_of_0004(connection: Connection) -> UUID:
    """Return the id of a patient, written in the words of that revision's tables."""
    patient_id = uuid4()
    connection.execute(
        sa.text("INSERT INTO patient (id, alias, created_at) VALUES (:id, 'Tenths', :now)").bindparams(
            sa.bindparam("id", patient_id, type_=sa.Uuid()), sa.bindparam("now", factories.LONG_AGO)
        )
    )
    return patient_id


def _counts() -> dict[str, int]:
    there = inspect(db.engine).get_table_names()
    counts = {
        table.name: db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
        if table.name in there
    }
    db.session.rollback()
    return counts


def _rebuild_patient(context: Any) -> None:
    # PostgreSQL changes a table in place; only SQLite has to rebuild it.
    recreate = "always" if context.dialect.name == "sqlite" else "never"
    with context_operations(context).batch_alter_table("patient", recreate=recreate) as batch:
        batch.add_column(sa.Column("shoe_size", sa.Integer()))


def context_operations(context: Any) -> Any:
    """Return Alembic's operations on the context's connection."""
    from alembic.operations import Operations

    return Operations(context)


def test_a_rebuilt_parent_table_keeps_its_children(empty: Flask) -> None:
    alembic.upgrade()
    people.make_cast(db.session)
    db.session.rollback()
    before = _counts()

    def steps(_revision: object, context: Any) -> list[Any]:
        # As Alembic runs a step.
        with context.begin_transaction(_per_migration=True):
            _rebuild_patient(context)
        return []

    alembic.run_migrations(steps)
    assert "shoe_size" in {column["name"] for column in inspect(db.engine).get_columns("patient")}
    assert _counts() == before


@pytest.mark.sqlite_only
def test_without_the_guard_the_children_would_be_gone(empty: Flask) -> None:
    alembic.upgrade()
    people.make_cast(db.session)
    db.session.rollback()
    with db.engine.begin() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        from alembic.migration import MigrationContext

        _rebuild_patient(MigrationContext.configure(connection))
    assert _counts()["foot_day"] == 0


@pytest.mark.sqlite_only
def test_a_migration_that_orphans_rows_is_rolled_back(empty: Flask) -> None:
    alembic.upgrade()
    people.make_cast(db.session)
    db.session.rollback()
    before = _counts()

    def steps(_revision: object, context: Any) -> list[Any]:
        context.connection.execute(sa.delete(Patient.__table__))
        return []

    with pytest.raises(ForeignKeysBroken, match="rows would lose their parent"):
        alembic.run_migrations(steps)
    db.session.rollback()
    assert _counts() == before
    with db.engine.begin() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


@pytest.mark.sqlite_only
def test_an_upgrade_sets_a_private_copy_aside_first(empty: Flask, tmp_path: Path) -> None:
    alembic.upgrade("0001")
    with db.engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO practice (id, name, time_zone, triage_thresholds, sheet_mappings, created_at) "
                "VALUES ('1', 'Kept', 'UTC', '{}', '{}', '2026-01-01')"
            )
        )
    alembic.upgrade()
    copy = tmp_path / "test.db.before-upgrade-from-0001"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with closing(sqlite3.connect(copy)) as aside:
        assert aside.execute("SELECT name FROM practice").fetchall() == [("Kept",)]


def test_only_the_steps_are_told(empty: Flask, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "alembic")
    with empty.app_context():
        alembic.upgrade()
    told = [record.getMessage() for record in caplog.records]
    assert told[0].startswith("Running upgrade  -> 0001")
    assert all(text.startswith("Running upgrade ") for text in told)


def test_the_guard_is_what_the_application_uses() -> None:
    assert isinstance(alembic, GuardedAlembic)
