"""The forms of the account area."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_security.proxies import _security
from wtforms import BooleanField, EmailField, PasswordField, RadioField, SelectField, StringField, ValidationError
from wtforms.validators import InputRequired, Optional

from firststep.services.countries import zone_country
from firststep.web.account_fields import one_address, zone_field
from firststep.web.country_words import country_choices, country_name
from firststep.web.forms import OurForm, at_most, choices, plain_line, trimmed
from firststep.web.language import ENGLISH, language_choices
from firststep.web.past_days import MonthField


def good_password(_form: OurForm, field: PasswordField) -> None:
    """Apply the rules for new passwords, and bring the text into its normal form."""
    complaints, normal = _security.password_util.validate(field.data or "", False)
    if complaints:
        raise ValidationError(" ".join(str(complaint) for complaint in complaints))
    field.data = normal


def address_field() -> EmailField:
    """Return the field for one address."""
    return EmailField(_l("E-mail"), validators=[InputRequired(_l("Enter your e-mail address.")), one_address])


def new_password_field(label: LazyString) -> PasswordField:
    """Return the field for a new password."""
    return PasswordField(label, validators=[InputRequired(_l("Choose a password.")), good_password])


class SignUpForm(OurForm):
    """What somebody says to get an account."""

    role = RadioField(
        _l("I am …"),
        choices=choices(("patient", _l("a patient")), ("practitioner", _l("a practitioner"))),
        validators=[InputRequired(_l("Choose whether you are a patient or a practitioner."))],
    )
    name = StringField(_l("Name"), filters=[trimmed], validators=[at_most(120), plain_line])
    email = address_field()
    password = new_password_field(_l("Password"))
    time_zone = zone_field()
    terms = BooleanField(validators=[InputRequired(_l("Please agree to the terms, or leave without an account."))])
    privacy = BooleanField(validators=[InputRequired(_l("Please say that you read how your data is handled."))])
    health_data = BooleanField()

    def validate_name(self, field: StringField) -> None:
        """Demand a name from a practitioner only: patients must know to whom they show something."""
        if self.role.data == "practitioner" and not field.data:
            raise ValidationError(_("Enter the name that your patients know."))

    def validate_health_data(self, field: BooleanField) -> None:
        """Demand the agreement from everybody but a practitioner, who keeps no diary."""
        if self.role.data != "practitioner" and not field.data:
            raise ValidationError(_("Without this agreement no diary can be kept."))


class ConfirmCodeForm(OurForm):
    """The six digits of the confirmation mail."""

    code = StringField(
        _l("Code from the mail"),
        filters=[lambda text: "".join((text or "").split())],
        validators=[InputRequired(_l("Enter the six digits of the mail.")), at_most(12)],
    )


class AddressForm(OurForm):
    """One address."""

    email = address_field()


class NewPasswordForm(OurForm):
    """A new password, typed once: a mistake is mended by the link of the reset mail."""

    password = new_password_field(_l("New password"))


class ChangePasswordForm(NewPasswordForm):
    """The old password and a new one."""

    current = PasswordField(
        _l("Current password"), validators=[InputRequired(_l("Enter your password.")), at_most(256)]
    )


class CodeForm(OurForm):
    """Six digits of an app, or a recovery code."""

    code = StringField(
        _l("Code"),
        filters=[lambda text: "".join((text or "").split()).lower()],
        validators=[InputRequired(_l("Enter the code.")), at_most(40)],
    )


class ProfileForm(OurForm):
    """What a person can set about themselves."""

    name = StringField(_l("Name"), filters=[trimmed], validators=[at_most(120), plain_line])
    time_zone = zone_field()
    # Without a further catalogue there is no choice, and the field is not on the page.
    language = SelectField(_l("Language"), default=ENGLISH)
    week_starts_on = SelectField(
        _l("The week starts on"),
        choices=choices(("0", _l("Monday")), ("6", _l("Sunday")), ("5", _l("Saturday"))),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the languages that there are."""
        super().__init__(*args, **kwargs)
        self.language.choices = choices(*language_choices())


class PatientForm(ProfileForm):
    """A patient's settings."""

    feet = RadioField(
        _l("Which foot hurts?"),
        choices=choices(("right", _l("Right")), ("left", _l("Left")), ("both", _l("Both"))),
        validators=[Optional()],
    )
    onset_on = MonthField(_l("Since about when?"), description=_l("A month is enough, such as 2026-03."))
    country = SelectField(_l("Country"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer every country, and the one in which the time zone lies."""
        super().__init__(*args, **kwargs)
        own = zone_country(self.time_zone.data or "")
        by_zone = _("As the time zone says: %(country)s", country=country_name(own) if own else _("none"))
        self.country.choices = choices(("", by_zone), *country_choices())


class PractitionerForm(ProfileForm):
    """A practitioner's settings; profession and credential have a page of their own."""

    def validate_name(self, field: StringField) -> None:
        """Demand a name: patients must know to whom they show something."""
        if not field.data:
            raise ValidationError(_("Enter the name that your patients know."))
