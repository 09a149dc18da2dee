"""What a practitioner would see, shown to the patient: the same pages through the same grant, and no look is noted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any, TypeAlias
from uuid import UUID

from flask import Response, abort, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.practice.area import practice
from blueprints.practice.places import Address, Places
from blueprints.practice.reading import course_page, drawn_figure, visit_page
from firststep.extensions import db
from firststep.models.sharing import SCOPES
from firststep.services import access
from firststep.services.access import Grant
from firststep.services.diary_fields import Refused, parse_day
from firststep.web import clock
from firststep.web.actors import current_account, current_patient
from firststep.web.policy import policy

Answer: TypeAlias = Response | str


@practice.post("/share/preview")
@policy(POST="patient")
def choose_preview() -> Response:
    """Lead from the form of a share, as it stands there, to what it would show."""
    scope = request.form.get("scope", "")
    if scope not in SCOPES:
        return _refused(_("Choose what they may see."))
    try:
        from_day = _asked_day(request.form)
    except Refused as refused:
        return _refused(refused.sentence)
    return make_response(redirect(_wished_address("practice.preview", scope, from_day)(), 303))


@practice.get("/share/preview")
@policy(GET="patient")
def preview() -> str:
    """Show what a share with these terms would show of the course."""
    return course_page(*_wished())


@practice.get("/share/preview/visit")
@policy(GET="patient")
def preview_visit() -> str:
    """Show what a share with these terms would show before a visit."""
    return visit_page(*_wished())


@practice.get("/share/preview/figure.json")
@policy(GET="patient")
def preview_figure() -> Response:
    """Return the figure of such a share; a summary has none."""
    return _figure(_wished()[0])


@practice.get("/share/<uuid:share_id>/preview")
@policy(GET="patient")
def share_preview(share_id: UUID) -> str:
    """Show what the person sees of the course through this share."""
    return course_page(*_of_share(share_id))


@practice.get("/share/<uuid:share_id>/preview/visit")
@policy(GET="patient")
def share_preview_visit(share_id: UUID) -> str:
    """Show what the person sees before a visit through this share."""
    return visit_page(*_of_share(share_id))


@practice.get("/share/<uuid:share_id>/preview/figure.json")
@policy(GET="patient")
def share_preview_figure(share_id: UUID) -> Response:
    """Return the figure that the person sees through this share; a summary has none."""
    return _figure(_of_share(share_id)[0])


def _wished() -> tuple[Grant, Places]:
    """Return the grant of the terms in the address, and where its pages are."""
    scope = request.args.get("scope", "")
    if scope not in SCOPES:
        abort(404)
    try:
        from_day = _asked_day(request.args)
    except Refused:
        abort(404)
    grant = access.previewed(db.session, current_patient().id, scope, from_day, now=clock.now())
    return grant, _places(lambda endpoint: _wished_address(f"practice.{endpoint}", scope, from_day))


def _of_share(share_id: UUID) -> tuple[Grant, Places]:
    grant = access.previewed_share(db.session, current_patient().id, share_id, now=clock.now())
    return grant, _places(lambda endpoint: partial(url_for, f"practice.share_{endpoint}", share_id=share_id))


def _places(address: Callable[[str], Address]) -> Places:
    return Places(
        kind="preview",
        page=address("preview"),
        figure=address("preview_figure"),
        visit=address("preview_visit")(),
        # What was noted of sessions, the patient reads elsewhere.
        sessions="",
        # The patient's own page need not ask whether it may stay.
        still="",
        back=url_for("sharing.shares"),
    )


def _wished_address(endpoint: str, scope: str, from_day: date | None) -> Address:
    of_terms: dict[str, Any] = {"scope": scope} | ({"from_day": from_day.isoformat()} if from_day else {})
    return partial(url_for, endpoint, **of_terms)


def _asked_day(values: Mapping[str, str]) -> date | None:
    """Return the first day that would be shared; raise Refused for what is no day, or has not come."""
    text = values.get("from_day", "").strip()
    today = clock.local_day(clock.now(), current_account().time_zone)
    return parse_day(text, latest=today, field="from_day") if text else None


def _figure(grant: Grant) -> Response:
    if not grant.shows_charts:
        abort(404)
    return drawn_figure(grant)


def _refused(sentence: str) -> Response:
    page = render_template("errors/error.html", code=422, title=_("This cannot be shown"), sentence=sentence)
    return make_response(page, 422)
