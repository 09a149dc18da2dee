"""The cohort of a practitioner: what the own people come to, beside what others reported."""

from __future__ import annotations

from typing import TypeAlias

import orjson
from flask import Blueprint, Response, abort, make_response, request

from blueprints.cohort.form import asked
from blueprints.cohort.view import cohort_view, refused_view
from firststep.clinical.cohort_choice import CohortChoice, Counted, counted
from firststep.clinical.cohort_table import cohort_table
from firststep.database import one_moment
from firststep.extensions import db
from firststep.services.cohorts import cohort_people
from firststep.web import clock
from firststep.web.actors import current_practitioner
from firststep.web.cohort_panel import EVENTS, cohort_figure
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
    return render("cohort/overview.html", **cohort_view(form, _counted(form.choice())))


@cohort.get("/figure.json")
@policy(GET="practitioner")
def figure() -> Response:
    """Return the figure of one event for plotly.js."""
    form, event = asked(), request.args.get("chart")
    if event not in EVENTS or not form.validate():
        abort(404)
    drawn = cohort_figure(cohort_table(_counted(form.choice()).tallies), event)
    if drawn is None:
        abort(404)
    return Response(orjson.dumps(drawn), mimetype="application/json")


def _counted(choice: CohortChoice) -> Counted:
    practitioner_id = current_practitioner().id
    with one_moment(db.session):
        return counted(cohort_people(db.session, practitioner_id, now=clock.now()), choice)
