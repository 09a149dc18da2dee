"""What all forms share: the list of complaints at the top of a page, and options of a choice as pairs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf import FlaskForm
from wtforms import DateField, Form, RadioField, SelectChoice, SelectField, StringField, ValidationError
from wtforms.validators import Length
from wtforms.widgets import DateInput

from firststep.services.diary_fields import Refused, parse_day

# What WTForms itself says and no field of ours says better; listed so that it gets into the catalogues.
_OF_WTFORMS = (_l("Not a valid choice."), _l("This field is required."), _l("Not a valid date value."))


class _OurCatalogue:
    """Gives WTForms its sentences from our catalogue: its own speaks other languages than we do."""

    def gettext(self, sentence: str) -> str:
        """Return the sentence in the reader's language."""
        return str(_(sentence))

    def ngettext(self, one: str, many: str, count: int) -> str:
        """Return the sentence for so many, in the reader's language."""
        return str(ngettext(one, many, count))


class OurForm(FlaskForm):
    """What every form of ours is: with a token against forgery, and every sentence from our catalogue."""

    class Meta(FlaskForm.Meta):
        """Says where sentences come from."""

        def get_translations(self, _form: Form) -> _OurCatalogue:
            """Return our catalogue."""
            return _OurCatalogue()


def init_forms(app: Flask) -> None:
    """Give templates the filters ``form|error_links`` and ``field|options``."""
    app.jinja_env.filters["error_links"] = error_links
    app.jinja_env.filters["options"] = options


def error_links(form: Form) -> list[tuple[str, str]]:
    """Return (id of the field, complaint) of each field that was refused, in the order of the form."""
    return [(field.id, str(field.errors[0])) for field in form if field.errors]


def trimmed(text: str | None) -> str:
    """Return the text without spaces around it."""
    return (text or "").strip()


def options(field: SelectField | RadioField) -> list[tuple[str, object]]:
    """Return (value, label) of each option of a choice."""
    return [(choice.value, choice.label) for choice in field.choices or [] if isinstance(choice, SelectChoice)]


class DayField(DateField):
    """A strict ISO date; what was typed stays in the field when it is refused."""

    widget = DateInput()

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read the date, or refuse it with its sentence."""
        self.data = None
        text = valuelist[0].strip() if valuelist else ""
        if not text:
            return
        try:
            self.data = parse_day(self.complete(text), latest=self.latest(), field=self.name)
        except Refused as refused:
            raise ValueError(refused.sentence) from None

    def complete(self, text: str) -> str:
        """Return the text as a date."""
        return text

    def latest(self) -> date | None:
        """Return the last date that is accepted, if there is one."""
        return None


def at_most(letters: int) -> Length:
    """Refuse a longer text."""
    return Length(max=letters, message=_l("Use at most %(max)d letters."))


def plain_line(_form: Form, field: StringField) -> None:
    """Refuse what cannot be stored or printed in one line, such as a line's end or marks that turn the text round."""
    text = field.data or ""
    if any(not letter.isprintable() for letter in text):
        raise ValidationError(_("This text has a character that cannot be stored."))


def choices(*pairs: tuple[str, object]) -> list[SelectChoice]:
    """Return the options of a choice from (value, label) pairs."""
    return [SelectChoice(value=value, label=label) for value, label in pairs]
