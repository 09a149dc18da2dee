"""Dates and values of the diary in the reader's words."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_decimal
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from firststep.services.diary_doses import product_words
from firststep.services.diary_entry import DoseEntry, dose_from_text
from firststep.services.diary_fields import FOOT_FIELDS
from firststep.services.diary_history import HistoryLine
from firststep.web.wording import measure_name


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
    """Return the name of a field of the diary."""
    return {
        "first_step_pain": measure_name("first_step"),
        "average_pain": measure_name("average"),
        "stretch_done": _("Stretching"),
        "stretch_minutes": _("Minutes of stretching"),
        "nsaid_taken": _("NSAID"),
        "note": _("Note"),
        "tags": _("Tags"),
        "dose": _("Dose"),
    }.get(field, field)


def value_words(field: str, text: str | None) -> str:
    """Return a value of the history in words."""
    if text is None:
        return _("not recorded")
    if field in FOOT_FIELDS:
        return pain_words(int(text))
    if field == "stretch_done":
        return _("done") if text == "yes" else _("not done")
    if field == "nsaid_taken":
        return _("yes") if text == "yes" else _("no")
    if field == "dose":
        dose = dose_from_text(text)
        return dose_words(dose) if dose else ""
    if field == "stretch_minutes":
        return ngettext("%(num)d minute", "%(num)d minutes", int(text))
    return text


def pain_words(tenths: int) -> str:
    """Return pain in points of 0 to 10, with a decimal only where there is one."""
    return str(format_decimal(Decimal(tenths) / 10, locale=get_locale()))


def dose_words(dose: DoseEntry) -> str:
    """Return a noted dose in words."""
    name = product_words(dose.product)
    return _("%(name)s, %(dose)s mg", name=name, dose=dose.dose_mg) if dose.dose_mg else name


def source_words(line: HistoryLine) -> str:
    """Return where a change came from."""
    words = {"app": _("entered"), "import": _("from a file"), "command": _("by the operator")}[line.source]
    return _("%(source)s, on a later day", source=words) if line.recalled else words
