"""A practitioner's pages about the sessions that they noted; every address names the share, which is asked anew."""

from __future__ import annotations

from typing import Any, TypeAlias
from uuid import UUID, uuid4

from flask import Response, abort, flash, make_response, redirect, url_for
from flask_babel import gettext as _

from blueprints.care import patient
from blueprints.care.area import care
from blueprints.care.forms import SessionForm, known_values, new_values
from blueprints.care.view import line_of, past_step
from firststep.extensions import db
from firststep.models import NotedSession
from firststep.models.events import SESSION_KINDS
from firststep.services import access
from firststep.services import noted_sessions as service
from firststep.services.access import Grant
from firststep.services.diary_fields import Refused
from firststep.web import clock
from firststep.web.actors import current_practitioner
from firststep.web.event_words import session_kind_words
from firststep.web.person_words import person_name
from firststep.web.policy import policy
from firststep.web.render import render
from firststep.web.trail import acting, note_look
from firststep.web.writing import sent_id

__all__ = ["care", "patient"]

Answer: TypeAlias = Response | str


@care.get("/practice/<uuid:share_id>/sessions")
@policy(GET="practitioner")
def sessions(share_id: UUID) -> str:
    """List what the practitioner noted of this person, with one tap for a session today."""
    grant = _look(share_id)
    noted = service.read_own(db.session, grant, current_practitioner().id)
    return render(
        "care/sessions.html",
        **_of_page(grant),
        today=grant.today,
        number=service.next_number(noted),
        kinds=[(kind, session_kind_words(kind), uuid4()) for kind in SESSION_KINDS],
        standing=[line_of(one) for one in noted if one.withdrawn_at is None],
        withdrawn=[line_of(one) for one in noted if one.withdrawn_at is not None],
    )


@care.get("/practice/<uuid:share_id>/sessions/new")
@policy(GET="practitioner")
def new(share_id: UUID) -> str:
    """Show the empty form, with the first visit's assessment open where nothing was noted before."""
    grant = _look(share_id)
    noted = service.read_own(db.session, grant, current_practitioner().id)
    form = SessionForm(formdata=None, data=new_values(grant.today, service.next_number(noted)))
    return _form_page(grant, form, first=not noted)


@care.post("/practice/<uuid:share_id>/sessions")
@policy(POST="practitioner")
def add(share_id: UUID) -> Answer:
    """Note a session."""
    grant, form, noted_id = _grant(share_id), SessionForm(), sent_id("id") or uuid4()
    if not form.validate_on_submit():
        return make_response(_form_page(grant, form, noted_id=noted_id), 422)
    try:
        service.note(db.session, acting(), current_practitioner().id, share_id, noted_id, form.values())
    except Refused as refused:
        db.session.rollback()
        form.refuse(refused)
        return make_response(_form_page(grant, form, noted_id=noted_id), 422)
    db.session.commit()
    return _back(share_id, _("Noted. The patient sees it."))


@care.get("/practice/<uuid:share_id>/sessions/<uuid:noted_id>")
@policy(GET="practitioner")
def edit(share_id: UUID, noted_id: UUID) -> str:
    """Show one of the practitioner's own to be changed, with its history."""
    # Who asks for another's looks at nothing.
    service.find_own(db.session, _grant(share_id), current_practitioner().id, noted_id)
    grant = _look(share_id)
    noted = service.find_own(db.session, grant, current_practitioner().id, noted_id)
    return _form_page(grant, SessionForm(formdata=None, data=known_values(noted)), noted=noted)


@care.post("/practice/<uuid:share_id>/sessions/<uuid:noted_id>")
@policy(POST="practitioner")
def change(share_id: UUID, noted_id: UUID) -> Answer:
    """Store what was changed."""
    grant = _grant(share_id)
    noted = service.find_own(db.session, grant, current_practitioner().id, noted_id)
    form = SessionForm()
    if not form.validate_on_submit():
        return make_response(_form_page(grant, form, noted=noted), 422)
    try:
        service.change(db.session, acting(), current_practitioner().id, share_id, noted_id, form.values())
    except Refused as refused:
        db.session.rollback()
        form.refuse(refused)
        noted = service.find_own(db.session, grant, current_practitioner().id, noted_id)
        return make_response(_form_page(grant, form, noted=noted), 422)
    db.session.commit()
    return _back(share_id, _("Saved. What stood before is in the history, which the patient sees too."))


@care.post("/practice/<uuid:share_id>/sessions/<uuid:noted_id>/withdraw")
@policy(POST="practitioner")
def withdraw(share_id: UUID, noted_id: UUID) -> Answer:
    """Take one back."""
    service.withdraw(db.session, acting(), current_practitioner().id, share_id, noted_id)
    db.session.commit()
    return _back(share_id, _("Withdrawn. It marks no day any more, and stays in the history."))


def _look(share_id: UUID) -> Grant:
    """Return the grant after the look stands in the trail; a summary has no such page to look at."""
    _grant(share_id)
    grant = note_look(share_id, of_open_page=True)
    return grant if grant.shows_charts else abort(404)


def _grant(share_id: UUID) -> Grant:
    grant = access.granted(db.session, current_practitioner().id, share_id, now=clock.now())
    return grant if grant.shows_charts else abort(404)


def _of_page(grant: Grant) -> dict[str, Any]:
    return {"share_id": grant.share_id, "name": person_name(grant.patient_name, grant.confirmed_at)}


def _form_page(
    grant: Grant,
    form: SessionForm,
    *,
    first: bool = False,
    noted: NotedSession | None = None,
    noted_id: UUID | None = None,
) -> str:
    assessed = any(form[name].data or form[name].errors for name in service.ASSESSMENT)
    return render(
        "care/session.html",
        **_of_page(grant),
        form=form,
        assessment=[form[name] for name in service.ASSESSMENT],
        assessment_open=assessed or first or form.number.data == 1,
        noted_id=noted_id or uuid4(),
        noted=line_of(noted) if noted else None,
        steps=[past_step(step) for step in service.read_steps(db.session, noted)] if noted else [],
    )


def _back(share_id: UUID, sentence: str) -> Response:
    flash(sentence, "success")
    return make_response(redirect(url_for("care.sessions", share_id=share_id), 303))
