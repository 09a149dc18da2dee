"""Wakes the worker after a commit, so that a mail goes out at once and not at the next sweep."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from flask import current_app


def wake_worker() -> None:
    """Wake the worker that app.py put in place; without one the sweep finds the mail."""
    wake = cast("Callable[[], None] | None", current_app.extensions.get("wake_worker"))
    if wake is not None:
        wake()
