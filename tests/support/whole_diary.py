"""A patient of whom there is something in every table, in words that a spreadsheet could take for a formula."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from firststep.models import Patient, Practitioner, RemovedVisit, User, VisitAccess
from firststep.services import audit, reminders
from firststep.services.diary_events import EventChange
from firststep.services.diary_ops import Op, apply_op
from tests import factories
from tests.cast import NOW, TODAY

DAY = TODAY - timedelta(days=60)
#: What was typed, each with a canary in it, by where it was typed.
WORDS = {
    "note": '=HYPERLINK("x") canary-note\n\'@second line, with "quotes"; and commas ',
    "tag": "+canary-tag",
    "product": "-canary-drug",
    "treatment": "@canary-treatment",
    "trigger": "＝canary-trigger",
    "flare": "\tcanary-flare".strip(),
    "plan": "'=canary-plan",
    "question": "＠canary-question?",
    "session": "=canary-finding",
    "dispute": "-canary-dispute",
    "remark": "+canary-remark",
    "name": "Canary Name",
    "device": "canary-device",
}
EVENTS: Mapping[str, Mapping[str, Any]] = {
    "dose": {"product": WORDS["product"], "dose_mg": 7.5, "form": "oral", "taken_at": NOW - timedelta(days=60)},
    "treatment_session": {"kind": "both", "number": 3, "note": WORDS["treatment"]},
    "flare": {"foot": "left", "worst_pain": 90, "trigger": WORDS["trigger"], "note": WORDS["flare"]},
    "pause": {"ends_on": DAY + timedelta(days=3), "reason": "travel"},
    "plan": {"preset": "own", "name": WORDS["plan"], "hold_s": 10, "reps": 10, "sets_per_day": 3, "interval_days": 2},
    "pgic": {"week": 4, "rating": 2},
    "question": {"text": WORDS["question"]},
}


def write(session: Session, patient: Patient, practitioner: Practitioner) -> None:
    """Store something of the patient everywhere, and commit."""
    _ops(session, patient.id)
    factories.make_episode(session, patient, "acupuncture", DAY - timedelta(days=10), DAY)
    share = factories.make_share(session, patient, practitioner, scope="notes", until_on=TODAY + timedelta(days=9))
    factories.make_noted_session(
        session, patient, practitioner, DAY, number=1, gait=WORDS["session"], dispute=WORDS["dispute"]
    )
    factories.take_over(session, patient, factories.make_sheet(session, practitioner, note=WORDS["remark"]))
    removed = {"practitioner_id": practitioner.id, "day": DAY, "removed_at": NOW}
    session.add(RemovedVisit(id=uuid4(), patient_id=patient.id, **removed))
    look = audit.Actor(user_id=practitioner.user_id, name="Dr Looker", now=NOW, key=b"k" * 32)
    audit.record(session, look, patient.id, "viewed_notes", share_id=share.id)
    visit = {"scope": "charts", "from_day": DAY, "state": "ended", "made_at": NOW, "code_expires_at": NOW}
    visit |= {"link_hash": "0" * 64, "reader_name": "Dr Visitor", "reader_device": "Chrome on Mac", "sign": "07"}
    visit |= dict.fromkeys(("asked_at", "allowed_at", "ends_at", "ended_at"), NOW)
    session.add(VisitAccess(patient_id=patient.id, ended_by="left", **visit))
    reminders.save(session, patient, by_mail=True, hour=8, repeats=False, now=NOW)
    user = session.get_one(User, patient.user_id)
    user.name = patient.alias = WORDS["name"]
    session.commit()


def _ops(session: Session, patient_id: UUID) -> None:
    for_day = {"note": WORDS["note"], "tags": ["insoles", WORDS["tag"]], "stretch_done": True, "stretch_minutes": 0}
    _op(session, patient_id, {"": for_day | {"stretch_hurt": False}, "right": {"first_step_pain": 0}}, NOW)
    _op(session, patient_id, {"right": {"first_step_pain": 67}, "left": {"average_pain": 30}}, NOW)
    for kind, values in EVENTS.items():
        change = EventChange(kind=kind, id=uuid4(), values=values)
        apply_op(session, patient_id, _plain_op({}, NOW, event=change), now=NOW)


def _op(session: Session, patient_id: UUID, sets: Mapping[str, Any], now: datetime) -> None:
    apply_op(session, patient_id, _plain_op(sets, now), now=now)


def _plain_op(sets: Mapping[str, Any], now: datetime, **more: Any) -> Op:
    entered_at = now - timedelta(days=60)
    return Op(
        id=uuid4(), day=DAY, sets=sets, entered_at=entered_at, zone="Europe/Berlin", device_id=UUID(int=7), **more
    )
