"""The form that invites a person to a case."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import EmailField
from wtforms.validators import InputRequired

from firststep.web.account_fields import one_address
from firststep.web.forms import OurForm


class InviteForm(OurForm):
    """Whose case it is."""

    email = EmailField(
        _l("E-mail address of the person"),
        validators=[InputRequired(_l("Enter one e-mail address, like name@example.com.")), one_address],
    )
