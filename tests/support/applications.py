"""Starts applications for tests, each on a database that the migrations made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from app import create_app
from firststep.extensions import alembic, db
from firststep.settings import Settings
from tests.cast import Browser


def outside_tests(folder: Path, database: Path) -> Settings:
    """Return the settings of a program that writes its log as outside tests, with its files in a folder of its own."""
    return Settings(
        environment="development",
        demo=True,
        var_dir=folder,
        secret_key="x" * 40,
        database_url=f"sqlite:///{database}",
        huey_url=f"sqlite:///{folder / 'queue.db'}",
        base_url="http://localhost",
    )


@contextmanager
def migrated(settings: Settings) -> Iterator[Flask]:
    """Return an application on its migrated database; leave no connection open."""
    app = create_app(settings)
    app.test_client_class = Browser
    with app.app_context():
        alembic.upgrade()
    yield app
    with app.app_context():
        db.engine.dispose()
