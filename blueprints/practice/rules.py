"""The rules of a list, which a practice's members share: seen, changed, and set back to what is proposed."""

from __future__ import annotations

from typing import Any, TypeAlias

from flask import Response, make_response, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from blueprints.practice.area import practice
from blueprints.practice.forms import RulesForm
from firststep.clinical.measures import TENTHS_PER_POINT
from firststep.extensions import db
from firststep.services.thresholds import LIMITS, save_thresholds, stored_numbers, whole_numbers
from firststep.web.actors import current_practitioner
from firststep.web.policy import policy
from firststep.web.render import render
from firststep.web.wording import points

Answer: TypeAlias = Response | Redirect | str


@practice.get("/practice/rules")
@policy(GET="practitioner")
def rules() -> str:
    """Show the form with what counts now."""
    return _page(RulesForm(formdata=None, data=_as_typed(stored_numbers(current_practitioner()))))


@practice.post("/practice/rules")
@policy(POST="practitioner")
def save_rules() -> Answer:
    """Store what was typed, or what is proposed; the list is computed anew by it."""
    if request.form.get("proposed"):
        numbers = whole_numbers({})
    else:
        form = RulesForm()
        if not form.validate_on_submit():
            return make_response(_page(form), 422)
        numbers = form.numbers()
    save_thresholds(db.session, current_practitioner(), numbers)
    db.session.commit()
    return redirect(url_for("practice.patients", _anchor="rules"), 303)


def _page(form: RulesForm) -> str:
    practice_of = current_practitioner().practice
    if practice_of is None:
        whose = _("They count in your own list; in a practice all members share theirs.")
    else:
        whose = _("They count for everybody in %(practice)s.", practice=practice_of.name)
    return render("practice/rules.html", form=form, whose=whose, fields=_fields(form))


def _fields(form: RulesForm) -> list[tuple[Any, str, str]]:
    """Return each field with what follows its number, and a hint."""
    days = _("days")
    said = {
        "silent_days": (days, ""),
        "rise_points": (_("points or more"), _("Against the 14 days before, of first-step pain, 0 to 10.")),
        "flare_days": (_("on"), _("Its first day is day 1.")),
        "nsaid_days": (_("or more of the last 14 days"), ""),
        "unchanged_weeks": (_("weeks"), _("At a mean of 2 or more: less than 2 points of first-step pain either way.")),
        "new_days": (days, ""),
    }
    return [(form[name], *said[name]) for name in LIMITS]


def _as_typed(numbers: dict[str, int]) -> dict[str, str]:
    return {
        name: points(number / TENTHS_PER_POINT) if LIMITS[name].of_points else str(number)
        for name, number in numbers.items()
    }
