"""How a practitioner's pages name a person who shares."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _

from firststep.web import clock, dates
from firststep.web.actors import current_account


def person_name(name: str, shares_since: datetime | None) -> str:
    """Return the name, or of somebody without one the day since when they share, which tells them apart."""
    if name:
        return name
    if shares_since is None:
        return _("Without a name")
    since = dates.short_date(clock.local_day(shares_since, current_account().time_zone))
    return _("Without a name, shares since %(day)s", day=since)
