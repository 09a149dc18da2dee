"""Everything moved from SQLite to PostgreSQL and back: the same rows, new ones get new numbers, sessions go on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import create_engine, select, text

from app import create_app
from firststep.database import prepare_engine
from firststep.extensions import alembic, db
from firststep.models import Base, DiaryChange, Patient, Practitioner
from firststep.services.backup import Contents, contents
from firststep.services.moving import moved_tables
from firststep.settings import Settings
from tests import cast as people
from tests.support import whole_diary
from tests.support.applications import migrated
from tests.support.databases import new_postgresql_database
from tests.support.lists import compute_all

pytestmark = pytest.mark.sqlite_only

# What a database that rounds, trims or recodes would do.
SPOIL = """
CREATE FUNCTION spoil() RETURNS trigger AS $$ BEGIN NEW.name = NEW.name || ' '; RETURN NEW; END $$ LANGUAGE plpgsql
"""


@pytest.fixture
def embedded(settings: Settings, tmp_path: Path) -> Iterator[Flask]:
    """Return a site on SQLite with something in every table of a patient, and somebody signed in."""
    with migrated(replace(settings, database_url=f"sqlite:///{tmp_path / 'from.db'}")) as app:
        app.config["CLOCK"] = lambda: people.NOW
        with app.app_context():
            cast = people.make_cast(db.session)
            patient = db.session.get_one(Patient, cast.ben)
            practitioner = db.session.scalars(select(Practitioner).where(Practitioner.user_id == cast.cho_user)).one()
            whole_diary.write(db.session, patient, practitioner)
            # What people of a list are found by is moved too.
            db.session.get_one(Patient, cast.ana).alias = "Öz O'Hara-Ohm 山田"
            db.session.commit()
            compute_all(db.session)
            db.session.commit()
        app.extensions["cast"] = cast
        yield app


@pytest.fixture
def elsewhere() -> str:
    """Return the address of an empty PostgreSQL database."""
    return new_postgresql_database()


def run(app: Flask, *words: str, typed: str | None = None) -> Result:
    """Run a command of the application."""
    return app.test_cli_runner().invoke(args=list(words), input=typed)


def held(url: str) -> dict[str, Contents]:
    """Return rows and hash of every table that is moved."""
    engine = create_engine(url)
    prepare_engine(engine)
    with engine.connect() as connection:
        found = {table.name: contents(connection, table) for table in moved_tables()}
        connection.rollback()
    engine.dispose()
    return found


@contextmanager
def moved_to(app: Flask, url: str) -> Iterator[Flask]:
    """Give the application on the other database."""
    moved = create_app(replace(app.config["SETTINGS"], database_url=url))
    moved.test_client_class = people.Browser
    moved.config["CLOCK"] = lambda: people.NOW
    yield moved
    with moved.app_context():
        db.engine.dispose()


def test_all_rows_arrive_and_come_back(embedded: Flask, elsewhere: str, tmp_path: Path) -> None:
    here = held(embedded.config["SETTINGS"].database_url)
    assert sum(table.rows > 0 for table in here.values()) > 20
    assert here["name_beginning"].rows > 20
    done = run(embedded, "move", elsewhere.replace("postgresql+psycopg", "postgresql"))
    assert done.exit_code == 0, done.output
    rows = sum(table.rows for table in here.values())
    assert done.output.splitlines()[-1].startswith(f"{rows} rows in {len(here)} tables are the same on both.")
    assert held(elsewhere) == here
    with moved_to(embedded, elsewhere) as moved:
        back = f"sqlite:///{tmp_path / 'back.db'}"
        # From the input: an address in a command shows in lists of processes.
        done = run(moved, "move", "-", typed=f"{back}\n")
        assert done.exit_code == 0, done.output
        assert held(back) == here


def test_who_is_signed_in_stays_so_and_new_rows_get_new_numbers(embedded: Flask, elsewhere: str) -> None:
    cast: people.Cast = embedded.extensions["cast"]
    browser = people.sign_in(embedded, cast.ana_user)
    assert run(embedded, "move", elsewhere).exit_code == 0
    with moved_to(embedded, elsewhere) as moved:
        cookie = browser.get_cookie(moved.config["SESSION_COOKIE_NAME"])
        assert cookie is not None
        there = moved.test_client()
        there.csrf_raw = browser.csrf_raw
        there.set_cookie(cookie.key, cookie.value)
        assert there.get("/log").status_code == 200
        with moved.app_context():
            known = set(db.session.scalars(select(DiaryChange.seq)))
        data = {"op": "7f3a9c1e-0000-4000-8000-000000000001", "day": people.TODAY.isoformat(), "note": "moved"}
        assert there.post("/log", data=data).status_code == 303
        with moved.app_context():
            assert set(db.session.scalars(select(DiaryChange.seq))) > known


def test_a_database_that_holds_something_is_left_alone(embedded: Flask, elsewhere: str) -> None:
    assert run(embedded, "move", elsewhere).exit_code == 0
    before = held(elsewhere)
    done = run(embedded, "move", elsewhere)
    assert done.exit_code == 1
    assert "is not empty; move only into an empty database" in done.output
    assert held(elsewhere) == before


def test_a_row_that_arrives_changed_is_noticed_and_nothing_is_kept(embedded: Flask, elsewhere: str) -> None:
    with moved_to(embedded, elsewhere) as there, there.app_context():
        alembic.upgrade()
        with db.engine.begin() as connection:
            connection.execute(text(SPOIL))
            connection.execute(
                text('CREATE TRIGGER spoil BEFORE INSERT ON "user" FOR EACH ROW EXECUTE FUNCTION spoil()')
            )
    done = run(embedded, "move", elsewhere)
    assert done.exit_code == 1
    assert "The table user there does not hold what it holds here; nothing was moved." in done.output
    assert {table.rows for table in held(elsewhere).values()} == {0}


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://host/name", "URL begins with neither"),
        ("postgresql://nobody@127.0.0.1:1/none", "The tables could not be made there"),
    ],
)
def test_an_address_that_does_not_hold_is_one_sentence(embedded: Flask, url: str, said: str) -> None:
    done = run(embedded, "move", url)
    assert done.exit_code == 1
    assert done.output.startswith(f"Error: {said}")
    assert done.output.count("\n") == 1


def test_nothing_is_moved_onto_itself(embedded: Flask) -> None:
    done = run(embedded, "move", embedded.config["SETTINGS"].database_url)
    assert done.exit_code == 1
    assert "This is the database that is in use" in done.output


def test_every_table_is_moved_but_what_is_counted_anew() -> None:
    assert set(Base.metadata.tables) - {table.name for table in moved_tables()} == {"cohort_result"}
