"""The cohort of a practitioner: what the own people come to, beside what others reported."""

from __future__ import annotations

from typing import TypeAlias

from flask import Blueprint, Response, make_response

from blueprints.cohort.form import asked
from blueprints.cohort.view import cohort_view, refused_view
from firststep.clinical.cohort_choice import counted
from firststep.database import one_moment
from firststep.extensions import db
from firststep.services.cohorts import cohort_people
from firststep.web import clock
from firststep.web.actors import current_practitioner
from firststep.web.policy import policy
from firststep.web.render import render

cohort = Blueprint("cohort", __name__, url_prefix="/practice/cohort")

Answer: TypeAlias = Response | str


@cohort.get("")
@policy(GET="practitioner")
def overview() -> Answer:
    """Show the table of the own people; what the address asks for wrongly is named, and nothing is computed."""
    form = asked()
    if not form.validate():
        return make_response(render("cohort/overview.html", **refused_view(form)), 422)
    practitioner_id, choice = current_practitioner().id, form.choice()
    with one_moment(db.session):
        found = counted(cohort_people(db.session, practitioner_id, now=clock.now()), choice)
    return render("cohort/overview.html", **cohort_view(form, found))
