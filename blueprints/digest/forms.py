"""The forms of when the mails come."""

from __future__ import annotations

import re

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, ValidationError
from wtforms.validators import InputRequired

from firststep.web.forms import OurForm, choices

_TIME = re.compile(r"([0-9]{2}):([0-9]{2})(?::00)?")

WEEKDAYS = (
    ("0", _l("Monday")),
    ("1", _l("Tuesday")),
    ("2", _l("Wednesday")),
    ("3", _l("Thursday")),
    ("4", _l("Friday")),
    ("5", _l("Saturday")),
    ("6", _l("Sunday")),
)


RHYTHMS = (
    ("weekly", _l("Every week")),
    ("monthly", _l("Once a month")),
)


class TimeForm(OurForm):
    """At what local time a mail comes."""

    time = StringField(_l("Time"), validators=[InputRequired(_l("Enter a time."))])

    def validate_time(self, field: StringField) -> None:
        """Accept only an hour and a minute of the day."""
        if parse_time(field.data or "") is None:
            raise ValidationError(_("Enter a time of the day, like 07:30."))


class MondayForm(TimeForm):
    """At what local time of a Monday the counts come."""


class ScheduleForm(TimeForm):
    """How often, on which day and at what local time the letter comes."""

    rhythm = SelectField(
        _l("How often"), choices=choices(*RHYTHMS), validators=[InputRequired(_l("Choose how often."))]
    )
    weekday = SelectField(_l("Day"), choices=choices(*WEEKDAYS), validators=[InputRequired(_l("Choose a day."))])


def parse_time(text: str) -> tuple[int, int] | None:
    """Return (hour, minute), or None when the text is no time of the day."""
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2])
    return (hour, minute) if hour < 24 and minute < 60 else None
