"""The form of a stretching plan: from which day, with which numbers, until when."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, StringField, ValidationError
from wtforms.validators import InputRequired

from firststep.services.diary_events import KINDS, check_event_value
from firststep.services.diary_fields import Refused
from firststep.services.zones import local_day
from firststep.web import clock
from firststep.web.actors import current_account
from firststep.web.event_fields import CountField
from firststep.web.forms import DayField, OurForm, choices, plain_line

_PLAN: Final = KINDS["plan"]


def today() -> date:
    """Return the calendar date that the signed-in person sees."""
    return local_day(clock.now(), current_account().time_zone)


class FirstDayField(DayField):
    """A date that has come: a plan is chosen on its first day or after it."""

    def latest(self) -> date:
        """Return the patient's calendar date."""
        return today()


class NumbersForm(OurForm):
    """What can be changed of a plan that has begun."""

    name = StringField(_l("What you call it"), validators=[plain_line])
    hold_s = CountField(_l("Hold"), kind="plan")
    reps = CountField(_l("Repetitions in a set"), kind="plan")
    sets_per_day = CountField(_l("Sets a day"), kind="plan", validators=[InputRequired(_l("Say how many sets a day."))])
    interval_days = SelectField(
        _l("On which days"),
        choices=choices(
            ("1", _l("Every day")),
            ("2", _l("Every second day")),
            *((str(days), _l("Every %(days)s days", days=days)) for days in range(3, 8)),
        ),
    )
    ends_on = DayField(_l("Last day"), description=_l("Leave it empty while the plan goes on."))
    chosen_by = RadioField(
        _l("Who chose it?"),
        choices=choices(("self", _l("I did")), ("practitioner", _l("Whoever treats me"))),
        default="self",
    )

    def validate_name(self, field: StringField) -> None:
        """Accept a name that a stored plan takes; an empty one is none."""
        text = (field.data or "").strip()
        try:
            field.data = check_event_value(_PLAN, "name", text) if text else None
        except Refused as refused:
            raise ValidationError(refused.sentence) from None

    def values(self) -> dict[str, Any]:
        """Return what a stored plan holds."""
        return {
            "name": self.name.data or None,
            "hold_s": self.hold_s.data,
            "reps": self.reps.data,
            "sets_per_day": self.sets_per_day.data,
            "interval_days": int(self.interval_days.data),
            "ends_on": self.ends_on.data,
            "chosen_by": self.chosen_by.data,
        }

    def refuse(self, refused: Refused) -> None:
        """Note the sentence at its field, or at the first one when it is about none of them."""
        field = {one.name: one for one in self}.get(refused.field, self.sets_per_day)
        field.errors = [*field.errors, refused.sentence]


class PlanForm(NumbersForm):
    """A plan that is chosen: its numbers, and its first day."""

    day = FirstDayField(_l("First day"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, and that there is a first day."""
        good = bool(super().validate(extra_validators))
        if self.day.data is None and not self.day.errors:
            self.day.errors = [_("Choose a date.")]
            return False
        return good
