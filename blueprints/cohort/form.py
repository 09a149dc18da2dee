"""What a practitioner wants to see of the cohort: said in the address, strictly read, kept in every link."""

from __future__ import annotations

from typing import Any, Final, cast

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, ValidationError

from firststep.clinical.cohort_choice import CohortChoice, Lasted, Side
from firststep.web.forms import DayField, OurForm, choices

NAMES: Final = ("first_day", "last_day", "side", "lasted")


class ChoiceForm(OurForm):
    """When care began, on which side it hurt, and for how long before."""

    first_day = DayField(_l("Care began on or after"))
    last_day = DayField(_l("Care began on or before"))
    side = SelectField(
        _l("Side"),
        choices=choices(
            ("", _l("Every side")),
            ("left", _l("Left foot only")),
            ("right", _l("Right foot only")),
            ("both", _l("Both feet")),
        ),
        default="",
    )
    lasted = SelectField(
        _l("Pain before care began"),
        choices=choices(
            ("", _l("Any length")),
            ("under_3_months", _l("Less than 3 months")),
            ("3_to_12_months", _l("3 to 12 months")),
            ("over_12_months", _l("12 months or more")),
        ),
        default="",
    )

    def validate_last_day(self, field: DayField) -> None:
        """Refuse a period that ends before it begins."""
        if field.data and self.first_day.data and field.data < self.first_day.data:
            raise ValidationError(_("The last day cannot lie before the first."))

    def choice(self) -> CohortChoice:
        """Return what is asked for."""
        return CohortChoice(
            first=self.first_day.data,
            last=self.last_day.data,
            side=cast("Side | None", self.side.data or None),
            lasted=cast("Lasted | None", self.lasted.data or None),
        )


def asked() -> ChoiceForm:
    """Return the form as the address fills it; nothing changes by it, so it carries no token."""
    return ChoiceForm(formdata=request.args, meta={"csrf": False})


def query_of(choice: CohortChoice) -> dict[str, Any]:
    """Return the choice as an address carries it."""
    values = {
        "first_day": choice.first.isoformat() if choice.first else None,
        "last_day": choice.last.isoformat() if choice.last else None,
        "side": choice.side,
        "lasted": choice.lasted,
    }
    return {name: value for name, value in values.items() if value}
