"""The forms of both sides: who invites, and what a patient agrees to show."""

from __future__ import annotations

import re
from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import BooleanField, EmailField, RadioField, StringField, ValidationError
from wtforms.validators import InputRequired

from blueprints.sharing.words import day_words, own_today
from firststep.services.addresses import BadAddress, canonical_address
from firststep.services.sharing import Terms, from_range, until_range
from firststep.web.actors import current_account
from firststep.web.forms import DayField, OurForm, at_most, choices, plain_line, trimmed
from firststep.web.policy import factor_is_fresh

_SIX_DIGITS = re.compile(r"[0-9]{6}", re.ASCII)


def _scope_field() -> RadioField:
    return RadioField(
        _l("What may they see?"),
        choices=choices(
            ("summary", _l("The summary")),
            ("charts", _l("The charts")),
            ("notes", _l("The charts and your notes")),
        ),
        validators=[InputRequired(_l("Choose what they may see."))],
    )


def _from_field() -> DayField:
    return DayField(_l("Only entries from this day on"))


def _has_come(field: DayField) -> None:
    first, last = from_range(own_today())
    if field.data is not None and not first <= field.data <= last:
        raise ValidationError(_("That day has not come yet."))


class AddressForm(OurForm):
    """Whom to invite."""

    email = EmailField(
        _l("E-mail address"), validators=[InputRequired(_l("Enter one e-mail address, like name@example.com."))]
    )

    def validate_email(self, field: EmailField) -> None:
        """Accept one address of somebody else, and bring it into its stored form."""
        try:
            address = canonical_address(field.data or "")
        except BadAddress:
            raise ValidationError(_("Enter one e-mail address, like name@example.com.")) from None
        if address == current_account().email:
            raise ValidationError(_("This is your own address. Enter the one of the other person."))
        field.data = address


class TermsForm(OurForm):
    """What somebody may see, and for how long."""

    name = StringField(_l("Your name, as they know you"), filters=[trimmed], validators=[at_most(120), plain_line])
    scope = _scope_field()
    until_on = DayField(_l("Last day"), validators=[InputRequired(_l("Choose the last day."))])
    from_day = _from_field()
    cohort_use = BooleanField(_l("They may count me, without my name, in the results of their practice"))

    def validate_until_on(self, field: DayField) -> None:
        """Accept a day from today on, not endlessly far."""
        first, last = until_range(own_today())
        if field.data is not None and not first <= field.data <= last:
            raise ValidationError(
                _("Choose a day from %(first)s to %(last)s.", first=day_words(first), last=day_words(last))
            )

    def validate_from_day(self, field: DayField) -> None:
        """Accept a day that has come."""
        _has_come(field)

    def terms(self) -> Terms:
        """Return what the patient agrees to."""
        until_on: date | None = self.until_on.data
        return Terms(
            scope=self.scope.data, until_on=until_on, from_day=self.from_day.data, cohort_use=bool(self.cohort_use.data)
        )


class VisitForm(OurForm):
    """What the reader at a visit may see."""

    scope = _scope_field()
    from_day = _from_field()

    def validate_from_day(self, field: DayField) -> None:
        """Accept a day that has come."""
        _has_come(field)


class ReaderForm(OurForm):
    """Who reads at a visit: a signed-in practitioner is known, everybody else says a name."""

    name = StringField(
        _l("Your name, as the person knows you"), filters=[trimmed], validators=[at_most(120), plain_line]
    )

    def validate_name(self, field: StringField) -> None:
        """Demand a name of who is not signed in, and a browser in which the patient is not."""
        if hindered := hindrance():
            raise ValidationError(hindered)
        if not current_user.is_authenticated and not field.data:
            raise ValidationError(_("Enter your name: the person reads it before they allow anything."))


class EnterForm(ReaderForm):
    """The six digits, and who enters them."""

    code = StringField(_l("The six digits on their phone"))

    def validate_code(self, _field: StringField) -> None:
        """Accept six digits, with spaces or without."""
        if not _SIX_DIGITS.fullmatch(self.digits()):
            raise ValidationError(_("The code has six digits."))

    def digits(self) -> str:
        """Return the code without the spaces that it is shown with."""
        return "".join((self.code.data or "")[:40].split())


def hindrance() -> str:
    """Say why the person who is signed in cannot read at a visit in this browser; nothing when they can."""
    if not current_user.is_authenticated:
        return ""
    if current_user.role != "practitioner":
        return _("A patient is signed in here. Enter the code on the device of whoever treats you.")
    return "" if factor_is_fresh() else _("First show that it is you, with your second factor.")


class InviteForm(AddressForm, TermsForm):
    """Whom to invite, what they may see, and for how long."""


class TakeUpForm(TermsForm):
    """What the patient agrees to show to the person who asks."""

    right_person = BooleanField(validators=[InputRequired(_l("Please say that this is the person who treats you."))])


class HandOutForm(OurForm):
    """For whom a hand-out is."""

    meant_for = StringField(_l("For whom, in your own words"), filters=[trimmed], validators=[at_most(60), plain_line])
