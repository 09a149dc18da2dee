"""The daily log: today, any past day, its history, and taking the last change back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, TypeAlias
from uuid import UUID

from flask import Response, abort, flash, make_response, redirect, request, url_for

from blueprints.diary import offline, sync
from blueprints.diary.area import diary
from blueprints.diary.dose_form import repeated_dose
from blueprints.diary.dose_view import again_context, doses_context, reader_of
from blueprints.diary.form import DayForm, form_of, read_form
from blueprints.diary.view import day_context, history_context, night_context, saved_context
from firststep.extensions import db
from firststep.services import diary_ops
from firststep.services.diary_entry import read_entry
from firststep.services.diary_fields import Refused, parse_day, parse_uuid
from firststep.services.diary_history import read_history, undo_op
from firststep.services.diary_recent import read_dose, read_recent
from firststep.services.missed_days import leave_empty as leave_days_empty
from firststep.services.missed_days import missed_days
from firststep.services.stretching_plans import pause_of, plan_of
from firststep.web import clock
from firststep.web.actors import current_account, current_patient
from firststep.web.flare_words import flare_card
from firststep.web.missed_words import missed_card, next_to_fill
from firststep.web.paging import ROWS_PER_PAGE, asked_before, page_of
from firststep.web.plan_words import plan_note
from firststep.web.policy import policy
from firststep.web.ratings import rating_card
from firststep.web.red_flag_words import trigger_words
from firststep.web.render import render, render_part

__all__ = ["diary", "offline", "sync"]

Answer: TypeAlias = Response | str

# From midnight until this hour "today" may still mean yesterday for the person.
NIGHT_ENDS = 4


@diary.get("/log")
@policy(GET="patient")
def today() -> Answer:
    """Show today's form; at night ask which day is meant; with ?day=… go to that day."""
    if current_patient().feet is None:
        return _to(url_for("treatment.start"))
    if "day" in request.args:
        return _go_to_day(request.args["day"])
    moment = clock.now().astimezone(clock.zone(current_account().time_zone))
    if moment.hour < NIGHT_ENDS:
        return render("diary/night.html", **night_context(moment.date()))
    return _page(moment.date())


@diary.get("/log/<day>")
@policy(GET="patient")
def past_day(day: str) -> Answer:
    """Show the form of any day that has come."""
    if current_patient().feet is None:
        return _to(url_for("treatment.start"))
    return _page(_day_or_404(day))


@diary.post("/log")
@policy(POST="patient")
def save() -> Answer:
    """Store what a form without scripts holds, and show the day; with scripts the phone sends ops (sync.py)."""
    patient, zone, now_day = current_patient(), current_account().time_zone, _today()
    if patient.feet is None:
        return _to(url_for("treatment.start"))
    patient_id = patient.id
    if "again" in request.form:
        return _repeat_dose(patient_id, zone, now_day)
    op, refusals = read_form(request.form, today=now_day, now=clock.now(), zone=zone)
    try:
        answer = diary_ops.apply_op(db.session, patient_id, op, now=clock.now()) if op else None
    except Refused as refused:
        db.session.rollback()
        refusals, answer = [refused], None
    if refusals:
        return _refused_page(refusals)
    db.session.commit()
    if "first" in request.form:
        return _to(url_for("charts.progress"))
    saved_op = answer.op_id if answer else None
    return _to(url_for("diary.past_day", day=request.form["day"], saved=saved_op))


def _repeat_dose(patient_id: UUID, zone: str, now_day: date) -> Answer:
    """Note the dose that the button names once more, on the day that is shown, and show that day."""
    try:
        day = parse_day(request.form.get("day"), latest=now_day)
        op_id, dose_id = (parse_uuid(request.form.get(name), name) for name in ("op", "dose_id"))
        last = read_dose(db.session, patient_id, parse_uuid(request.form["again"], "again"))
        if last is None:
            abort(404)
        change = repeated_dose(last, dose_id)
        op = diary_ops.Op(id=op_id, day=day, sets={}, event=change, entered_at=clock.now(), zone=zone)
        diary_ops.apply_op(db.session, patient_id, op, now=clock.now())
    except Refused as refused:
        db.session.rollback()
        return _refused_page([refused])
    db.session.commit()
    return _to(url_for("diary.past_day", day=day.isoformat(), saved=op_id))


@diary.get("/log/<day>/noted")
@policy(GET="patient")
def noted(day: str) -> Answer:
    """Show what changes on the day's page after an entry: the way back, the doses and what labels say, the strip."""
    chosen, now_day = _day_or_404(day), _today()
    recent = read_recent(db.session, current_patient().id, chosen, today=now_day)
    shown = saved_context(_uuid_or_none(request.args.get("saved")), chosen, now_day, recent.logged)
    shown |= doses_context(recent, chosen, reader_of(current_account()), listed=recent.doses_of(chosen))
    shown["trigger"] = trigger_words(recent.trigger) if chosen == now_day else ""
    return _parts(shown, "told", "answer", "doses", "trigger", "recent")


@diary.post("/log/undo")
@policy(POST="patient")
def undo() -> Answer:
    """Take back the op that the button names, and show its day."""
    patient, zone = current_patient(), current_account().time_zone
    try:
        undone, undo_id = UUID(request.form.get("undo", "")), UUID(request.form.get("op", ""))
    except ValueError:
        abort(404)
    try:
        day = undo_op(db.session, patient.id, undone, undo_id=undo_id, now=clock.now(), zone=zone)
    except Refused as refused:
        db.session.rollback()
        if refused.field == "op":
            abort(404)
        flash(refused.sentence, "info")
        return _to(url_for("diary.today"))
    if day is None:
        abort(404)
    db.session.commit()
    return _to(url_for("diary.past_day", day=day.isoformat(), undone=1))


@diary.post("/log/leave-empty")
@policy(POST="patient")
def leave_empty() -> Answer:
    """Ask no more about the empty days up to the one that the form names, and show today."""
    try:
        until = parse_day(request.form.get("until"), latest=_today() - timedelta(days=1))
    except Refused:
        abort(404)
    leave_days_empty(db.session, current_patient(), until)
    db.session.commit()
    return _to(url_for("diary.today"))


@diary.get("/log/<day>/history")
@policy(GET="patient")
def history(day: str) -> Answer:
    """Show every change of the day to the person whose diary it is."""
    chosen = _day_or_404(day)
    found = read_history(db.session, current_patient().id, chosen, before=asked_before(), most=ROWS_PER_PAGE + 1)
    lines, older = page_of(found)
    context = history_context(lines, older, chosen, _today(), current_account().time_zone)
    return render("diary/history.html", **context)


def _today() -> date:
    return clock.local_day(clock.now(), current_account().time_zone)


def _day_or_404(text: str) -> date:
    try:
        return parse_day(text, latest=_today())
    except Refused:
        abort(404)


def _go_to_day(text: str) -> Answer:
    try:
        day = parse_day(text, latest=_today())
    except Refused as refused:
        return _refused_page([refused])
    return _to(url_for("diary.past_day", day=day.isoformat()))


def _page(day: date) -> str:
    form = form_of(read_entry(db.session, current_patient().id, day))
    return render("diary/day.html", **_context(form))


def _refused_page(refusals: list[Refused]) -> Response:
    """Show the form again with everything that was typed, and each sentence at its input."""
    try:
        day = parse_day(request.form.get("day"), latest=_today())
    except Refused:
        day = _today()
    form = form_of(read_entry(db.session, current_patient().id, day))
    for refused in refusals:
        form.refuse(refused)
    return make_response(render("diary/day.html", **_context(form)), 422)


def _parts(context: dict[str, Any], *blocks: str) -> str:
    """Render blocks of the day's page, each for the place of its id."""
    return "".join(render_part("diary/day.html", block, **context) for block in blocks)


def _context(form: DayForm) -> dict[str, Any]:
    patient, reader, now_day = current_patient(), reader_of(current_account()), _today()
    recent = read_recent(db.session, patient.id, form.day, today=now_day)
    noted = recent.doses_of(form.day)
    asked_id = _uuid_or_none(request.args.get("dose"))
    shown_id = asked_id if any(dose.id == asked_id for dose in noted) else None
    sent_id = _uuid_or_none(request.form.get("dose_id")) or shown_id
    doses = form.show_dose(noted, sent_id=sent_id, zone=reader.zone)
    form.keep_typed(request.form)
    page = doses_context(recent, form.day, reader, listed=doses) | again_context(recent)
    pauses = [pause_of(pause) for pause in recent.pauses]
    page["plan"] = plan_note(map(plan_of, recent.plans), pauses, form.day)
    missed = missed_days(recent.logged, today=now_day, left_until=patient.left_empty_until, pauses=pauses)
    page["next_to_fill"] = next_to_fill(missed, form.day, now_day)
    # Today's page asks, but not beside somebody's first entry.
    asks = form.day == now_day and "first" not in request.values
    page["trigger"] = trigger_words(recent.trigger) if form.day == now_day else ""
    page["asked"] = rating_card(recent.asked, now_day, back="log") if asks else None
    page["missed"] = missed_card(missed, now_day) if asks else None
    page["flare"] = flare_card(recent.flare, two_feet=patient.feet == "both", back="log") if asks else None
    return page | day_context(
        form,
        feet=patient.feet or "right",
        today=now_day,
        logged=recent.logged,
        first_entry="first" in request.values,
        saved_op=_uuid_or_none(request.args.get("saved")),
        undone="undone" in request.args,
        chosen_day=request.values.get("day", ""),
    )


def _uuid_or_none(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _to(address: str) -> Response:
    return make_response(redirect(address, 303))
