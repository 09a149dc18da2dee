"""What all forms share: the list of complaints at the top of a page, and options of a choice as pairs."""

from __future__ import annotations

from flask import Flask
from flask_babel import gettext as _
from wtforms import Form, RadioField, SelectChoice, SelectField, StringField, ValidationError


def init_forms(app: Flask) -> None:
    """Give templates the filters ``form|error_links`` and ``field|options``."""
    app.jinja_env.filters["error_links"] = error_links
    app.jinja_env.filters["options"] = options


def error_links(form: Form) -> list[tuple[str, str]]:
    """Return (id of the field, complaint) of each field that was refused, in the order of the form."""
    return [(field.id, str(field.errors[0])) for field in form if field.errors]


def options(field: SelectField | RadioField) -> list[tuple[str, object]]:
    """Return (value, label) of each option of a choice."""
    return [(choice.value, choice.label) for choice in field.choices or [] if isinstance(choice, SelectChoice)]


def plain_line(_form: Form, field: StringField) -> None:
    """Refuse what cannot be stored or printed in one line, such as a line's end or marks that turn the text round."""
    text = field.data or ""
    if any(not letter.isprintable() for letter in text):
        raise ValidationError(_("This text has a character that cannot be stored."))


def choices(*pairs: tuple[str, object]) -> list[SelectChoice]:
    """Return the options of a choice from (value, label) pairs."""
    return [SelectChoice(value=value, label=label) for value, label in pairs]
