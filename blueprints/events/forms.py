"""The forms of a treatment, a flare-up and a pause."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.validators import InputRequired

from firststep.services.diary_fields import Refused
from firststep.web.event_fields import CountField, LineField, PainField, TextField
from firststep.web.event_words import pause_reason_words, session_kind_words
from firststep.web.forms import DayField, OurForm, choices
from firststep.web.past_days import PastDayField

_WHO_READS: Final = _l("Only you read this, and those with whom you share notes.")


class HappeningForm(OurForm):
    """What is noted has a first day."""

    day = PastDayField(_l("Day"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, and that there is a first day."""
        good = bool(super().validate(extra_validators))
        if self.day.data is None and not self.day.errors:
            self.day.errors = [_("Choose a date.")]
            return False
        return good

    def values(self) -> dict[str, Any]:
        """Return what is stored, apart from the day."""
        return {field.name: field.data or None for field in self if field.name not in ("day", "csrf_token")}

    def refuse(self, refused: Refused) -> None:
        """Note the sentence at its field, or at the day when it is about none of them."""
        field = {one.name: one for one in self}.get(refused.field, self.day)
        field.errors = [*field.errors, refused.sentence]


class SessionForm(HappeningForm):
    """A treatment that took place."""

    kind = RadioField(_l("Which treatment was it?"), validators=[InputRequired(_l("Choose which treatment it was."))])
    number = CountField(
        _l("Which one of the course"), kind="treatment_session", description=_l("Such as 3 for the third.")
    )
    note = TextField(_l("Note"), kind="treatment_session", description=_WHO_READS)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        kinds = ("acupuncture", "physical_therapy", "both")
        self.kind.choices = choices(*((kind, session_kind_words(kind)) for kind in kinds))


class FlareForm(HappeningForm):
    """A worse spell."""

    day = PastDayField(_l("Since which day?"))
    foot = RadioField(
        _l("Which foot?"),
        choices=choices(("right", _l("Right")), ("left", _l("Left")), ("", _l("Both"))),
        default="",
    )
    worst_pain = PainField(_l("Worst pain"), kind="flare")
    trigger = LineField(_l("What may have set it off"), kind="flare", description=_WHO_READS)
    note = TextField(_l("Note"), kind="flare", description=_WHO_READS)
    settled_on = PastDayField(_l("Settled on"), description=_l("Leave it empty while it lasts."))

    def values(self) -> dict[str, Any]:
        """Return what is stored; a pain of 0 is an answer."""
        return super().values() | {"worst_pain": self.worst_pain.data, "confirmed": True}


class PauseForm(HappeningForm):
    """Days on which the plan does not count."""

    day = PastDayField(_l("First day"))
    ends_on = DayField(_l("Last day"), description=_l("Leave it empty while the pause lasts."))
    reason = RadioField(_l("Why?"), default="")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        reasons = ("ill", "injured", "travel", "other")
        named = ((reason, pause_reason_words(reason)) for reason in reasons)
        self.reason.choices = choices(*named, ("", _("No answer")))


FORMS: Final[dict[str, type[HappeningForm]]] = {
    "treatment_session": SessionForm,
    "flare": FlareForm,
    "pause": PauseForm,
}
