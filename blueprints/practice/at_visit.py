"""The reader at a visit: the same pages as a practitioner's, for the hour that the patient allowed."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from flask import Response, url_for
from flask_babel import ngettext

from blueprints.practice.area import practice
from blueprints.practice.places import Places
from blueprints.practice.reading import asks_for_alone, course_page, drawn_figure, visit_page
from firststep.web import clock
from firststep.web.passive import passive
from firststep.web.policy import policy
from firststep.web.trail import note_visit_look
from firststep.web.visiting import held_visit


@practice.get("/visit/course")
@policy(GET="visit")
def at_visit() -> str:
    """Show the whole course to the reader at the visit; the look stands in the trail before anything is read."""
    places = _places()
    return course_page(note_visit_look(of_open_page=asks_for_alone()), places)


@practice.get("/visit/page")
@policy(GET="visit")
def at_visit_page() -> str:
    """Show what matters at the visit, on one screen."""
    places = _places()
    return visit_page(note_visit_look(), places)


@practice.get("/visit/figure.json")
@policy(GET="visit")
def at_visit_figure() -> Response:
    """Return the figure of the course for plotly.js; a summary has none."""
    return drawn_figure(note_visit_look(of_open_page=True, charts=True))


@practice.get("/visit/still")
@policy(GET="visit")
@passive
def at_visit_still() -> Response:
    """Tell an open page that it may stay; when it may not, the policy leads away from it."""
    return Response(status=204)


def _places() -> Places:
    visit = held_visit()
    left = visit.ends_at - clock.now() if visit and visit.ends_at else timedelta()
    minutes = max(1, round(left / timedelta(minutes=1)))
    return Places(
        kind="visit",
        page=partial(url_for, "practice.at_visit"),
        figure=partial(url_for, "practice.at_visit_figure"),
        visit=url_for("practice.at_visit_page"),
        sessions="",
        still=url_for("practice.at_visit_still"),
        back="",
        until=ngettext("%(num)d minute left", "%(num)d minutes left", minutes),
    )
