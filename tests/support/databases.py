"""Where the tests keep their data: a SQLite file, or the PostgreSQL that TEST_DATABASE_URL names."""

from __future__ import annotations

import os
from pathlib import Path


def database_url(folder: Path) -> str:
    """Return the URL of an empty database."""
    return os.environ.get("TEST_DATABASE_URL") or f"sqlite:///{folder / 'test.db'}"
