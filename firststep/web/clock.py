"""The one place where blueprints, jobs and commands read the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import cast

from flask import current_app

from firststep.services.zones import local_day, zone

__all__ = ["local_day", "now", "zone"]


def now() -> datetime:
    """Return this moment in UTC; a test sets the configuration value CLOCK to a function of its own."""
    clock = cast("Callable[[], datetime] | None", current_app.config.get("CLOCK"))
    return clock() if clock else datetime.now(UTC)
