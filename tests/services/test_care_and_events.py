"""Whole columns give the same values, of the same types, as the rows of each table on its own."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from firststep.clinical.diary import FIRST_DAY, LAST_DAY
from firststep.extensions import db
from firststep.models import Dose, Flare, NotedSession, Patient, Practitioner, Question
from firststep.services.care_and_events import NOTED, read_care_and_events
from firststep.services.diary_events import KINDS, Event, read_events
from firststep.services.trajectories import read_course
from tests import factories
from tests.cast import Cast
from tests.support import whole_diary
from tests.support.statements import counted


def _typed(events: list[Event]) -> list[tuple[Event, dict[str, type]]]:
    return [(event, {name: type(value) for name, value in event.values.items()}) for event in events]


def test_every_kind_is_read_as_its_own_table_gives_it(app: Flask, cast: Cast) -> None:
    kinds = tuple(KINDS)
    with app.app_context():
        whole_diary.write(db.session, db.session.get_one(Patient, cast.ben), db.session.get_one(Practitioner, cast.cho))
        care, events = read_care_and_events(db.session, cast.ben, kinds, first=FIRST_DAY, last=LAST_DAY)
        alone = read_events(db.session, cast.ben, kinds, first=date.min, last=date.max)
        (noted,) = db.session.query(NotedSession).filter_by(patient_id=cast.ben).all()
        names = ("kind", "number", "noted_by", "practitioner_id", "disputed_at")
        row = Event(kind=NOTED, id=noted.id, day=noted.day, values={name: getattr(noted, name) for name in names})
    assert {event.kind for event in events} == {*kinds, NOTED}
    assert _typed([event for event in events if event.kind != NOTED]) == _typed(alone)
    assert _typed([event for event in events if event.kind == NOTED]) == _typed([row])
    assert row["disputed_at"] is not None
    day = whole_diary.DAY
    assert [(one.arm, one.starts_on, one.ends_on) for one in care] == [("acupuncture", day - timedelta(days=10), day)]


TEXTS = (
    'a"b\\c',
    "line\nnext\r\n\ttab",
    "\U0001f9b6\u200d\u2b1b",
    "\u2028\ufeff",
    "null",
    "[1,2]",
    "\x7f\x01",
    "e\u0301",
)


def test_odd_values_come_as_they_were_written(app: Flask, cast: Cast) -> None:
    whole = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    moments = [whole.replace(microsecond=part) for part in (0, 1, 100, 120_000, 999_999)]
    moments += [datetime(1883, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)]
    with app.app_context():
        one = {"patient_id": cast.ben, "day": whole.date()}
        db.session.add_all(Question(**one, text=text) for text in TEXTS)
        db.session.add_all(Dose(**one, product="x", taken_at=moment, dose_mg=7.5) for moment in (*moments, None))
        db.session.add(Flare(**one, confirmed=False, worst_pain=0))
        db.session.flush()
        kinds = ("question", "dose", "flare")
        _care, events = read_care_and_events(db.session, cast.ben, kinds, first=FIRST_DAY, last=LAST_DAY)
        alone = read_events(db.session, cast.ben, kinds, first=date.min, last=date.max)
        db.session.rollback()
    assert _typed(list(events)) == _typed(alone)
    assert sorted(event["text"] for event in events if event.kind == "question") == sorted(TEXTS)
    assert {event["taken_at"] for event in events if event.kind == "dose"} == {*moments, None}
    assert [(event["confirmed"], event["worst_pain"]) for event in events if event.kind == "flare"] == [(False, 0)]


def test_nothing_is_nothing(app: Flask) -> None:
    with app.app_context():
        nobody = factories.make_patient(db.session, "nothing@example.com").id
        found = read_care_and_events(db.session, nobody, tuple(KINDS), first=FIRST_DAY, last=LAST_DAY)
    assert found == ((), ())


@pytest.mark.sqlite_only
def test_no_table_is_gone_through_for_one_person(app: Flask, cast: Cast) -> None:
    with app.app_context():
        with counted(app) as sent:
            read_course(db.session, cast.ana)
        assert len(sent.texts) == 2
        connection = db.session.connection()
        plans = [
            str(step[-1])
            for text in sent.texts
            for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", (None,) * text.count("?"))
        ]
    searched = {plan.split()[1] for plan in plans if plan.startswith("SEARCH")}
    assert {"foot_day", "day", "dose", "treatment_session", "noted_session", "flare", "episode"} <= searched
    # What is gone through are the rows that the parts of the statement gave, one each.
    scanned = {plan.split()[1] for plan in plans if plan.startswith("SCAN")}
    assert all(name.startswith("of_") for name in scanned), scanned
