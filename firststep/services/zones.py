"""Time zones by name: which exist, and which calendar date a person sees in one."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

_AREAS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


def zone(name: str) -> ZoneInfo:
    """Return the named time zone, or UTC when this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def local_day(moment: datetime, zone_name: str) -> date:
    """Return the calendar date that a person in the zone sees at the moment."""
    return moment.astimezone(zone(zone_name)).date()


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """Return every name that a person may choose."""
    return frozenset(available_timezones())


@lru_cache(maxsize=1)
def zone_choices() -> tuple[tuple[str, str], ...]:
    """Return (name, words) of the zones that are named after a place, and UTC."""
    places = sorted(name for name in zone_names() if name.partition("/")[0] in _AREAS)
    return (*((name, name.replace("_", " ")) for name in places), ("UTC", "UTC"))
