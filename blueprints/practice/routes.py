"""A practitioner's view: the list of people who share, and what one of them shows."""

from __future__ import annotations

from typing import TypeAlias
from uuid import UUID

from flask import Response, make_response
from flask_babel import gettext as _

from blueprints.practice import at_visit, preview
from blueprints.practice.area import practice
from blueprints.practice.places import of_practice
from blueprints.practice.reading import course_page, drawn_figure, visit_page
from blueprints.practice.words import list_row, moment_words
from firststep.extensions import db
from firststep.services import access
from firststep.services.invitations import invitation_waits
from firststep.web import clock
from firststep.web.actors import current_account, current_practitioner
from firststep.web.invited import open_invitation
from firststep.web.passive import passive
from firststep.web.policy import policy
from firststep.web.render import render
from firststep.web.trail import note_look

__all__ = ["at_visit", "practice", "preview"]

Answer: TypeAlias = Response | str


@practice.get("/practice")
@policy(GET="practitioner")
def patients() -> str:
    """List everybody who shares with the practitioner now, and how many are waiting to confirm."""
    practitioner_id = current_practitioner().id
    people = access.shared_patients(db.session, practitioner_id, now=clock.now())
    waiting = access.waiting_since(db.session, practitioner_id)
    return render(
        "practice/patients.html",
        people=[(person, list_row(person)) for person in people],
        waiting=[moment_words(moment) for moment in waiting],
        invitation=open_invitation(),
        invited_by_mail=invitation_waits(db.session, current_account().email, now=clock.now()),
    )


@practice.get("/practice/<uuid:share_id>")
@policy(GET="practitioner")
def patient(share_id: UUID) -> str:
    """Show what one person shares; the look stands in their trail before anything is read."""
    return course_page(note_look(share_id), of_practice(share_id))


@practice.get("/practice/<uuid:share_id>/visit")
@policy(GET="practitioner")
def visit(share_id: UUID) -> str:
    """Show what matters before a visit, on one screen; the look stands in the person's trail as any other."""
    grant = note_look(share_id)
    people = access.shared_patients(db.session, current_practitioner().id, now=clock.now())
    return visit_page(grant, of_practice(share_id), people)


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
    return make_response(render("practice/ended.html", block="ended"), 404)
