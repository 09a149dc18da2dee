"""Dates and numbers as the reader's language writes them, for axes and labels."""

from __future__ import annotations

from datetime import date

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from flask_babel import get_locale
from flask_babel import gettext as _


def _locale() -> Locale:
    return get_locale() or Locale("en")


def day_and_month(day: date) -> str:
    """Write a date without its year, "12 Jan"."""
    return str(format_date(day, _("d MMM"), locale=_locale()))


def month(day: date) -> str:
    """Write a month's short name, and the year where it begins, so that no axis hides a new year."""
    pattern = "y" if day.month == 1 else "LLL"
    return str(format_date(day, pattern, locale=_locale()))


def year(day: date) -> str:
    """Write a year."""
    return str(format_date(day, "y", locale=_locale()))


def points(value: float) -> str:
    """Write a pain value or a difference with one decimal."""
    return str(format_decimal(value, "0.0", locale=_locale()))
