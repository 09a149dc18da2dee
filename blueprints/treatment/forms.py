"""The forms about care: the first questions, and one course of care."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField
from wtforms.validators import InputRequired

from firststep.services.zones import zone_choices
from firststep.web.forms import OurForm, choices
from firststep.web.past_days import MonthField, PastDayField

NO_CARE = "none"
_CARE = (
    ("standard", _l("Standard care, such as stretching or physiotherapy")),
    ("acupuncture", _l("Acupuncture")),
    ("combined", _l("Combined care: both of these")),
)


class StartForm(OurForm):
    """The three first questions, and the time zone."""

    feet = RadioField(
        _l("Which foot hurts?"),
        choices=choices(("right", _l("Right")), ("left", _l("Left")), ("both", _l("Both"))),
        validators=[InputRequired(_l("Choose which foot hurts."))],
    )
    onset_on = MonthField(_l("Since about when?"), description=_l("A month is enough, such as 2026-03."))
    arm = RadioField(
        _l("What are you doing for it?"),
        choices=choices(*_CARE, (NO_CARE, _l("Nothing yet"))),
        validators=[InputRequired(_l("Choose what you do for it, or “Nothing yet”."))],
    )
    starts_on = PastDayField(_l("Since which day?"), description=_l("The day on which this care began."))
    time_zone = SelectField(
        _l("Time zone"),
        description=_l("It decides when your day begins."),
        choices=choices(*zone_choices()),
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, and that care has its first day."""
        good = bool(super().validate(extra_validators))
        if self.arm is None or self.arm.data == NO_CARE or self.starts_on.errors or self.arm.errors:
            return good
        if self.starts_on.data is None:
            self.starts_on.errors = [_("Choose the day on which this care began.")]
            return False
        return good


class EpisodeForm(OurForm):
    """One course of care."""

    arm = RadioField(
        _l("Kind of care"),
        choices=choices(*_CARE),
        validators=[InputRequired(_l("Choose the kind of care."))],
    )
    starts_on = PastDayField(_l("First day"))
    ends_on = PastDayField(_l("Last day"), description=_l("Leave it empty while the care goes on."))

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, and that the care ends after it began."""
        good = bool(super().validate(extra_validators))
        if self.starts_on.data is None and not self.starts_on.errors:
            self.starts_on.errors = [_("Choose a date.")]
            good = False
        if self.starts_on.data and self.ends_on.data and self.ends_on.data < self.starts_on.data:
            self.ends_on.errors = [_("The last day cannot lie before the first.")]
            good = False
        return good
