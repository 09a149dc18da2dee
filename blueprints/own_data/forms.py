"""The forms of a patient's own data."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField, ValidationError
from wtforms.validators import InputRequired

from firststep.web.forms import OurForm, at_most


class WordForm(OurForm):
    """One word, typed so that nobody deletes by a slip of the finger."""

    word = StringField(_l("The word"), validators=[InputRequired(_l("Type the word.")), at_most(40)])

    def validate_word(self, field: StringField) -> None:
        """Demand the word as the page says it; large and small letters are alike."""
        if field.data.strip().casefold() != _("delete").casefold():
            raise ValidationError(_("Type the word “%(word)s”.", word=_("delete")))
