"""The patient's page about one session that a practitioner noted."""

from __future__ import annotations

from typing import TypeAlias
from uuid import UUID

from flask import Response, flash, make_response, redirect, url_for
from flask_babel import gettext as _

from blueprints.care.area import care
from blueprints.care.forms import DisputeForm
from blueprints.care.view import line_of, past_step
from firststep.extensions import db
from firststep.services import noted_sessions as service
from firststep.web.actors import current_patient
from firststep.web.policy import policy
from firststep.web.render import render
from firststep.web.trail import acting

Answer: TypeAlias = Response | str


@care.get("/events/noted/<uuid:noted_id>")
@policy(GET="patient")
def noted(noted_id: UUID) -> str:
    """Show everything that was noted of one session, with its history and the form to dispute it."""
    return _page(noted_id)


@care.post("/events/noted/<uuid:noted_id>/dispute")
@policy(POST="patient")
def dispute(noted_id: UUID) -> Answer:
    """Keep what the patient says to it."""
    patient, form = current_patient(), DisputeForm()
    service.find_of_patient(db.session, patient.id, noted_id)
    if not form.validate_on_submit():
        return make_response(_page(noted_id, form), 422)
    service.dispute(db.session, acting(), patient.id, noted_id, form.words())
    db.session.commit()
    return _done(noted_id, _("Kept. It is said wherever the session is shown, and whoever noted it reads your words."))


@care.post("/events/noted/<uuid:noted_id>/end-dispute")
@policy(POST="patient")
def end_dispute(noted_id: UUID) -> Answer:
    """Take the dispute back."""
    service.end_dispute(db.session, acting(), current_patient().id, noted_id)
    db.session.commit()
    return _done(noted_id, _("You no longer dispute the session. Your words stay in its history."))


def _page(noted_id: UUID, form: DisputeForm | None = None) -> str:
    found = service.find_of_patient(db.session, current_patient().id, noted_id)
    return render(
        "care/noted.html",
        noted=line_of(found),
        by=found.noted_by,
        form=form or DisputeForm(formdata=None, data={"reason": found.dispute}),
        steps=[past_step(step) for step in service.read_steps(db.session, found)],
    )


def _done(noted_id: UUID, sentence: str) -> Response:
    flash(sentence, "success")
    return make_response(redirect(url_for("care.noted", noted_id=noted_id), 303))
