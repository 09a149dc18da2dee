"""The forms of a practitioner's profile and of a practice."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import EmailField, RadioField, StringField, ValidationError
from wtforms.validators import DataRequired, InputRequired

from firststep.models import Practitioner
from firststep.web.account_fields import one_address, zone_field
from firststep.web.forms import OurForm, at_most, choices, plain_line, trimmed
from firststep.web.practitioner_words import NCCAOM, PROFESSIONS, profession_key


class ProfileForm(OurForm):
    """Profession and credential; of the credentials one is offered for each profession that we know."""

    profession = RadioField(
        _l("Profession"),
        choices=choices(*PROFESSIONS.items(), ("other", _l("Another profession"))),
        validators=[InputRequired(_l("Choose your profession."))],
    )
    other_profession = StringField(_l("Which other one"), filters=[trimmed], validators=[at_most(80), plain_line])
    credential = RadioField(
        _l("Credential"),
        choices=choices(
            ("nccaom", _l("NCCAOM certificate")),
            ("licence", _l("Licence as a physical therapist")),
            ("other", _l("Another licence or certificate")),
            ("none", _l("None that I state here")),
        ),
        validators=[InputRequired(_l("Choose a credential, or none."))],
    )
    issuer = StringField(_l("Issued by"), filters=[trimmed], validators=[at_most(120), plain_line])
    number = StringField(_l("Number"), filters=[trimmed], validators=[at_most(60), plain_line])

    def validate_other_profession(self, field: StringField) -> None:
        """Demand the word for a profession that the list does not have."""
        if self.profession.data == "other" and not field.data:
            raise ValidationError(_("Say which profession it is."))

    def validate_issuer(self, field: StringField) -> None:
        """Demand who issued a credential that does not name its issuer itself."""
        if self.credential.data in ("licence", "other") and not field.data:
            raise ValidationError(_("Say who issued it, such as a state or a board."))

    def validate_number(self, field: StringField) -> None:
        """Demand the number, by which a patient can ask the issuer."""
        if self.credential.data in ("nccaom", "licence", "other") and not field.data:
            raise ValidationError(_("Enter the number, so that your patients can ask the issuer."))

    def stated(self) -> dict[str, str]:
        """Return what is stored; without a credential neither issuer nor number."""
        chosen = self.credential.data
        return {
            "profession": self.other_profession.data if self.profession.data == "other" else self.profession.data,
            "issuer": {"nccaom": NCCAOM, "none": ""}.get(chosen, self.issuer.data),
            "number": "" if chosen == "none" else self.number.data,
        }


def stated_values(stated: Practitioner) -> dict[str, Any]:
    """Return what stands, as the form takes it; nothing is chosen where nothing was stated."""
    key = profession_key(stated.profession)
    credential = _credential(stated, key)
    return {
        "profession": key or ("other" if stated.profession else None),
        "other_profession": "" if key else stated.profession,
        "credential": credential,
        "issuer": "" if credential == "nccaom" else stated.credential_issuer,
        "number": stated.credential_number,
    }


def _credential(stated: Practitioner, profession: str) -> str | None:
    if stated.credential_issuer == NCCAOM:
        return "nccaom"
    if not (stated.credential_issuer or stated.credential_number):
        return None
    return "licence" if profession == "physical_therapist" else "other"


class PracticeForm(OurForm):
    """The name of a practice and where it is."""

    name = StringField(
        _l("Name of the practice"),
        filters=[trimmed],
        validators=[DataRequired(_l("Enter the name of the practice.")), at_most(120), plain_line],
    )
    time_zone = zone_field()


class ColleagueForm(OurForm):
    """Whom to invite."""

    email = EmailField(
        _l("E-mail address of your colleague"),
        validators=[InputRequired(_l("Enter one e-mail address, like name@example.com.")), one_address],
    )
