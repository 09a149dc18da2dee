"""The forms of a noted session and of a dispute."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, ValidationError
from wtforms.validators import InputRequired

from firststep.models import NotedSession
from firststep.models.events import SESSION_KINDS
from firststep.services.diary_fields import Refused
from firststep.services.noted_sessions import ASSESSMENT, FIELDS
from firststep.web.event_fields import CountField, NoteField
from firststep.web.event_words import session_kind_words
from firststep.web.forms import DayField, OurForm, choices
from firststep.web.noted_words import field_name

_MERIDIANS: Final = _l("Such as bladder, kidney, gallbladder: what is tender, tight or cold, on which side.")
_REGIONS: Final = _l("Such as heel bone, arch, calf: what is tender or tight, on which side.")


class SessionForm(OurForm):
    """One session, with the first visit's assessment as a template of three parts."""

    day = DayField(_l("Day"))
    kind = RadioField(_l("Which treatment was it?"), validators=[InputRequired(_l("Choose which treatment it was."))])
    number = CountField(
        _l("Which one of the course"), kind="treatment_session", description=_l("Such as 3 for the third.")
    )
    gait = NoteField(description=_l("Such as how the foot meets the ground and leaves it, with and without shoes."))
    palpation_meridians = NoteField(description=_MERIDIANS)
    palpation_regions = NoteField(description=_REGIONS)
    techniques = NoteField()
    note = NoteField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = choices(*((kind, session_kind_words(kind)) for kind in SESSION_KINDS))
        for name in (*ASSESSMENT, "techniques", "note"):
            self[name].label.text = field_name(name)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, and that there is a day."""
        good = bool(super().validate(extra_validators))
        if self.day.data is None and not self.day.errors:
            self.day.errors = [_("Choose a date.")]
            return False
        return good

    def values(self) -> dict[str, Any]:
        """Return what is stored: what was left empty is not recorded."""
        return {name: self[name].data for name in FIELDS}

    def refuse(self, refused: Refused) -> None:
        """Note the sentence at the day, which is all that can still be wrong."""
        self.day.errors = [*self.day.errors, refused.sentence]


class DisputeForm(OurForm):
    """What the patient says to a session."""

    reason = NoteField(
        _l("What was otherwise?"),
        validators=[InputRequired(_l("Say what was otherwise."))],
        description=_l("In your own words. Whoever noted the session reads it."),
    )

    def words(self) -> str:
        """Return what was said, of a form that was accepted."""
        return self.reason.data or ""

    def validate_reason(self, field: NoteField) -> None:
        """Refuse spaces alone."""
        if not field.data:
            raise ValidationError(_("Say what was otherwise."))


def new_values(today: date, number: int | None) -> dict[str, Any]:
    """Return what the empty form begins with."""
    return {"day": today, "number": number}


def known_values(noted: NotedSession) -> dict[str, Any]:
    """Return what stands, as the form takes it."""
    return {name: getattr(noted, name) for name in FIELDS}
