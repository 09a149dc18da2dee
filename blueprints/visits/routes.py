"""What is prepared for a visit: questions to ask, and taking the last step back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias
from uuid import UUID, uuid4

from flask import Response, abort, flash, make_response, request

from blueprints.visits import ratings
from blueprints.visits.area import back_to, today, visits
from blueprints.visits.forms import QuestionForm
from firststep.extensions import db
from firststep.services import questions as service
from firststep.services.diary_events import MOST_TEXT
from firststep.services.diary_fields import Refused
from firststep.services.diary_history import undo_op
from firststep.services.diary_writing import Writing, is_written
from firststep.services.questions import VisitQuestion
from firststep.services.stretching_plans import undo_step as undo_plan_step
from firststep.web import clock
from firststep.web.actors import current_account, current_patient
from firststep.web.dates import long_date
from firststep.web.policy import policy
from firststep.web.render import render
from firststep.web.writing import current_writing, saved_strip, sent_id

__all__ = ["ratings", "visits"]

Answer: TypeAlias = Response | str


@visits.get("/questions")
@policy(GET="patient")
def questions() -> Answer:
    """List the person's questions: those to ask, and those that were asked."""
    return _list_page(QuestionForm(formdata=None))


@visits.post("/questions")
@policy(POST="patient")
def add() -> Answer:
    """Write a question down."""
    form, writing = QuestionForm(), current_writing()
    if not form.validate_on_submit():
        return make_response(_list_page(form), 422)
    try:
        service.add_question(db.session, writing, day=today(), text=form.text.data)
    except Refused as refused:
        db.session.rollback()
        form.refuse(refused)
        return make_response(_list_page(form), 422)
    db.session.commit()
    return back_to("questions", saved=writing.op_id)


@visits.get("/questions/<uuid:question_id>")
@policy(GET="patient")
def edit(question_id: UUID) -> Answer:
    """Show one question to be changed."""
    question = service.read_question(db.session, current_patient().id, question_id)
    return _edit_page(QuestionForm(formdata=None, data={"text": question.text}), question)


@visits.post("/questions/<uuid:question_id>")
@policy(POST="patient")
def change(question_id: UUID) -> Answer:
    """Store the changed question."""
    form, writing = QuestionForm(), current_writing()
    question = service.read_question(db.session, writing.patient_id, question_id)
    if not form.validate_on_submit():
        return make_response(_edit_page(form, question), 422)
    try:
        service.change_question(db.session, writing, question, form.text.data)
    except Refused as refused:
        db.session.rollback()
        form.refuse(refused)
        return make_response(_edit_page(form, question), 422)
    db.session.commit()
    return back_to("questions", saved=writing.op_id)


@visits.post("/questions/<uuid:question_id>/asked")
@policy(POST="patient")
def settle(question_id: UUID) -> Answer:
    """Note that the question was asked today."""

    def write(writing: Writing, question: VisitQuestion) -> None:
        service.settle_question(db.session, writing, question, today())

    return _step(question_id, write)


@visits.post("/questions/<uuid:question_id>/open")
@policy(POST="patient")
def reopen(question_id: UUID) -> Answer:
    """Note that the question was not asked yet."""
    return _step(question_id, lambda writing, question: service.reopen_question(db.session, writing, question))


@visits.post("/questions/<uuid:question_id>/remove")
@policy(POST="patient")
def remove(question_id: UUID) -> Answer:
    """Take the question away; the page that follows can bring it back."""
    return _step(
        question_id, lambda writing, question: service.remove_question(db.session, writing, question), said="removed"
    )


@visits.post("/visits/undo")
@policy(POST="patient")
def undo() -> Answer:
    """Take back the step that the button names, and show its page."""
    undone, undo_id, patient_id = sent_id("undo"), sent_id("op"), current_patient().id
    if undone is None or undo_id is None:
        abort(404)
    zone = current_account().time_zone
    take_back = undo_plan_step if request.form.get("back") == "plans" else undo_op
    try:
        day = take_back(db.session, patient_id, undone, undo_id=undo_id, now=clock.now(), zone=zone)
    except Refused as refused:
        db.session.rollback()
        if refused.field == "op":
            abort(404)
        flash(refused.sentence, "info")
        return back_to(request.form.get("back"))
    if day is None:
        abort(404)
    db.session.commit()
    return back_to(request.form.get("back"), undone=1)


def _step(question_id: UUID, write: Callable[[Writing, VisitQuestion], None], *, said: str = "saved") -> Response:
    """Commit a step without fields; the id of somebody else's step looks like none."""
    writing = current_writing()
    if is_written(db.session, writing):
        # A second tap on the same button.
        return back_to("questions", **{said: writing.op_id})
    question = service.read_question(db.session, writing.patient_id, question_id)
    try:
        write(writing, question)
    except Refused:
        db.session.rollback()
        abort(404)
    db.session.commit()
    return back_to("questions", **{said: writing.op_id})


def _list_page(form: QuestionForm) -> str:
    found = service.read_questions(db.session, current_patient().id)
    return render(
        "visits/questions.html",
        form=form,
        op_id=sent_id("op") or uuid4(),
        open_questions=[_line(one) for one in found if one.settled_on is None],
        asked_questions=[_line(one) for one in reversed(found) if one.settled_on is not None],
        most=MOST_TEXT,
        saved=saved_strip("questions"),
    )


def _edit_page(form: QuestionForm, question: VisitQuestion) -> str:
    return render(
        "visits/question.html", form=form, question=_line(question), op_id=sent_id("op") or uuid4(), most=MOST_TEXT
    )


def _line(question: VisitQuestion) -> dict[str, object]:
    return {
        "id": question.id,
        "text": question.text,
        "written": long_date(question.day),
        "asked": long_date(question.settled_on) if question.settled_on else "",
        "op_ids": [uuid4(), uuid4()],
    }
