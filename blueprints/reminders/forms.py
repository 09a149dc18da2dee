"""The form of the reminder's hour."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField
from wtforms.validators import InputRequired

from firststep.web.forms import OurForm, choices


class ReminderForm(OurForm):
    """At which local hour, whether by mail, and whether once more."""

    hour = SelectField(
        _l("Time"),
        choices=choices(*((str(hour), f"{hour:02d}:00") for hour in range(24))),
        validators=[InputRequired(_l("Choose a time."))],
    )
    by_mail = BooleanField(_l("By mail"))
    repeats = BooleanField(_l("Once more two hours later"))
