"""Form fields for a date, or a month, that has come for the signed-in person."""

from __future__ import annotations

import re
from datetime import date

from wtforms.widgets import MonthInput

from firststep.services.zones import local_day
from firststep.web import clock
from firststep.web.actors import current_account
from firststep.web.forms import DayField

_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")


def today() -> date:
    """Return the calendar date that the signed-in person sees."""
    return local_day(clock.now(), current_account().time_zone)


class PastDayField(DayField):
    """A date that has come, or the one that stands already: whoever travels west goes back by a day."""

    def latest(self) -> date:
        """Return the patient's calendar date, or a later one that was noted further east."""
        return max(today(), self.object_data or date.min)


class MonthField(PastDayField):
    """A month, stored as its first day; a browser without a month picker shows a text field."""

    widget = MonthInput()

    def complete(self, text: str) -> str:
        """Return the first day of the month."""
        return f"{text}-01" if _MONTH.fullmatch(text) else text

    def _value(self) -> str:
        if self.raw_data:
            return " ".join(self.raw_data)
        return self.data.strftime("%Y-%m") if self.data else ""
