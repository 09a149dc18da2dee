"""Every kind of dated thing: stored by an op, changed, taken back, removed, read by its owner only."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from firststep.clinical.week import week_with
from firststep.extensions import db
from firststep.models import Base, NotedSession, Patient, Practitioner, RemovedVisit, Visit
from firststep.services.diary_entry import read_entry
from firststep.services.diary_events import (
    KINDS,
    Event,
    EventChange,
    check_event,
    event_from_text,
    event_to_text,
    read_events,
)
from firststep.services.diary_fields import Refused
from firststep.services.diary_history import read_history, undo_op
from firststep.services.diary_ops import Op, apply_op
from firststep.services.diary_reading import read_logged_days
from firststep.services.digest import count_logged_days
from firststep.services.panel import Line
from firststep.web.event_words import event_name, event_words
from tests import factories
from tests.cast import NOW, TODAY, Cast
from tests.support.lists import listed

ALL = tuple(KINDS)
LATER = (TODAY + timedelta(days=9)).isoformat()

#: One example of each kind as the wire has it, and one field to change.
EXAMPLES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "dose": (
        {"product": "ibuprofen", "dose_mg": 400, "form": "oral", "taken_at": "2026-11-23T07:00:00+01:00"},
        {"prescribed": True, "prescribed_most_mg": 2400},
    ),
    "treatment_session": ({"kind": "acupuncture", "number": 3, "note": "both calves"}, {"number": 4}),
    "flare": ({"worst_pain": 8, "foot": "right", "trigger": "long walk"}, {"settled_on": LATER}),
    "pause": ({"reason": "ill"}, {"ends_on": LATER}),
    "plan": ({"preset": "plantar_fascia", "sets_per_day": 3, "interval_days": 1}, {"hold_s": 20, "ends_on": LATER}),
    "pgic": ({"week": 8, "rating": 2}, {"rating": 3}),
    "question": ({"text": "Can I run again?"}, {"settled_on": LATER}),
}


def change(kind: str, event_id: UUID, values: dict[str, Any]) -> EventChange:
    """Return the change that the wire would ask for."""
    return check_event(KINDS[kind], {"id": str(event_id), **values})


def send(patient_id: UUID, event: EventChange, *, days_ago: int = 0) -> UUID:
    """Store one op with the change and commit; return the op's id."""
    op = Op(
        id=uuid4(), day=TODAY - timedelta(days=days_ago), sets={}, event=event, entered_at=NOW, zone="Europe/Berlin"
    )
    apply_op(db.session, patient_id, op, now=NOW)
    db.session.commit()
    return op.id


def events_of(patient_id: UUID, kinds: tuple[str, ...] = ALL) -> list[Event]:
    """Return what the person has."""
    return read_events(db.session, patient_id, kinds, first=TODAY - timedelta(days=30), last=TODAY)


def test_every_table_of_dated_things_is_a_kind() -> None:
    dated = {
        mapper.class_ for mapper in Base.registry.mappers if {"id", "patient_id", "day"} <= set(mapper.columns.keys())
    }
    # A visit comes from a practice's sheet, removed or not, a noted session from a practitioner: no phone writes them.
    assert {kind.table for kind in KINDS.values()} == dated - {Visit, RemovedVisit, NotedSession}
    assert EXAMPLES.keys() == KINDS.keys()


@pytest.mark.parametrize("kind", ALL)
def test_a_dated_thing_is_stored_changed_taken_back_and_removed(app: Flask, cast: Cast, kind: str) -> None:
    first, second = EXAMPLES[kind]
    event_id = uuid4()
    with app.app_context():
        send(cast.ben, change(kind, event_id, first))
        (stored,) = events_of(cast.ben)
        expected = change(kind, event_id, first).values
        assert {name: stored[name] for name in expected} == expected
        changed_by = send(cast.ben, change(kind, event_id, second))
        (changed,) = events_of(cast.ben)
        assert changed.values == {**stored.values, **change(kind, event_id, second).values}
        assert event_name(kind)
        assert event_words(stored) != event_words(changed) or kind in ("dose", "plan")
        undo_op(db.session, cast.ben, changed_by, undo_id=uuid4(), now=NOW, zone="Europe/Berlin")
        assert events_of(cast.ben) == [stored]
        send(cast.ben, EventChange(kind=kind, id=event_id, removed=True))
        assert events_of(cast.ben) == []
        lines = [line for line in read_history(db.session, cast.ben, TODAY) if line.field == kind]
        assert [line.new_value is None for line in lines] == [True, False, False, False]
        assert event_from_text(kind, TODAY, lines[1].new_value) == stored


@pytest.mark.parametrize("kind", ALL)
def test_nobody_changes_or_removes_the_dated_thing_of_another(app: Flask, cast: Cast, kind: str) -> None:
    first, second = EXAMPLES[kind]
    event_id = uuid4()
    with app.app_context():
        send(cast.ben, change(kind, event_id, first))
        before = events_of(cast.ben)
        with pytest.raises(Refused):
            send(cast.ana, change(kind, event_id, second))
        db.session.rollback()
        send(cast.ana, EventChange(kind=kind, id=event_id, removed=True))
        assert events_of(cast.ben) == before
        assert events_of(cast.ana) == []


@pytest.mark.parametrize("kind", ALL)
def test_what_lies_in_the_history_is_the_whole_thing(kind: str) -> None:
    first, second = EXAMPLES[kind]
    values = dict.fromkeys(KINDS[kind].fields) | dict(change(kind, uuid4(), first | second).values)
    event = Event(kind=kind, id=uuid4(), day=TODAY, values=values)
    text = event_to_text(event)
    assert text is not None
    assert json.loads(text)["id"] == str(event.id)
    assert event_from_text(kind, TODAY, text) == event


def test_two_things_of_one_kind_on_one_day_are_taken_back_each_for_itself(app: Flask, cast: Cast) -> None:
    with app.app_context():
        first = send(cast.ben, change("dose", uuid4(), {"product": "ibuprofen"}))
        send(cast.ben, change("dose", uuid4(), {"product": "naproxen"}))
        undo_op(db.session, cast.ben, first, undo_id=uuid4(), now=NOW, zone="Europe/Berlin")
        assert [event["product"] for event in events_of(cast.ben)] == ["naproxen"]


def test_events_come_by_day_with_their_own_fields_in_one_statement(app: Flask, cast: Cast) -> None:
    with app.app_context():
        for days_ago, kind in enumerate(ALL):
            send(cast.ben, change(kind, uuid4(), EXAMPLES[kind][0]), days_ago=days_ago)
        found = events_of(cast.ben)
        assert [event.kind for event in found] == list(reversed(ALL))
        assert all(event.values.keys() == KINDS[event.kind].fields.keys() for event in found)
        assert [event.kind for event in events_of(cast.ben, ("flare", "pause"))] == ["pause", "flare"]


@pytest.mark.parametrize(
    ("kind", "values", "field"),
    [
        ("dose", {"dose_mg": 400}, "product"),
        ("dose", {"product": "ibuprofen", "prescribed_most_mg": 0}, "prescribed_most_mg"),
        ("dose", {"product": "ibuprofen", "for_heart": "yes"}, "for_heart"),
        ("dose", {"product": "ibuprofen", "form": None}, "form"),
        ("treatment_session", {"number": 1}, "kind"),
        ("treatment_session", {"kind": "magic"}, "kind"),
        ("treatment_session", {"kind": "both", "number": 501}, "number"),
        ("treatment_session", {"kind": "both", "number": True}, "number"),
        ("treatment_session", {"kind": "both", "note": "x" * 501}, "note"),
        ("flare", {"worst_pain": 11}, "worst_pain"),
        ("flare", {"foot": "third"}, "foot"),
        ("flare", {"settled_on": (TODAY - timedelta(days=1)).isoformat()}, "settled_on"),
        ("flare", {"settled_on": "2026-02-30"}, "settled_on"),
        ("flare", {"trigger": "A run\nuphill"}, "trigger"),
        ("flare", {"trigger": "A \u202erun"}, "trigger"),
        ("pause", {"ends_on": "2026-11-22"}, "ends_on"),
        ("pause", {"ends_on": "2100-01-01"}, "ends_on"),
        ("pause", {"reason": "x"}, "reason"),
        ("plan", {"sets_per_day": 3}, "preset"),
        ("plan", {"preset": "unknown"}, "preset"),
        ("plan", {"preset": "towel", "sets_per_day": 13, "interval_days": 1}, "sets_per_day"),
        ("pgic", {"week": 5, "rating": 1}, "week"),
        ("pgic", {"week": 4, "rating": 8}, "rating"),
        ("question", {}, "text"),
        ("question", {"text": "  "}, "text"),
        ("question", {"text": "a\x00b"}, "text"),
        ("question", {"text": "a", "patient_id": "x"}, "question"),
        ("question", {"text": "a", "day": "2026-11-01"}, "question"),
    ],
)
def test_a_wrong_value_is_named_and_nothing_is_stored(
    app: Flask, cast: Cast, kind: str, values: dict[str, Any], field: str
) -> None:
    with app.app_context():
        with pytest.raises(Refused) as refused:
            send(cast.ben, change(kind, uuid4(), values))
        assert refused.value.field == field
        assert refused.value.sentence
        db.session.rollback()
        assert events_of(cast.ben) == []


def test_a_dated_thing_stays_on_its_day(app: Flask, cast: Cast) -> None:
    event_id = uuid4()
    with app.app_context():
        send(cast.ben, change("flare", event_id, {"worst_pain": 7}))
        for event in (
            change("flare", event_id, {"worst_pain": 8}),
            EventChange(kind="flare", id=event_id, removed=True),
        ):
            with pytest.raises(Refused, match="another day"):
                send(cast.ben, event, days_ago=1)
            db.session.rollback()
        assert [event["worst_pain"] for event in events_of(cast.ben)] == [70]


def test_a_persons_dated_things_go_with_the_person(app: Flask, cast: Cast) -> None:
    with app.app_context():
        for kind in ALL:
            send(cast.ben, change(kind, uuid4(), EXAMPLES[kind][0]))
        db.session.delete(db.session.get_one(Patient, cast.ben))
        db.session.commit()
        for kind in KINDS.values():
            assert db.session.scalars(select(kind.table)).all() == []


def test_undo_gives_back_when_and_how_the_first_steps_were_entered(app: Flask, cast: Cast) -> None:
    then, yesterday = NOW - timedelta(days=1), TODAY - timedelta(days=1)

    def first_step(tenths: int, moment: datetime) -> UUID:
        sets = {"right": {"first_step_pain": tenths}}
        op = Op(id=uuid4(), day=yesterday, sets=sets, entered_at=moment, zone="Europe/Berlin")
        apply_op(db.session, cast.ben, op, now=moment)
        db.session.commit()
        return op.id

    with app.app_context():
        first_step(30, then)
        before = read_entry(db.session, cast.ben, yesterday)
        late = first_step(50, NOW)
        assert read_entry(db.session, cast.ben, yesterday).feet["right"].first_step_recalled
        undo_op(db.session, cast.ben, late, undo_id=uuid4(), now=NOW, zone="Europe/Berlin")
        assert read_entry(db.session, cast.ben, yesterday) == before


def entry_on(line: Line) -> date | None:
    """Return the last entry that the practitioner's list tells of."""
    assert line.standing is not None
    return line.standing.last_entry_on


def test_a_day_is_logged_by_an_answer_for_everybody_alike(app: Flask, cast: Cast) -> None:
    answers = {"note": "stairs", "tags": ["run"], "stretch_minutes": 10, "nsaid_taken": False}
    with app.app_context():
        cho = db.session.get_one(Practitioner, cast.cho)
        factories.make_share(db.session, db.session.get_one(Patient, cast.ben), cho)
        db.session.commit()
        for back, (name, value) in enumerate(answers.items()):
            op = Op(
                id=uuid4(), day=TODAY - timedelta(days=9 - back), sets={"": {name: value}}, entered_at=NOW, zone="UTC"
            )
            apply_op(db.session, cast.ben, op, now=NOW)
            seen = listed(db.session, cast.cho)
            logged = {
                "the strip": op.day in read_logged_days(db.session, cast.ben, first=op.day, last=op.day),
                "the mail": count_logged_days(db.session, cast.ben, week_with(op.day, op.day.weekday())) == 1,
                "the practitioner": op.day in [entry_on(line) for line in seen if line.grant.patient_name == "Ben"],
            }
            assert set(logged.values()) == {name not in ("note", "tags")}, (name, logged)
            db.session.rollback()
