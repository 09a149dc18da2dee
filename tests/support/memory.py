"""Finds a folder in memory for databases that are thrown away: nothing in it waits for a disk."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# A PostgreSQL's log of changes takes up to a gigabyte, and so may the largest tables.
_ROOM_BYTES = 4 << 30


def folder_in_memory() -> Path | None:
    """Return a folder in memory where there is one with room: emptying the tables there takes a fifth of the time."""
    folder = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
    has_room = folder.is_dir() and os.access(folder, os.W_OK) and shutil.disk_usage(folder).free >= _ROOM_BYTES
    return folder if has_room else None


@contextmanager
def quick_folder() -> Iterator[Path]:
    """Return an empty folder, in memory if there is one, for the length of this block."""
    with tempfile.TemporaryDirectory(prefix="firststep-tests-", dir=folder_in_memory()) as folder:
        yield Path(folder)
