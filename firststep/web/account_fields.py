"""Fields that several areas ask for: one address, a time zone."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import EmailField, SelectField, ValidationError
from wtforms.validators import InputRequired

from firststep.services.addresses import BadAddress, canonical_address
from firststep.services.zones import zone_choices
from firststep.web.forms import OurForm, choices


def one_address(_form: OurForm, field: EmailField) -> None:
    """Accept one e-mail address and bring it into its stored form."""
    try:
        field.data = canonical_address(field.data or "")
    except BadAddress:
        raise ValidationError(_("Enter one e-mail address, like name@example.com.")) from None


def zone_field() -> SelectField:
    """Return the choice of a time zone; empty until the browser or the person chose."""
    return SelectField(
        _l("Time zone"),
        choices=choices(("", _l("Choose your time zone")), *zone_choices()),
        validators=[InputRequired(_l("Choose your time zone."))],
        validate_choice=True,
    )
