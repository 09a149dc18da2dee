"""The wire between the phone's outbox and the server, version 1 (`firststep/services/diary_wire.py`)."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, jsonify, request
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf

from blueprints.diary.area import diary
from firststep.extensions import db
from firststep.services.diary_days import first_kept_day, last_told_day, read_kept_days
from firststep.services.diary_events import KINDS, read_events
from firststep.services.diary_fields import Refused
from firststep.services.diary_ops import apply_op
from firststep.services.diary_wire import (
    MOST_OPS,
    VERSIONS,
    Unreadable,
    answer_values,
    parse_op,
    read_json,
    rejection_values,
)
from firststep.services.stretching_plans import pause_of, plan_of
from firststep.web import clock
from firststep.web.actors import current_account, current_patient
from firststep.web.country_words import country_of_account, label_country_name
from firststep.web.logs import log
from firststep.web.phone import sync_user
from firststep.web.plan_words import plan_notes
from firststep.web.policy import policy


@diary.get("/diary/session")
@policy(GET="patient")
def sync_session() -> Response:
    """Return what the phone needs before it sends: whose session this is, a fresh form token, and the day."""
    account = current_account()
    return jsonify(
        user=sync_user(account.id),
        csrf=generate_csrf(),
        today=clock.local_day(clock.now(), account.time_zone).isoformat(),
        zone=account.time_zone,
        versions=list(VERSIONS),
    )


@diary.get("/diary/days")
@policy(GET="patient")
def kept_days() -> Response:
    """Return what the phone keeps so that the log opens without a connection: the last weeks, and whose they are."""
    account, patient = current_account(), current_patient()
    today = clock.local_day(clock.now(), account.time_zone)
    kept = read_kept_days(db.session, patient.id, today=today)
    pauses = [pause_of(pause) for pause in kept.pauses]
    country = country_of_account(account)
    first, last = first_kept_day(today), last_told_day(today)
    response = jsonify(
        user=sync_user(account.id),
        zone=account.time_zone,
        feet=patient.feet,
        left_empty_until=_iso_or_none(patient.left_empty_until),
        label_country={"code": country, "name": label_country_name(country)},
        rev=kept.rev,
        first=first.isoformat(),
        last=last.isoformat(),
        days=kept.days,
        pauses=[{"first": pause.first.isoformat(), "last": _iso_or_none(pause.last)} for pause in pauses],
        plan_notes=plan_notes(map(plan_of, kept.plans), pauses, first=first, last=last),
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _iso_or_none(day: date | None) -> str | None:
    return day.isoformat() if day else None


@diary.put("/diary/ops/<uuid:op_id>")
@policy(PUT="patient")
def store_one(op_id: UUID) -> tuple[Response, int]:
    """Store one op."""
    try:
        raw = read_json(request.get_data())
    except Unreadable:
        return _unreadable()
    if not isinstance(raw, dict) or raw.get("op", str(op_id)) != str(op_id):
        return _unreadable()
    answer = _store({**raw, "op": str(op_id)}, _own_ids())
    return jsonify(answer), 422 if answer["status"] == "rejected" else 200


@diary.post("/diary/ops")
@policy(POST="patient")
def store_batch() -> tuple[Response, int]:
    """Store up to 500 ops in their order, each for itself: one that is refused stops no other."""
    try:
        raw = read_json(request.get_data())
    except Unreadable:
        return _unreadable()
    ops = raw.get("ops") if isinstance(raw, dict) else raw
    if not isinstance(ops, list):
        return _unreadable()
    if isinstance(raw, dict) and raw.get("user", sync_user(current_account().id)) != sync_user(current_account().id):
        return jsonify(error=_("Somebody else is signed in.")), 409
    if len(ops) > MOST_OPS:
        return jsonify(error=_("Send at most %(most)s at a time.", most=MOST_OPS)), 413
    ids = _own_ids()
    return jsonify(answers=[_store(op, ids) for op in ops]), 200


def _own_ids() -> tuple[UUID, str]:
    # Read once: each commit of a batch would make the person's row be read again.
    return current_patient().id, current_account().time_zone


def _store(raw: object, ids: tuple[UUID, str]) -> dict[str, Any]:
    patient_id, zone = ids
    now = clock.now()
    try:
        op = parse_op(raw, patient_id=patient_id, today=clock.local_day(now, zone), zone=zone, now=now)
        answer = apply_op(db.session, patient_id, op, now=now)
    except Refused as refused:
        db.session.rollback()
        if refused.field == "op":
            log.warning("diary op not accepted", user=sync_user(current_account().id))
        return rejection_values(raw, refused)
    day = answer.entry.day
    values = answer_values(answer, read_events(db.session, patient_id, tuple(KINDS), first=day, last=day))
    db.session.commit()
    return values


def _unreadable() -> tuple[Response, int]:
    return jsonify(error=_("This could not be read.")), 400
