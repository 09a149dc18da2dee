"""Dates and numbers as the reader's language writes them, for axes and labels."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from flask_babel import get_locale
from flask_babel import gettext as _

#: In more days than these a day and a month can come twice, as from 1 March to 1 March.
_YEAR_DAYS = 365


def _locale() -> Locale:
    return get_locale() or Locale("en")


@lru_cache(maxsize=256)
def writer(pattern: str, locale: Locale | None) -> Callable[[date], str]:
    """Return what writes dates by a pattern of Unicode TR35; the days of one year are written again and again."""
    return lru_cache(maxsize=4096)(lambda day: str(format_date(day, pattern, locale=locale)))


def written(day: date, pattern: str, locale: Locale | None) -> str:
    """Write a date by a pattern of Unicode TR35."""
    return writer(pattern, locale)(day)


def day_and_month(day: date) -> str:
    """Write a date without its year, "12 Jan"."""
    return written(day, _("d MMM"), _locale())


def day_within(day: date, period_days: int) -> str:
    """Write a date of a period: with its year, "12 Jan 2026", where a day and a month do not tell which one it is."""
    return day_and_month(day) if period_days <= _YEAR_DAYS else written(day, _("d MMM y"), _locale())


def care_and_days(care: str, first: date, last: date | None, period_days: int) -> str:
    """Name care with its first day, and with its last where it has one: "Acupuncture from 12 Jan"."""
    begins = day_within(first, period_days)
    if last is None:
        return str(_("%(care)s from %(day)s", care=care, day=begins))
    return str(_("%(care)s, %(first)s to %(last)s", care=care, first=begins, last=day_within(last, period_days)))


def month(day: date) -> str:
    """Write a month's short name, and the year where it begins, so that no axis hides a new year."""
    pattern = "y" if day.month == 1 else "LLL"
    return written(day, pattern, _locale())


def year(day: date) -> str:
    """Write a year."""
    return written(day, "y", _locale())


def points(value: Fraction | float) -> str:
    """Write points of pain, or a difference of them, with one decimal."""
    return _one_decimal(tenths(value), _locale())


def tenths(value: Fraction | float) -> Decimal:
    """Round to one decimal as it is shown everywhere, a half up: four entries often make a mean of .25 or .75."""
    exact = Decimal(value.numerator) / value.denominator if isinstance(value, Fraction) else Decimal(str(value))
    # Plus 0: no "-0.0", which would also be kept in the place of "0.0".
    return exact.quantize(Decimal("0.1"), ROUND_HALF_UP) + 0


@lru_cache(maxsize=1024)
def _one_decimal(value: Decimal, locale: Locale) -> str:
    return str(format_decimal(value, "0.0", locale=locale))
