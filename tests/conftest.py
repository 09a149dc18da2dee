"""One application on one migrated database for all tests; every test begins with empty tables."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from functools import cache
from pathlib import Path

import hypothesis
import pytest
from flask import Flask
from sqlalchemy import Dialect, String, TextClause, exists, literal, select, text, union_all
from sqlalchemy.orm import Session

from firststep.extensions import db, limiter
from firststep.models import Base
from firststep.settings import Settings
from tests import cast as people
from tests.support.applications import migrated
from tests.support.databases import database_url
from tests.support.memory import quick_folder

# How long an example takes says how busy the machine is, and nothing about the program.
hypothesis.settings.register_profile("untimed", parent=hypothesis.settings(), deadline=None)
hypothesis.settings.load_profile("untimed")


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Return the settings of the tests."""
    folder: Path = tmp_path_factory.mktemp("var")
    # Each commit waits for the disk, as an operator's does; in memory that takes no time.
    with quick_folder() as quick:
        yield Settings(
            environment="test",
            demo=True,
            var_dir=folder,
            secret_key="only-for-tests-" + "x" * 32,
            database_url=database_url(quick),
            huey_url=f"sqlite:///{folder / 'queue.db'}",
            base_url="http://localhost",
        )


@pytest.fixture(scope="session")
def application(settings: Settings) -> Iterator[Flask]:
    """Return the application on a database that the migrations made."""
    with migrated(settings) as app:
        yield app


@pytest.fixture
def app(application: Flask) -> Flask:
    """Return the application with empty tables and the clock of the cast."""
    application.config["CLOCK"] = lambda: people.NOW
    with application.app_context():
        empty_tables(db.session)
    # The cast has the same ids in every test: what one of them deleted must not be deleted again in another.
    application.config["SETTINGS"].deletion_ledger.unlink(missing_ok=True)
    limiter.reset()
    return application


def empty_tables(session: Session) -> None:
    """Delete every row of every table."""
    full = set(session.scalars(_held(session.get_bind().dialect)))
    if not full:
        session.rollback()
        return
    if session.get_bind().dialect.name == "postgresql":
        names = ", ".join(f'"{name}"' for name in sorted(full))
        # The sequences go on, as SQLite's do: a number that a restored row has is not given away again. Not DELETE: it
        # leaves plans that were made for small tables, and a test with many rows then runs into the time limit.
        session.execute(text(f"TRUNCATE {names} CASCADE"))
    else:
        _empty_sqlite(session, full)
    session.commit()


def _empty_sqlite(session: Session, full: Collection[str]) -> None:
    triggers = session.execute(text("SELECT name, sql, tbl_name FROM sqlite_master WHERE type = 'trigger'")).all()
    guards = [trigger for trigger in triggers if trigger.tbl_name in full]
    # Append-only tables refuse to be emptied; only a test has reason to.
    for name, _sql, _table in guards:
        session.execute(text(f"DROP TRIGGER {name}"))
    for table in reversed(Base.metadata.sorted_tables):
        if table.name in full:
            session.execute(table.delete())
    for _name, sql, _table in guards:
        session.execute(text(sql))


@cache
def _held(dialect: Dialect) -> TextClause:
    # Only what holds something is touched: most tests write into a few tables.
    tables = Base.metadata.sorted_tables
    held = union_all(
        *(select(literal(table.name, String)).where(exists(select(1).select_from(table))) for table in tables)
    )
    # As text, because putting it together anew takes longer than running it.
    return text(str(held.compile(dialect=dialect, compile_kwargs={"literal_binds": True})))


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """Return a database session inside an application context."""
    with app.app_context():
        yield db.session


@pytest.fixture
def cast(app: Flask) -> people.Cast:
    """Return the ids of Ana, Ben, Dr Cho and Dr Dee, all stored."""
    with app.app_context():
        return people.stored_cast(db.session)


@pytest.fixture
def set_clock(app: Flask) -> Callable[[datetime], None]:
    """Return a function that sets the clock of the application."""

    def set_to(moment: datetime) -> None:
        app.config["CLOCK"] = lambda: moment

    return set_to


@pytest.fixture
def ana(app: Flask, cast: people.Cast) -> people.Browser:
    """Return a browser in which Ana is signed in."""
    return people.sign_in(app, cast.ana_user)


@pytest.fixture
def ben(app: Flask, cast: people.Cast) -> people.Browser:
    """Return a browser in which Ben is signed in."""
    return people.sign_in(app, cast.ben_user)


@pytest.fixture
def cho(app: Flask, cast: people.Cast) -> people.Browser:
    """Return a browser in which Dr Cho is signed in with a second factor."""
    return people.sign_in(app, cast.cho_user)


@pytest.fixture
def dee(app: Flask, cast: people.Cast) -> people.Browser:
    """Return a browser in which Dr Dee is signed in with a second factor."""
    return people.sign_in(app, cast.dee_user)


@pytest.fixture
def nobody(app: Flask, cast: people.Cast) -> people.Browser:
    """Return a browser in which nobody is signed in."""
    return people.sign_in(app, None)
