"""A practitioner's view: the list of people who share, and what one of them shows."""

from __future__ import annotations

from typing import TypeAlias
from uuid import UUID

from flask import Response, abort, make_response
from flask_babel import gettext as _

from blueprints.practice import at_visit, panel, preview, rules, snoozing, today
from blueprints.practice.area import practice
from blueprints.practice.places import of_practice
from blueprints.practice.reader import current_reader
from blueprints.practice.reading import asks_for_alone, course_page, drawn_figure, visit_page
from firststep.extensions import db
from firststep.services import access
from firststep.services.panel import neighbours
from firststep.web import clock
from firststep.web.actors import current_practitioner
from firststep.web.passive import passive
from firststep.web.policy import policy
from firststep.web.render import render, wants_part
from firststep.web.trail import note_look, note_look_if_open

__all__ = ["at_visit", "panel", "practice", "preview", "rules", "snoozing", "today"]

Answer: TypeAlias = Response | str


@practice.get("/practice/<uuid:share_id>")
@policy(GET="practitioner")
def patient(share_id: UUID) -> Answer:
    """Show what one person shares; the look stands in their trail before anything is read."""
    grant = note_look_if_open(share_id, of_open_page=asks_for_alone())
    if grant is None:
        return _ended() if wants_part() else abort(404)
    return course_page(grant, of_practice(share_id))


@practice.get("/practice/<uuid:share_id>/visit")
@policy(GET="practitioner")
def visit(share_id: UUID) -> str:
    """Show what matters before a visit, on one screen; the look stands in the person's trail as any other."""
    grant = note_look(share_id)
    return visit_page(grant, of_practice(share_id), neighbours(db.session, current_reader(), share_id))


@practice.get("/practice/<uuid:share_id>/figure.json")
@policy(GET="practitioner")
def figure(share_id: UUID) -> Response:
    """Return the figure that the page shows, for plotly.js; it holds single days, so a summary has none."""
    if not access.is_open(db.session, current_practitioner().id, share_id, now=clock.now(), charts=True):
        return make_response({"error": _("This share has ended.")}, 404)
    return drawn_figure(note_look(share_id, of_open_page=True))


@practice.get("/practice/<uuid:share_id>/still")
@policy(GET="practitioner")
@passive
def still(share_id: UUID) -> Answer:
    """Tell an open page whether it may stay: nothing when it may, else what takes its place."""
    if access.is_open(db.session, current_practitioner().id, share_id, now=clock.now()):
        return Response(status=204)
    return _ended()


def _ended() -> Response:
    """Return what takes the place of all that an open page shows, whatever part of it was asked for."""
    whole = {"HX-Retarget": "#main", "HX-Reswap": "innerHTML"}
    return make_response(render("practice/ended.html", block="ended"), 404, whole)
