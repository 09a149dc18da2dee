"""The one place where blueprints, jobs and commands read the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import current_app


def now() -> datetime:
    """Return this moment in UTC; a test sets the configuration value CLOCK to a function of its own."""
    clock = cast("Callable[[], datetime] | None", current_app.config.get("CLOCK"))
    return clock() if clock else datetime.now(UTC)


def zone(name: str) -> ZoneInfo:
    """Return the named time zone, or UTC when this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def local_day(moment: datetime, zone_name: str) -> date:
    """Return the calendar date that a person in the zone sees at the moment."""
    return moment.astimezone(zone(zone_name)).date()
