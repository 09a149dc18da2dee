"""The patient's side of a visit: show a code, compare two digits, allow an hour, end it at any moment."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, flash, make_response, redirect, request, url_for
from flask_babel import gettext as _

from blueprints.sharing.area import Answer, sharing
from blueprints.sharing.form import VisitForm
from blueprints.sharing.words import VisitView, moment_words, scope_hint, visit_view
from firststep.extensions import db
from firststep.mail.writing import link_to
from firststep.services import visit_access as service
from firststep.services.visit_access import TooManyCodes, VisitOver
from firststep.web import clock
from firststep.web.actors import current_patient
from firststep.web.invitation_answers import later
from firststep.web.passive import passive
from firststep.web.policy import policy
from firststep.web.qr import qr_svg
from firststep.web.render import render, render_part
from firststep.web.trail import acting
from firststep.web.visiting import visit_key


@sharing.get("/share/visit")
@policy(GET="patient")
def visit_code() -> str:
    """Show how the visit stands: nothing yet, a code, somebody who asks, somebody who looks."""
    return _page(VisitForm(formdata=None))


@sharing.post("/share/visit")
@policy(POST="patient")
def show_visit_code() -> Answer:
    """Make a code; it takes the place of an earlier one."""
    form = VisitForm()
    if not form.validate_on_submit():
        return make_response(_page(form), 422)
    try:
        service.show_code(
            db.session, acting(), current_patient().id, form.scope.data, form.from_day.data, key=visit_key()
        )
    except TooManyCodes as too_many:
        db.session.rollback()
        when = moment_words(too_many.free_at)
        said = _("You have made enough codes for one day. You can make another after %(when)s.", when=when)
        form.scope.errors = [said]
        return later(make_response(_page(form), 429), too_many.free_at)
    db.session.commit()
    return _back()


@sharing.get("/share/visit/state")
@policy(GET="patient")
@passive
def visit_code_state() -> Answer:
    """Tell an open page what became of the visit; nothing while it stands as the page says."""
    view = _view()
    if request.args.get("seen") == view.mark:
        return Response(status=204)
    return render_part("sharing/visit_code.html", "visit", **_shown(view))


@sharing.post("/share/visit/<uuid:visit_id>/allow")
@policy(POST="patient")
def allow_visit(visit_id: UUID) -> Answer:
    """Let the reader who asks look for an hour."""
    try:
        service.allow(db.session, acting(), current_patient().id, visit_id)
    except VisitOver:
        db.session.rollback()
        flash(_("That took too long, or they gave up. Nobody sees anything. Make another code."), "warning")
        return _back()
    db.session.commit()
    return _back()


@sharing.post("/share/visit/<uuid:visit_id>/end")
@policy(POST="patient")
def end_visit(visit_id: UUID) -> Response:
    """Take the code back, refuse the reader, or end the look, at once."""
    service.end(db.session, acting(), current_patient().id, visit_id)
    db.session.commit()
    return _back()


def _back() -> Response:
    return make_response(redirect(url_for("sharing.visit_code"), 303))


def _view() -> VisitView:
    return visit_view(service.of_patient(db.session, current_patient().id), clock.now())


def _shown(view: VisitView) -> dict[str, Any]:
    shown: dict[str, Any] = {"view": view, "code": "", "qr": "", "enter_at": link_to("sharing.enter_visit")}
    if view.kind == "shown" and view.id:
        link = link_to("sharing.enter_by_link", token=service.link_token(visit_key(), view.id))
        shown |= {"code": service.code_of(visit_key(), view.id), "qr": qr_svg(link)}
    return shown


def _page(form: VisitForm) -> str:
    return render("sharing/visit_code.html", form=form, scope_hint=scope_hint, **_shown(_view()))
