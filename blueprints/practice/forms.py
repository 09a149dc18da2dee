"""The forms of the list: its rules, and until when somebody is put off."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField, ValidationError
from wtforms.validators import InputRequired

from blueprints.practice.words import day_words
from firststep.clinical.measures import TENTHS_PER_POINT
from firststep.models.triage import MOST_NOTE
from firststep.services.thresholds import LIMITS
from firststep.web import clock
from firststep.web.actors import current_account
from firststep.web.forms import DayField, OurForm, at_most, plain_line, trimmed
from firststep.web.wording import points

_WHOLE: Final = re.compile(r"[0-9]{1,3}", re.ASCII)
_POINTS: Final = re.compile(r"([0-9]{1,2})(?:[.,]([0-9]))?", re.ASCII)
#: A year: whoever is out of the way for longer is no matter of a list of today.
_LONGEST: Final = timedelta(days=366)


def _filled() -> InputRequired:
    return InputRequired(_l("Enter a number."))


class RulesForm(OurForm):
    """From where on each rule applies; what was typed stays when it is refused."""

    silent_days = StringField(_l("Silent: without an entry for"), filters=[trimmed], validators=[_filled()])
    rise_points = StringField(_l("Worse: the 7-day mean is up by"), filters=[trimmed], validators=[_filled()])
    flare_days = StringField(_l("Worse: a flare-up is open, from day"), filters=[trimmed], validators=[_filled()])
    nsaid_days = StringField(_l("NSAID on most days: on"), filters=[trimmed], validators=[_filled()])
    unchanged_weeks = StringField(_l("No change: for"), filters=[trimmed], validators=[_filled()])
    new_days = StringField(_l("New share: for the first"), filters=[trimmed], validators=[_filled()])

    def numbers(self) -> dict[str, int]:
        """Return each threshold as a whole number, points in tenths, after the form was found valid."""
        return {name: _number(name, self[name].data or "") for name in LIMITS}

    def validate_silent_days(self, field: StringField) -> None:
        """Refuse what is no number or out of range."""
        _check(field)

    validate_rise_points = validate_flare_days = validate_nsaid_days = validate_silent_days
    validate_unchanged_weeks = validate_new_days = validate_silent_days


def _check(field: StringField) -> None:
    name, limits = field.name, LIMITS[field.name]
    try:
        allowed = limits.allow(_number(name, field.data or ""))
    except ValueError:
        allowed = False
    if allowed:
        return
    if limits.of_points:
        least, most = points(limits.least / TENTHS_PER_POINT), points(limits.most / TENTHS_PER_POINT)
        raise ValidationError(
            _("Enter a number from %(least)s to %(most)s, with at most one decimal.", least=least, most=most)
        )
    raise ValidationError(_("Enter a whole number from %(least)s to %(most)s.", least=limits.least, most=limits.most))


def _number(name: str, text: str) -> int:
    """Return the number, points in tenths; ValueError for anything else."""
    if not LIMITS[name].of_points:
        if not _WHOLE.fullmatch(text):
            raise ValueError(text)
        return int(text)
    found = _POINTS.fullmatch(text)
    if not found:
        raise ValueError(text)
    return int(found[1]) * TENTHS_PER_POINT + int(found[2] or 0)


class SnoozeForm(OurForm):
    """Until which day somebody stands at the end of the list, and why."""

    until = DayField(_l("Last day"), validators=[InputRequired(_l("Choose the last day."))])
    note = StringField(_l("Why"), filters=[trimmed], validators=[at_most(MOST_NOTE), plain_line])

    def validate_until(self, field: DayField) -> None:
        """Accept a day from today on, within a year."""
        first = own_today()
        last = first + _LONGEST
        if field.data is not None and not first <= field.data <= last:
            raise ValidationError(
                _("Choose a day from %(first)s to %(last)s.", first=day_words(first), last=day_words(last))
            )


def own_today() -> date:
    """Return the date on the practitioner's clock."""
    return clock.local_day(clock.now(), current_account().time_zone)
