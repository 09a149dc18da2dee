"""A practitioner's list and headers in words."""

from __future__ import annotations

from datetime import date, datetime

from flask_babel import gettext as _
from flask_babel import ngettext

from firststep.web import dates
from firststep.web.actors import current_account
from firststep.web.share_words import days_left_words


def day_words(day: date) -> str:
    """Return the date in words."""
    return dates.short_date(day)


def moment_words(moment: datetime) -> str:
    """Return the moment as the practitioner's clock showed it."""
    return dates.moment_words(moment, current_account().time_zone)


def scope_words(scope: str) -> str:
    """Return what may be seen, in a few words."""
    return {"summary": _("Summary"), "charts": _("Charts"), "notes": _("Charts and notes")}[scope]


def until_words(until_on: date | None, today: date) -> str:
    """Return until when the share lasts, near its end with the days that are left of the patient's."""
    if until_on is None:
        return _("Until it is stopped")
    return " · ".join(filter(None, (day_words(until_on), days_left_words(until_on, today))))


def last_entry_words(last_entry_on: date | None, today: date) -> str:
    """Return how long ago the last entry is, in the patient's days."""
    if last_entry_on is None:
        return _("No entry yet")
    days = (today - last_entry_on).days
    if days <= 0:
        return _("Today")
    if days == 1:
        return _("Yesterday")
    return ngettext("%(num)d day ago", "%(num)d days ago", days)
