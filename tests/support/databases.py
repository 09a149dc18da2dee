"""Gives tests an empty database: a SQLite file, or with TEST_DATABASE=postgresql one on a real PostgreSQL."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import uuid4

import psycopg
from sqlalchemy import make_url

from tests.support.postgresql import server_url


def runs_on_postgresql() -> bool:
    """Tell whether this run is the one on PostgreSQL."""
    return os.environ.get("TEST_DATABASE") == "postgresql" or bool(os.environ.get("TEST_DATABASE_URL"))


def database_url(folder: Path) -> str:
    """Return the URL of an empty database; the SQLite one lies in the folder."""
    return new_postgresql_database() if runs_on_postgresql() else f"sqlite:///{folder / 'test.db'}"


def new_postgresql_database() -> str:
    """Make a database on the test server and return its URL."""
    name = f"firststep_test_{uuid4().hex}"
    url = make_url(server_url())
    with psycopg.connect(
        url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True
    ) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return url.set(drivername="postgresql+psycopg", database=name).render_as_string(hide_password=False)
