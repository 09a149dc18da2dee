"""How a practitioner's pages name a person who shares."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from flask_login import current_user

from firststep.web import clock, dates


def person_name(name: str, shares_since: datetime | None) -> str:
    """Return the name, or of somebody without one the day since when they share, which tells them apart."""
    if name:
        return name
    if shares_since is None:
        return _("Without a name")
    # At a visit nobody need be signed in.
    zone_name = current_user.time_zone if current_user.is_authenticated else "UTC"
    since = dates.short_date(clock.local_day(shares_since, zone_name))
    return _("Without a name, shares since %(day)s", day=since)
