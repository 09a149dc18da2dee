"""The pages about one person and the data of their charts: what a grant lets through, whoever reads it and where."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
from flask import Response, request

from blueprints.practice.places import Places
from blueprints.practice.view import patient_view
from blueprints.practice.visit import lately, steps_view, visit_view
from blueprints.practice.words import day_words
from firststep.extensions import db
from firststep.services import access
from firststep.services.access import Grant
from firststep.services.thresholds import thresholds_for
from firststep.web.choice import Choice, read_choice
from firststep.web.dates import long_date
from firststep.web.person_words import person_name
from firststep.web.progress_alone import part_alone, progress_figure
from firststep.web.render import render, wants_part
from firststep.web.visit_words import visit_lines


def course_page(grant: Grant, places: Places) -> str:
    """Return the page with the whole course, or a part of it alone where single days are shared."""
    choice = read_choice(request.args)
    if choice.is_alone and grant.shows_charts:
        return _alone(grant, choice, places)
    course = access.read_shared_course(db.session, grant, lately=choice.lately(grant.today), kinds=choice.page_kinds)
    notes = access.read_shared_notes(db.session, grant)
    questions = access.read_shared_questions(db.session, grant)
    visits = access.read_shared_visits(db.session, grant)
    shown = patient_view(grant, course, notes, questions, choice, places) | {"visits": visit_lines(visits)}
    return render("practice/patient.html", block="chart", **shown)


def asks_for_alone() -> bool:
    """Tell whether the request is for a part that an open page fetches."""
    return wants_part() and read_choice(request.args).is_alone


def _alone(grant: Grant, choice: Choice, places: Places) -> str:
    course = access.read_shared_course(db.session, grant, lately=choice.lately(grant.today), kinds=choice.chart_kinds)
    return render(
        "practice/chart.html",
        block="alone",
        alone=part_alone(course, choice, today=grant.today, figure=places.figure, own=False),
        back=f"{places.page(**choice.as_query())}#{choice.place}",
        name=person_name(grant.patient_name, grant.confirmed_at),
        from_day=day_words(grant.from_day) if grant.from_day else "",
        places=places,
        printed=long_date(grant.today),
    )


def visit_page(grant: Grant, places: Places, beside: tuple[UUID | None, UUID | None] = (None, None)) -> str:
    """Return the page before a visit; ``beside`` are the shares before and after in the reader's list."""
    shown = visit_sheet(grant, places)
    return render("practice/visit.html", visit=shown, places=places, **steps_view(*beside))


def visit_sheet(grant: Grant, places: Places) -> dict[str, Any]:
    """Return what stands before a visit, by the rules of whoever the share is for."""
    course = access.read_shared_course(db.session, grant, lately=lately(grant))
    questions = access.read_shared_questions(db.session, grant)
    return visit_view(grant, course, questions, thresholds_for(db.session, grant.practitioner_id), places)


def drawn_figure(grant: Grant) -> Response:
    """Return the figure that the page with the course shows, for plotly.js."""
    choice = read_choice(request.args)
    course = access.read_shared_course(db.session, grant, lately=choice.lately(grant.today), kinds=choice.chart_kinds)
    drawn = progress_figure(course, choice, today=grant.today)
    return Response(orjson.dumps(drawn), mimetype="application/json")
