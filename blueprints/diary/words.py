"""Dates and values of the diary in the reader's words."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_decimal
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from firststep.clinical.measures import ITEM_OF
from firststep.services.diary_entry import from_text
from firststep.services.diary_events import event_from_text
from firststep.services.diary_history import HistoryLine
from firststep.web.event_words import event_name, event_words


def day_words(day: date, today: date) -> str:
    """Return the date with its weekday, and the year unless it is this one."""
    # A pattern of Unicode TR35, so that a translation orders the parts as its language does.
    pattern = _("EEEE d MMMM") if day.year == today.year else _("EEEE d MMMM y")
    return format_date(day, pattern, locale=get_locale())


def short_day(day: date) -> str:
    """Return the weekday and the day of the month, short."""
    return format_date(day, _("EEE d"), locale=get_locale())


def relative_day(day: date, today: date) -> str:
    """Return "Today", "Yesterday" or nothing."""
    return {today: _("Today"), today - timedelta(days=1): _("Yesterday")}.get(day, "")


def foot_words(foot: str) -> str:
    """Return the name of the foot."""
    return {"left": _("Left foot"), "right": _("Right foot")}.get(foot, "")


def field_words(field: str) -> str:
    """Return the name of a field of the diary, or of a kind of dated thing."""
    return str(_(ITEM_OF[field].label)) if field in ITEM_OF else event_name(field)


def value_words(line: HistoryLine, text: str | None) -> str:
    """Return a value of the history in words."""
    if text is None:
        return _("not recorded")
    if line.field not in ITEM_OF:
        event = event_from_text(line.field, line.day, text)
        return event_words(event) if event else ""
    item = ITEM_OF[line.field]
    if item.kind == "pain":
        return pain_words(int(text))
    if item.csv_words == ("done", "not_done"):
        return _("done") if text == "yes" else _("not done")
    if item.kind == "yes_no":
        return _("yes") if text == "yes" else _("no")
    if item.unit == "minutes":
        return ngettext("%(num)d minute", "%(num)d minutes", int(text))
    if item.kind == "tags":
        tags = from_text(line.field, text)
        return ", ".join(tag_words(tag) for tag in tags) if isinstance(tags, list) else ""
    return text


def unit_words(unit: str | None) -> str:
    """Return the unit that stands behind an input."""
    return {"minutes": _("minutes"), "sets": _("sets")}.get(unit or "", "")


def tag_words(tag: str) -> str:
    """Return the name of a tag; one that we do not know is shown as it came."""
    return str(_(dict(ITEM_OF["tags"].choices).get(tag, tag)))


def pain_words(tenths: int) -> str:
    """Return pain in points of 0 to 10, with a decimal only where there is one."""
    return str(format_decimal(Decimal(tenths) / 10, locale=get_locale()))


def source_words(line: HistoryLine) -> str:
    """Return where a change came from."""
    words = {"app": _("entered"), "import": _("from a file"), "command": _("by the operator")}[line.source]
    if line.undoes_op_id:
        words = _("an entry taken back")
    return _("%(source)s, on a later day", source=words) if line.recalled else words
