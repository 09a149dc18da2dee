"""The reader's side of a visit: enter the digits or open the link, wait until the patient allows, leave."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from blueprints.sharing.area import Answer, sharing
from blueprints.sharing.form import EnterForm, ReaderForm, hindrance
from firststep.extensions import db
from firststep.models import VisitAccess
from firststep.services import visit_access as service
from firststep.services.audit import Actor
from firststep.services.visit_access import CodeOver, Entry, WrongCode
from firststep.web import clock
from firststep.web.passive import passive
from firststep.web.policy import policy
from firststep.web.render import render, render_part
from firststep.web.security.devices import device_label
from firststep.web.security.limits import LINKS, VISIT_CODES, WRONG_VISIT_CODES, limited
from firststep.web.trail import sealing_key
from firststep.web.visiting import drop_visit, held_visit, hold_visit, visit_key


@sharing.get("/visit")
@policy(GET="public")
def enter_visit() -> Answer:
    """Ask for the six digits, or say how the visit stands that this browser holds."""
    visit = held_visit()
    if visit is not None and service.is_open(visit, clock.now()):
        return make_response(redirect(url_for("practice.at_visit_page"), 303))
    return _page(EnterForm(formdata=None))


@sharing.post("/visit")
@policy(POST="public")
@limited(WRONG_VISIT_CODES, "wrong visit codes", failures_only=True)
@limited(VISIT_CODES, "visit codes")
def enter_code() -> Answer:
    """Ask the patient through the six digits."""
    form = EnterForm()
    if not form.validate_on_submit():
        return make_response(_page(form), 422)
    try:
        return _asked(
            form, lambda actor, entry: service.enter_code(db.session, actor, entry, form.digits(), key=visit_key())
        )
    except WrongCode:
        # The code may just have been ended, because a second reader entered it.
        db.session.commit()
        form.code.errors = [_("This code is not right, was used, or is over. Ask the person for a new one.")]
        return make_response(_page(form), 422)


@sharing.get("/visit/code/<token>")
@policy(GET="token")
def enter_by_link(token: str) -> Answer:
    """Say what opening the QR code's link does; the link alone shows and changes nothing."""
    try:
        service.check_link(db.session, token, now=clock.now())
    except CodeOver as over:
        return _over_page(over)
    return _page(ReaderForm(formdata=None))


@sharing.post("/visit/code/<token>")
@policy(POST="token")
@limited(LINKS, "visit links")
def ask_by_link(token: str) -> Answer:
    """Ask the patient through the link of the QR code."""
    form = ReaderForm()
    try:
        service.check_link(db.session, token, now=clock.now())
        if not form.validate_on_submit():
            return make_response(_page(form), 422)
        return _asked(form, lambda actor, entry: service.enter_link(db.session, actor, entry, token, key=visit_key()))
    except CodeOver as over:
        db.session.commit()
        return _over_page(over)


@sharing.get("/visit/state")
@policy(GET="public")
@passive
def visit_state() -> Answer:
    """Tell a waiting page whether the patient allowed: nothing while they did not decide."""
    visit = held_visit()
    now = clock.now()
    if visit is not None and service.is_open(visit, now):
        return Response(status=200, headers={"HX-Redirect": url_for("practice.at_visit_page")})
    if visit is not None and visit.state == "asked" and not service.is_over(visit, now):
        return Response(status=204)
    return make_response(render_part("sharing/enter_visit.html", "standing", **_standing(visit)))


@sharing.post("/visit/leave")
@policy(POST="public")
def leave_visit() -> Response:
    """End the look from the reader's side, and forget it in this browser."""
    visit = held_visit()
    if visit is not None:
        service.leave(db.session, _actor_of(visit), visit)
        db.session.commit()
    return drop_visit(make_response(redirect(url_for("sharing.enter_visit"), 303)))


def _asked(form: ReaderForm, ask: Callable[[Actor, Entry], tuple[VisitAccess, str]]) -> Response:
    """Take the step in the name of who reads, and let the browser hold the visit; one that it held before ends."""
    held = held_visit()
    account = current_user if current_user.is_authenticated else None
    name = (account.name or account.email) if account else form.name.data
    actor = Actor(user_id=account.id if account else None, name=name, now=clock.now(), key=sealing_key())
    device = device_label(request.headers.get("User-Agent", ""))[:120]
    visit, token = ask(actor, Entry(device=device, once=request.form.get("once") or secrets.token_urlsafe(32)))
    if held is not None and held.id != visit.id:
        service.leave(db.session, _actor_of(held), held)
    db.session.commit()
    return hold_visit(make_response(redirect(url_for("sharing.enter_visit"), 303)), token)


def _actor_of(visit: VisitAccess) -> Actor:
    return Actor(user_id=visit.reader_user_id, name=visit.reader_name, now=clock.now(), key=sealing_key())


def _page(form: ReaderForm) -> str:
    return render(
        "sharing/enter_visit.html",
        form=form,
        by_digits=isinstance(form, EnterForm),
        asks_name=not current_user.is_authenticated,
        hindered=hindrance(),
        once=secrets.token_urlsafe(32),
        **_standing(held_visit()),
    )


def _standing(visit: VisitAccess | None) -> dict[str, Any]:
    """Return how the visit stands that this browser holds, in words; ``waits``: the patient has not decided yet."""
    if visit is None:
        return {"waits": False, "sign": "", "said": ""}
    if visit.state == "asked" and not service.is_over(visit, clock.now()):
        return {"waits": True, "sign": visit.sign, "said": ""}
    said = {
        "stopped": _("The person ended the look."),
        "replaced": _("The person ended the look."),
        "refused": _("The person did not allow it."),
        "left": _("You ended the look."),
        "twice": _("Two devices entered this code, so it works for none. Ask the person for a new one."),
    }.get(visit.ended_by or "", _("The time is over."))
    return {"waits": False, "sign": "", "said": said}


def _over_page(over: CodeOver) -> Response:
    sentence = {
        "used": _("This code was used before. Ask the person for a new one."),
        "twice": _("Two devices entered this code, so it works for none. Ask the person for a new one."),
        "expired": _("This code is over: it works for 15 minutes. Ask the person for a new one."),
    }[over.reason]
    page = render_template("errors/error.html", code=410, title=_("No longer valid"), sentence=sentence)
    return make_response(page, 410)
