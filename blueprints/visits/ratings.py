"""The rating of the whole change: given when it is asked for, put off, changed, taken away."""

from __future__ import annotations

from typing import Any, TypeAlias
from uuid import UUID, uuid4

from flask import Response, abort, flash, make_response, request, url_for
from flask_babel import gettext as _

from blueprints.visits.area import back_address, back_to, today, visits
from blueprints.visits.forms import RatingForm
from firststep.clinical.pgic import WEEKS, Asked, Rating
from firststep.extensions import db
from firststep.services import ratings as service
from firststep.services.diary_fields import Refused
from firststep.services.diary_recent import read_recent
from firststep.services.diary_writing import is_written
from firststep.web.actors import current_patient
from firststep.web.dates import long_date
from firststep.web.policy import policy
from firststep.web.ratings import put_off, rating_options, rating_question, rating_title
from firststep.web.render import render
from firststep.web.writing import current_writing, sent_id

Answer: TypeAlias = Response | str


@visits.post("/rating")
@policy(POST="patient")
def rate() -> Answer:
    """Note the answer to what is asked today."""
    form, writing, day = RatingForm(), current_writing(), today()
    if not form.validate_on_submit():
        asked = read_recent(db.session, writing.patient_id, day, today=day).asked
        return make_response(_question_page(form, asked), 422) if asked else _over()
    try:
        service.give_rating(db.session, writing, week=_sent_week(), rating=form.answer, today=day)
    except Refused as refused:
        db.session.rollback()
        if refused.field != "week":
            abort(404)
        return _over()
    db.session.commit()
    return back_to(request.form.get("back"), saved=writing.op_id)


@visits.post("/rating/later")
@policy(POST="patient")
def later() -> Answer:
    """Leave the question for another day."""
    put_off(today())
    flash(_("Left for another day: you are not asked again today."), "info")
    return back_to(request.form.get("back"))


@visits.get("/rating/<uuid:rating_id>")
@policy(GET="patient")
def edit_rating(rating_id: UUID) -> Answer:
    """Show one answer to be changed or taken away."""
    before = service.read_rating(db.session, current_patient().id, rating_id)
    return _edit_page(RatingForm(formdata=None, data={"rating": str(before.rating)}), rating_id, before)


@visits.post("/rating/<uuid:rating_id>")
@policy(POST="patient")
def change_rating(rating_id: UUID) -> Answer:
    """Store the changed answer."""
    form, writing = RatingForm(), current_writing()
    before = service.read_rating(db.session, writing.patient_id, rating_id)
    if not form.validate_on_submit():
        return make_response(_edit_page(form, rating_id, before), 422)
    try:
        service.change_rating(db.session, writing, rating_id, before, form.answer)
    except Refused as refused:
        db.session.rollback()
        form.refuse(refused)
        return make_response(_edit_page(form, rating_id, before), 422)
    db.session.commit()
    return back_to("progress", saved=writing.op_id)


@visits.post("/rating/<uuid:rating_id>/remove")
@policy(POST="patient")
def remove_rating(rating_id: UUID) -> Answer:
    """Take the answer away; the page that follows can bring it back."""
    writing = current_writing()
    if is_written(db.session, writing):
        # A second tap on the same button.
        return back_to("progress", removed=writing.op_id)
    before = service.read_rating(db.session, writing.patient_id, rating_id)
    try:
        service.remove_rating(db.session, writing, rating_id, before)
    except Refused:
        db.session.rollback()
        abort(404)
    db.session.commit()
    return back_to("progress", removed=writing.op_id)


def _sent_week() -> int | None:
    return {str(week): week for week in WEEKS}.get(request.form.get("week", ""))


def _over() -> Response:
    """Say that there is no such question any more, on the page from which the answer came."""
    flash(_("This question is answered already, or it is over."), "info")
    return back_to(request.form.get("back"))


def _question_page(form: RatingForm, asked: Asked) -> str:
    """Show the question on a page of its own, after an answer that could not be read."""
    back = request.form.get("back")
    return _page(
        form,
        title=rating_title(asked.week),
        label=rating_question(asked.since),
        action=url_for("visits.rate"),
        sent={"week": asked.week, "back": back},
        cancel=back_address(back),
    )


def _edit_page(form: RatingForm, rating_id: UUID, before: Rating) -> str:
    return _page(
        form,
        title=_("Your rating in week %(week)s", week=before.week),
        label=_("On %(day)s, compared with the start, overall:", day=long_date(before.day)),
        action=url_for("visits.change_rating", rating_id=rating_id),
        remove=url_for("visits.remove_rating", rating_id=rating_id),
        cancel=back_address("progress"),
    )


def _page(form: RatingForm, **shown: Any) -> str:
    known = {"remove": "", "sent": {}, "options": rating_options(), "op_ids": [sent_id("op") or uuid4(), uuid4()]}
    return render("visits/rating.html", form=form, **known | shown)
