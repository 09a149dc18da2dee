"""Stretching plans: what was tested or is handed out, the person's own plan, and the guided timer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias
from uuid import UUID, uuid4

from flask import Blueprint, Response, abort, make_response, redirect, url_for

from blueprints.stretching.forms import NumbersForm, PlanForm, today
from blueprints.stretching.view import choice_context, known_numbers, plans_context, timer_context
from firststep.clinical.stretching import OWN, find_preset
from firststep.extensions import db
from firststep.services import stretching_plans as service
from firststep.services.diary_fields import Refused
from firststep.services.diary_writing import is_written
from firststep.web import shell
from firststep.web.actors import current_patient
from firststep.web.plan_words import plan_name
from firststep.web.policy import policy
from firststep.web.render import render
from firststep.web.writing import current_writing, saved_strip

stretching = Blueprint("stretching", __name__)

Answer: TypeAlias = Response | str

TIMER = "/stretching/timer"


@stretching.get("/stretching")
@policy(GET="patient")
def plans() -> Answer:
    """Show the person's plans, and every preset with its evidence and source."""
    found = service.read_plans(db.session, current_patient().id)
    return render("stretching/plans.html", saved=saved_strip("plans"), **plans_context(found, today()))


@stretching.get("/stretching/choose/<key>")
@policy(GET="patient")
def choose(key: str) -> Answer:
    """Show a preset's numbers, or empty ones for an own plan, to be chosen as the person's plan."""
    _known_or_404(key)
    return _choice_page(PlanForm(formdata=None, data=known_numbers(key, today())), key)


@stretching.post("/stretching/choose/<key>")
@policy(POST="patient")
def begin(key: str) -> Answer:
    """Note the plan as the person's own from its first day on."""
    _known_or_404(key)
    form, writing = PlanForm(), current_writing()
    if not form.validate_on_submit() or form.day.data is None:
        return make_response(_choice_page(form, key), 422)
    try:
        service.choose_plan(db.session, writing, day=form.day.data, values={"preset": key, **form.values()})
    except Refused as refused:
        db.session.rollback()
        form.refuse(refused)
        return make_response(_choice_page(form, key), 422)
    db.session.commit()
    return _back(saved=writing.op_id)


@stretching.get("/stretching/plans/<uuid:plan_id>")
@policy(GET="patient")
def edit(plan_id: UUID) -> Answer:
    """Show the numbers of one of the person's plans."""
    plan = service.read_plan(db.session, current_patient().id, plan_id)
    known = {**plan.values, "interval_days": str(plan["interval_days"])}
    return _edit_page(NumbersForm(formdata=None, data=known), plan_id, plan["preset"])


@stretching.post("/stretching/plans/<uuid:plan_id>")
@policy(POST="patient")
def change(plan_id: UUID) -> Answer:
    """Store the changed numbers."""
    form, writing = NumbersForm(), current_writing()
    plan = service.read_plan(db.session, writing.patient_id, plan_id)
    if not form.validate_on_submit():
        return make_response(_edit_page(form, plan_id, plan["preset"]), 422)
    try:
        service.change_plan(db.session, writing, plan, form.values())
    except Refused as refused:
        db.session.rollback()
        form.refuse(refused)
        return make_response(_edit_page(form, plan_id, plan["preset"]), 422)
    db.session.commit()
    return _back(saved=writing.op_id)


@stretching.post("/stretching/plans/<uuid:plan_id>/end")
@policy(POST="patient")
def end(plan_id: UUID) -> Answer:
    """Let today be the plan's last day."""
    writing = current_writing()
    plan = service.read_plan(db.session, writing.patient_id, plan_id)
    _stored_or_404(lambda: service.end_plan(db.session, writing, plan, today()))
    # Of a plan that another page ended there is no step to take back.
    return _back(saved=writing.op_id) if is_written(db.session, writing) else _back()


@stretching.get("/stretching/plans/<uuid:plan_id>/remove")
@policy(GET="patient")
def ask_remove(plan_id: UUID) -> Answer:
    """Ask before a plan is taken away."""
    plan = service.read_plan(db.session, current_patient().id, plan_id)
    name = plan_name(plan["preset"], plan["name"])
    return render("stretching/remove.html", plan_id=plan_id, name=name, op_id=uuid4())


@stretching.post("/stretching/plans/<uuid:plan_id>/remove")
@policy(POST="patient")
def remove(plan_id: UUID) -> Answer:
    """Take the plan away as if it had never been chosen."""
    writing = current_writing()
    if is_written(db.session, writing):
        # A second tap on the same button.
        return _back(removed=writing.op_id)
    plan = service.read_plan(db.session, writing.patient_id, plan_id)
    _stored_or_404(lambda: service.remove_plan(db.session, writing, plan))
    return _back(removed=writing.op_id)


@stretching.get(TIMER)
@policy(GET="public")
def timer() -> Response:
    """Show the guided timer; it knows nobody, and opens without a connection."""
    return shell.serve(TIMER)


@shell.kept_on_the_phone(TIMER)
def _timer() -> str:
    return shell.render_for_everybody("stretching/timer.html", **timer_context())


def _known_or_404(key: str) -> None:
    if key != OWN and find_preset(key) is None:
        abort(404)


def _stored_or_404(write: Callable[[], None]) -> None:
    """Commit a step without fields; the id of somebody else's step looks like none."""
    try:
        write()
    except Refused:
        db.session.rollback()
        abort(404)
    db.session.commit()


def _choice_page(form: PlanForm, key: str) -> str:
    return render("stretching/choose.html", form=form, **choice_context(key))


def _edit_page(form: NumbersForm, plan_id: UUID, key: str) -> str:
    return render("stretching/edit.html", form=form, plan_id=plan_id, **choice_context(key))


def _back(**said: Any) -> Response:
    return make_response(redirect(url_for("stretching.plans", **said), 303))
