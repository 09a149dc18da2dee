"""The cohort of a practitioner: what the own people come to, beside what others reported."""

from __future__ import annotations

from typing import TypeAlias

import orjson
from flask import Blueprint, Response, abort, make_response, redirect, request, url_for

from blueprints.cohort.files import TABLES, file_rows
from blueprints.cohort.form import ChoiceForm, asked, query_of
from blueprints.cohort.found import Found, find_counted
from blueprints.cohort.view import cohort_view, refused_view, waiting_view
from firststep.clinical.cohort_table import cohort_table
from firststep.extensions import db
from firststep.services import cohort_results
from firststep.services.table_files import FORMS, opened
from firststep.web import clock
from firststep.web.actors import current_practitioner
from firststep.web.cohort_panel import EVENTS, cohort_figure
from firststep.web.policy import policy
from firststep.web.render import render
from firststep.web.tables import table_file
from firststep.web.wake import wake_worker

cohort = Blueprint("cohort", __name__, url_prefix="/practice/cohort")

Answer: TypeAlias = Response | str


@cohort.get("")
@policy(GET="practitioner")
def overview() -> Answer:
    """Show the table of the own people; what the address asks for wrongly is named, and nothing is computed."""
    form = asked()
    if not form.validate():
        return make_response(render("cohort/overview.html", **refused_view(form)), 422)
    return _page(form, find_counted(form.choice()))


@cohort.post("")
@policy(POST="practitioner")
def count() -> Answer:
    """Have the worker count what is too large for a request, and show the page that waits for it."""
    form = asked()
    if not form.validate():
        abort(404)
    now = clock.now()
    cohort_results.ask(db.session, current_practitioner().id, form.choice(), now=now)
    db.session.commit()
    wake_worker()
    return make_response(redirect(url_for("cohort.overview", since=now.isoformat(), **query_of(form.choice())), 303))


@cohort.get("/figure.json")
@policy(GET="practitioner")
def figure() -> Response:
    """Return the figure of one event for plotly.js."""
    form, event = asked(), request.args.get("chart")
    if event not in EVENTS or not form.validate():
        abort(404)
    found = find_counted(form.choice())
    drawn = cohort_figure(cohort_table(found.counted.tallies), event) if found.counted else None
    if drawn is None:
        abort(404)
    return Response(orjson.dumps(drawn), mimetype="application/json")


@cohort.get("/file")
@policy(GET="practitioner")
def file() -> Answer:
    """Hand over the table as a file; what the worker has to count first is waited for on the page."""
    form, written = asked(), request.args.get("form", "")
    if written not in FORMS or not form.validate():
        abort(404)
    choice = form.choice()
    found = find_counted(choice)
    if found.counted is None:
        return make_response(redirect(url_for("cohort.overview", **query_of(choice)), 303))
    with opened(written, TABLES) as tables:
        for table, record in file_rows(choice, found, found.counted):
            tables.add(table, record)
        made = tables.finish()
    return table_file(made, "cohort", written)


def _page(form: ChoiceForm, found: Found) -> str:
    view = waiting_view(form, found) if found.counted is None else cohort_view(form, found, found.counted)
    return render("cohort/overview.html", block="answer", **view)
