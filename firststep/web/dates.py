"""Dates and moments in words: one order of day, month and year on every page.

The patterns are Unicode TR35's and go through gettext, so that a translation orders the parts as its language does.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from babel.dates import format_datetime
from flask import Flask
from flask_babel import get_locale, get_timezone
from flask_babel import gettext as _

from firststep.figures.words import writer
from firststep.services.zones import zone
from firststep.web.typography import NO_BREAK_SPACE


def long_date(day: date) -> str:
    """Write a date, "3 November 2026"."""
    return long_dates()(day)


def long_dates() -> Callable[[date], str]:
    """Return what writes dates as ``long_date`` does: a list asks for the language once."""
    return writer(_("d MMMM y"), get_locale())


def short_date(day: date) -> str:
    """Write a date where there is little room, "3 Nov 2026"."""
    return short_dates()(day)


def short_dates() -> Callable[[date], str]:
    """Return what writes dates as ``short_date`` does: a table of a year asks for the language once."""
    return writer(_("d MMM y"), get_locale())


def months_of_years() -> Callable[[date], str]:
    """Return what writes the month of a date where there is little room, "Nov 2026", which never breaks."""
    write = writer(_("LLL y"), get_locale())
    return lambda day: write(day).replace(" ", NO_BREAK_SPACE)


def init_dates(app: Flask) -> None:
    """Give templates the filter ``moment``: a moment as the reader's clock showed it."""
    app.jinja_env.filters["moment"] = lambda moment: moment_words(moment, str(get_timezone()))


def moment_words(moment: datetime, zone_name: str) -> str:
    """Write a moment as the person's clock showed it, "3 Nov 2026, 18:05"."""
    return str(format_datetime(moment, _("d MMM y, HH:mm"), tzinfo=zone(zone_name), locale=get_locale()))
