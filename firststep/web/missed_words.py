"""Empty days in the reader's words: which they are, and the way to fill them one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_date
from babel.lists import format_list
from flask import url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

#: So many empty days are named; of more their number is told, and the first.
_NAMED = 3
#: Within so many days a weekday alone says which day is meant.
_WEEK = 7


@dataclass(frozen=True, kw_only=True)
class MissedCard:
    """The question about empty days: ``until`` is the last of them, and ``fill_href`` leads to the first."""

    title: str
    fill_href: str
    stay: str
    until: str


def missed_card(missed: Sequence[date], today: date) -> MissedCard | None:
    """Return the question about the days, None without any."""
    if not missed:
        return None
    return MissedCard(
        title=_title(missed, today),
        fill_href=day_href(missed[0]),
        stay=ngettext("It stays empty", "They stay empty", len(missed)),
        until=missed[-1].isoformat(),
    )


def next_to_fill(missed: Sequence[date], day: date, today: date) -> tuple[str, str] | None:
    """Return where to go on from a day that is being filled in, and its words; None from any other day."""
    following = next((other for other in missed if other > day), None)
    if following is None or day < missed[0] - timedelta(days=1):
        return None
    return day_href(following), _("Next empty day: %(day)s", day=day_name(following, today))


def day_href(day: date) -> str:
    """Return where the form of the day is."""
    return url_for("diary.past_day", day=day.isoformat())


def day_name(day: date, today: date) -> str:
    """Name a day by its weekday, with the date where the weekday alone could be another day."""
    pattern = _("EEEE") if (today - day).days < _WEEK else _("EEEE d MMMM")
    return str(format_date(day, pattern, locale=get_locale()))


def _title(missed: Sequence[date], today: date) -> str:
    names = [day_name(day, today) for day in missed]
    if len(names) > _NAMED:
        return _("%(count)s days are empty, the first is %(day)s.", count=len(names), day=names[0])
    days = str(format_list(names, locale=get_locale() or "en"))
    return ngettext("%(days)s is empty.", "%(days)s are empty.", len(names), days=days)
