"""The forms of both sides: who invites, and what a patient agrees to show."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, RadioField, StringField, ValidationError
from wtforms.validators import InputRequired

from blueprints.sharing.words import day_words, own_today
from firststep.services.addresses import BadAddress, canonical_address
from firststep.services.sharing import Terms, from_range, until_range
from firststep.web.actors import current_account
from firststep.web.forms import DayField, OurForm, at_most, choices, plain_line, trimmed


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
    scope = RadioField(
        _l("What may they see?"),
        choices=choices(
            ("summary", _l("The summary")),
            ("charts", _l("The charts")),
            ("notes", _l("The charts and your notes")),
        ),
        validators=[InputRequired(_l("Choose what they may see."))],
    )
    until_on = DayField(_l("Last day"), validators=[InputRequired(_l("Choose the last day."))])
    from_day = DayField(_l("Only entries from this day on"))
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
        first, last = from_range(own_today())
        if field.data is not None and not first <= field.data <= last:
            raise ValidationError(_("That day has not come yet."))

    def terms(self) -> Terms:
        """Return what the patient agrees to."""
        until_on: date | None = self.until_on.data
        return Terms(
            scope=self.scope.data, until_on=until_on, from_day=self.from_day.data, cohort_use=bool(self.cohort_use.data)
        )


class InviteForm(AddressForm, TermsForm):
    """Whom to invite, what they may see, and for how long."""


class TakeUpForm(TermsForm):
    """What the patient agrees to show to the person who asks."""

    right_person = BooleanField(validators=[InputRequired(_l("Please say that this is the person who treats you."))])


class HandOutForm(OurForm):
    """For whom a hand-out is."""

    meant_for = StringField(_l("For whom, in your own words"), filters=[trimmed], validators=[at_most(60), plain_line])
