"""Treatments, flare-ups and pauses: one page of what is noted, and the steps of each."""

from __future__ import annotations

from typing import Any, Final, TypeAlias
from uuid import UUID, uuid4

from flask import Response, abort, flash, make_response, redirect, request, url_for
from flask_babel import gettext as _

from blueprints.events import offline
from blueprints.events.area import events
from blueprints.events.forms import FORMS, HappeningForm
from blueprints.events.view import form_title, known_values, limits, overview_context, triggers
from firststep.clinical.flares import SPELL_DAYS
from firststep.clinical.measures import FEET
from firststep.extensions import db
from firststep.services import happenings as service
from firststep.services.diary_events import Event
from firststep.services.diary_fields import Refused, parse_day
from firststep.services.diary_writing import Writing, is_written
from firststep.services.noted_sessions import read_all
from firststep.web.actors import current_patient
from firststep.web.past_days import today
from firststep.web.policy import policy
from firststep.web.render import render
from firststep.web.writing import current_writing, saved_strip, sent_id

__all__ = ["events", "offline"]

Answer: TypeAlias = Response | str

_KIND: Final = f"<any({', '.join(service.HAPPENINGS)}):kind>"


@events.get("/events")
@policy(GET="patient")
def overview() -> Answer:
    """List the person's treatments, flare-ups and pauses."""
    patient_id = current_patient().id
    found, noted = service.read_happenings(db.session, patient_id), read_all(db.session, patient_id)
    return render("events/overview.html", saved=saved_strip("events"), **overview_context(found, noted, today()))


@events.get(f"/events/new/{_KIND}")
@policy(GET="patient")
def new(kind: str) -> Answer:
    """Show the empty form of a kind, with today as its day and the next number of the course."""
    known: dict[str, Any] = {"day": today()}
    if kind == "treatment_session":
        known["number"] = service.next_number(db.session, current_patient().id)
    return _form_page(FORMS[kind](formdata=None, data=known), kind)


@events.post(f"/events/new/{_KIND}")
@policy(POST="patient")
def add(kind: str) -> Answer:
    """Note one of a kind."""
    form, writing = FORMS[kind](), current_writing()
    if not form.validate_on_submit() or form.day.data is None:
        return make_response(_form_page(form, kind), 422)
    try:
        service.add_happening(db.session, writing, kind, form.day.data, _of_the_feet(form))
    except Refused as refused:
        db.session.rollback()
        form.refuse(refused)
        return make_response(_form_page(form, kind), 422)
    db.session.commit()
    return _back(saved=writing.op_id)


@events.get("/events/<uuid:event_id>")
@policy(GET="patient")
def edit(event_id: UUID) -> Answer:
    """Show one of them to be changed."""
    event = service.read_happening(db.session, current_patient().id, event_id)
    return _form_page(FORMS[event.kind](formdata=None, data=known_values(event)), event.kind, event)


@events.post("/events/<uuid:event_id>")
@policy(POST="patient")
def change(event_id: UUID) -> Answer:
    """Store what was changed; a step that moved it to another day has no way back but another change."""
    writing = current_writing()
    event = _own(event_id, writing)
    if event is None:
        return _back(moved=1)
    form = FORMS[event.kind](data=known_values(event))
    if not form.validate_on_submit() or form.day.data is None:
        return make_response(_form_page(form, event.kind, event), 422)
    try:
        one_step = service.change_happening(db.session, writing, event, form.day.data, _of_the_feet(form))
    except Refused as refused:
        db.session.rollback()
        form.refuse(refused)
        return make_response(_form_page(form, event.kind, event), 422)
    db.session.commit()
    return _back(saved=writing.op_id) if one_step else _back(moved=1)


@events.post("/events/<uuid:event_id>/end")
@policy(POST="patient")
def end(event_id: UUID) -> Answer:
    """Let today be the day on which a flare-up has settled, or the last day of a pause."""
    writing = current_writing()
    event = service.read_happening(db.session, writing.patient_id, event_id)
    if event.kind == "treatment_session":
        abort(404)
    try:
        service.end_happening(db.session, writing, event, today())
    except Refused:
        db.session.rollback()
        abort(404)
    db.session.commit()
    # Of what another page ended there is no step to take back.
    return _back(saved=writing.op_id) if is_written(db.session, writing) else _back()


@events.post("/events/<uuid:event_id>/remove")
@policy(POST="patient")
def remove(event_id: UUID) -> Answer:
    """Take one away; the page that follows can bring it back."""
    writing = current_writing()
    event = _own(event_id, writing)
    if event is None:
        return _back(removed=writing.op_id)
    try:
        service.remove_happening(db.session, writing, event)
    except Refused:
        db.session.rollback()
        abort(404)
    db.session.commit()
    return _back(removed=writing.op_id)


@events.post("/flare")
@policy(POST="patient")
def answer_flare() -> Answer:
    """Keep the answer to "is this a flare-up?"; a yes leads to its form, where more can be noted."""
    writing, last_day = current_writing(), today()
    foot = next((one for one in FEET if one == request.form.get("foot")), None)
    said = request.form.get("answer", "")
    if foot is None or said not in ("yes", "no"):
        return _over()
    try:
        day, confirmed = parse_day(request.form.get("day"), latest=last_day), {"yes": True, "no": False}[said]
        if (last_day - day).days >= SPELL_DAYS:
            raise Refused("day", _("This question is answered already, or it is over."))
        service.answer_flare(db.session, writing, day=day, foot=foot, confirmed=confirmed, today=last_day)
    except Refused:
        # A page of another day, or another window that was quicker.
        db.session.rollback()
        return _over()
    db.session.commit()
    if confirmed:
        return make_response(redirect(url_for("events.edit", event_id=writing.form_id), 303))
    back = {"log": "diary.today", "progress": "charts.progress"}.get(request.form.get("back", ""), "events.overview")
    return make_response(redirect(url_for(back), 303))


def _own(event_id: UUID, writing: Writing) -> Event | None:
    """Return one of the person's own; None where this very step took it away already, as after a second tap."""
    event = service.find_happening(db.session, writing.patient_id, event_id)
    if event is None and not is_written(db.session, writing):
        abort(404)
    return event


def _over() -> Response:
    """Say that there is no such question any more, where what was answered stands."""
    flash(_("This question is answered already, or it is over."), "info")
    return _back()


def _of_the_feet(form: HappeningForm) -> dict[str, Any]:
    """Return the form's values; whoever has one foot that hurts is not asked which it is."""
    values, feet = form.values(), current_patient().feet
    return values | {"foot": feet} if "foot" in values and feet in FEET else values


def _form_page(form: HappeningForm, kind: str, event: Event | None = None) -> str:
    feet = current_patient().feet
    return render(
        "events/form.html",
        form=form,
        title=form_title(kind, new=event is None),
        event_id=event.id if event else None,
        action=url_for("events.change", event_id=event.id) if event else url_for("events.add", kind=kind),
        op_ids=[sent_id("op") or uuid4(), uuid4()],
        kind=kind,
        asks_foot=feet == "both",
        foot=feet if feet in FEET else "",
        triggers=triggers(),
        **limits(),
    )


def _back(**said: Any) -> Response:
    return make_response(redirect(url_for("events.overview", **said), 303))
