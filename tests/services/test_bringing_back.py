"""An export comes back whole, twice is once, what stands in the diary stays, and hostile files bring nothing."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from firststep.extensions import db
from firststep.models import Day, DiaryChange, FootDay, Patient, Pgic, Practitioner, User
from firststep.services import audit, erasure
from firststep.services.bringing_back import Plan, plan_import, store
from firststep.services.diary_events import EventChange
from firststep.services.diary_ops import Op, apply_op
from firststep.services.export import COMPLETE, Owner, write_export
from firststep.services.export_reading import MOST_BYTES, TABLES, BadExport, read_export
from tests import factories
from tests.cast import NOW, TODAY, Cast
from tests.support import whole_diary
from tests.support.lists import listed
from tests.support.statements import counted
from tests.support.tables import fingerprint
from tests.support.whole_diary import DAY

ZONE = "Europe/Berlin"


@pytest.fixture
def export_of_ana(app: Flask, cast: Cast) -> bytes:
    """Return Ana's export; there is something of hers in every table."""
    with app.test_request_context():
        patient = db.session.get_one(Patient, cast.ana)
        whole_diary.write(db.session, patient, db.session.get_one(Practitioner, cast.dee))
        return exported(db.session, cast.ana)


def exported(session: Session, patient_id: UUID) -> bytes:
    """Return the zip of a patient, without its page."""
    file = io.BytesIO()
    write_export(session, Owner(patient_id=patient_id, time_zone=ZONE), file, now=NOW, pages=())
    return file.getvalue()


def diary_of(data: bytes, *, with_ids: bool = True) -> dict[str, Any]:
    """Return the tables of the diary in an export."""
    found = json.loads(zipfile.ZipFile(io.BytesIO(data)).read(COMPLETE))
    if not with_ids:
        for table in TABLES:
            for row in found[table]:
                row.pop("id", None)
    return {table: found[table] for table in TABLES}


def bring_back(app: Flask, patient_id: UUID, data: bytes) -> Plan:
    """Import the file and commit."""
    with app.test_request_context():
        plan = store(db.session, patient_id, read_export(data), now=NOW, zone=ZONE)
        db.session.commit()
        return plan


def of(app: Flask, patient_id: UUID) -> bytes:
    """Return the export of a patient."""
    with app.test_request_context():
        return exported(db.session, patient_id)


def test_another_account_gets_the_same_diary(app: Flask, cast: Cast, export_of_ana: bytes) -> None:
    plan = bring_back(app, cast.ben, export_of_ana)
    assert (plan.whole.there, plan.rejected) == (0, [])
    assert diary_of(of(app, cast.ben), with_ids=False) == diary_of(export_of_ana, with_ids=False)
    # Ana's own things are untouched, and hold their ids.
    assert diary_of(of(app, cast.ana)) == diary_of(export_of_ana)
    with app.app_context():
        sources = db.session.scalars(select(DiaryChange.source).where(DiaryChange.patient_id == cast.ben))
        assert set(sources) == {"import"}


def test_a_practitioners_list_is_computed_anew_by_it(app: Flask, cast: Cast, export_of_ana: bytes) -> None:
    with app.app_context():
        cho = db.session.get_one(Practitioner, cast.cho)
        factories.make_share(db.session, db.session.get_one(Patient, cast.ben), cho)
        db.session.commit()
        before = {line.grant.patient_id: line.standing for line in listed(db.session, cast.cho)}[cast.ben]
        db.session.commit()
    bring_back(app, cast.ben, export_of_ana)
    with app.app_context():
        after = {line.grant.patient_id: line.standing for line in listed(db.session, cast.cho)}[cast.ben]
    assert before is not None
    assert after is not None
    assert (before.last_entry_on, after.last_entry_on) == (None, date(2026, 11, 15))


def test_whoever_emptied_the_diary_gets_it_back_with_every_id(app: Flask, cast: Cast, export_of_ana: bytes) -> None:
    with app.app_context():
        actor = audit.Actor(user_id=cast.ana_user, name="", now=NOW, key=b"k" * 32)
        erasure.erase_diary(db.session, actor, db.session.get_one(User, cast.ana_user))
        db.session.commit()
    assert all(rows == [] for rows in diary_of(of(app, cast.ana)).values())
    bring_back(app, cast.ana, export_of_ana)
    assert diary_of(of(app, cast.ana)) == diary_of(export_of_ana)


@pytest.mark.parametrize("whose", ["ana", "ben"])
def test_a_second_time_changes_nothing(app: Flask, cast: Cast, export_of_ana: bytes, whose: str) -> None:
    patient_id = getattr(cast, whose)
    first = bring_back(app, patient_id, export_of_ana)
    before = fingerprint(app)
    again = bring_back(app, patient_id, export_of_ana)
    assert fingerprint(app) == before
    assert (again.whole.accepted, again.whole.there, again.rejected) == (0, first.whole.total, [])
    assert (first.whole.accepted == 0) is (whose == "ana")


def test_a_way_through_another_account_and_back_doubles_nothing(app: Flask, cast: Cast, export_of_ana: bytes) -> None:
    bring_back(app, cast.ben, export_of_ana)
    before = fingerprint(app)
    plan = bring_back(app, cast.ana, of(app, cast.ben))
    assert (fingerprint(app), plan.whole.accepted, plan.rejected) == (before, 0, [])


def test_what_stands_there_stays_and_the_counts_add_up(app: Flask, cast: Cast, export_of_ana: bytes) -> None:
    other = {"right": {"first_step_pain": 10}, "": {"stretch_minutes": 30}}
    with app.app_context():
        apply_op(db.session, cast.ben, Op(id=uuid4(), day=DAY, sets=other, entered_at=NOW, zone=ZONE), now=NOW)
        pause = EventChange(kind="pause", id=uuid4(), values={"reason": "ill"})
        earlier = DAY - timedelta(days=5)
        op = Op(id=uuid4(), day=earlier, sets={}, event=pause, entered_at=NOW, zone=ZONE)
        apply_op(db.session, cast.ben, op, now=NOW)
        db.session.add(Pgic(patient_id=cast.ben, day=DAY + timedelta(days=3), week=4, rating=7))
        db.session.commit()
    plan = bring_back(app, cast.ben, export_of_ana)
    assert sorted(one.table for one in plan.rejected) == ["days", "pain", "pauses", "ratings"]
    whole = plan.whole
    assert whole.total == sum(len(rows) for rows in diary_of(export_of_ana).values()) == whole.accepted + 4
    with app.app_context():
        foot = db.session.get_one(FootDay, (cast.ben, DAY, "right"))
        day = db.session.get_one(Day, (cast.ben, DAY))
        assert (foot.first_step_pain, day.stretch_minutes, day.note) == (10, 30, None)
        assert db.session.get_one(FootDay, (cast.ben, DAY, "left")).average_pain == 30


def test_what_a_row_lacks_is_filled_in(app: Flask, cast: Cast, export_of_ana: bytes) -> None:
    same = {"right": {"first_step_pain": 67}, "": {"stretch_minutes": 0}, "left": {}}
    with app.app_context():
        apply_op(db.session, cast.ben, Op(id=uuid4(), day=DAY, sets=same, entered_at=NOW, zone=ZONE), now=NOW)
        db.session.add(FootDay(patient_id=cast.ben, day=DAY, foot="left"))
        db.session.commit()
    plan = bring_back(app, cast.ben, export_of_ana)
    assert (plan.rejected, plan.count("pain").there) == ([], 1)
    ours, theirs = (diary_of(data, with_ids=False) for data in (of(app, cast.ben), export_of_ana))
    assert (ours["days"], ours["doses"]) == (theirs["days"], theirs["doses"])
    with app.app_context():
        of_day = (DiaryChange.patient_id == cast.ben, DiaryChange.day == DAY, DiaryChange.field == "stretch_minutes")
        assert len(db.session.scalars(select(DiaryChange).where(*of_day)).all()) == 1


def changed(data: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    """Return the zip with its JSON changed."""
    found = json.loads(zipfile.ZipFile(io.BytesIO(data)).read(COMPLETE))
    change(found)
    return zipped({COMPLETE: json.dumps(found).encode()})


def zipped(parts: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip of these parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", how) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return file.getvalue()


WRONG: dict[str, tuple[str, dict[str, Any]]] = {
    "pain of 11": ("pain", {"first_step_pain": 11}),
    "pain of 6.75": ("pain", {"first_step_pain": 6.75}),
    "pain as text": ("pain", {"first_step_pain": "6"}),
    "pain is true": ("pain", {"first_step_pain": True}),
    "no such foot": ("pain", {"foot": "middle"}),
    "no such day": ("pain", {"day": "2026-02-30"}),
    "a day that is a list": ("days", {"day": ["2026-01-01"]}),
    "a long note": ("days", {"note": "x" * 2001}),
    "NUL in a note": ("days", {"note": "a\x00b"}),
    "tags as text": ("days", {"tags": "insoles"}),
    "a dose of nothing": ("doses", {"product": None}),
    "a dose of -1 mg": ("doses", {"dose_mg": -1}),
    "no id": ("doses", {"id": 7}),
    "no such preset": ("plans", {"preset": "../../etc/passwd"}),
    "ends before it began": ("pauses", {"ends_on": "2001-01-01"}),
    "no such week": ("ratings", {"week": 5}),
    "no such arm": ("courses_of_care", {"arm": "magic"}),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_cannot_be_read_is_named_and_the_rest_comes_back(
    app: Flask, cast: Cast, export_of_ana: bytes, wrong: str
) -> None:
    table, values = WRONG[wrong]
    data = changed(export_of_ana, lambda found: found[table][-1].update(values))
    plan = bring_back(app, cast.ben, data)
    assert [one.table for one in plan.rejected] == [table]
    assert plan.rejected[0].reason != ""
    assert plan.whole.total == sum(len(rows) for rows in diary_of(export_of_ana).values())
    assert plan.whole.accepted == plan.whole.total - 1


def test_the_same_thing_twice_in_a_file_counts_once(app: Flask, cast: Cast, export_of_ana: bytes) -> None:
    data = changed(export_of_ana, lambda found: [found[table].append(found[table][-1]) for table in ("days", "doses")])
    plan = bring_back(app, cast.ben, data)
    assert sorted(one.table for one in plan.rejected) == ["days", "doses"]
    assert diary_of(of(app, cast.ben), with_ids=False) == diary_of(export_of_ana, with_ids=False)


def lying() -> bytes:
    """Return a zip that says of its part that it is small."""
    data = bytearray(zipped({COMPLETE: b" " * 30_000_000}))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.find(signature) + offset
        data[at : at + 4] = (1000).to_bytes(4, "little")
    return bytes(data)


HEAD = b'{"format":"firststep-export","version":1'
HOSTILE: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "no zip": lambda: b"\x89PNG\r\n\x1a\n" + b"x" * 99,
    "too big": lambda: b"PK\x03\x04" + bytes(MOST_BYTES),
    "a bomb": lambda: zipped({COMPLETE: b" " * 30_000_000}),
    "packed too tightly": lambda: zipped({COMPLETE: b" " * 15_000_000}),
    "a bomb beside it": lambda: zipped({COMPLETE: HEAD + b"}", "other": b" " * 30_000_000}),
    "a header that lies": lying,
    "many parts": lambda: zipped({f"{number}": b"" for number in range(201)}),
    "another zip": lambda: zipped({"word/document.xml": b"<x/>"}),
    "cut off": lambda: zipped({COMPLETE: HEAD + b"}"})[:-40],
    "no JSON": lambda: zipped({COMPLETE: b"{'"}),
    "deep": lambda: zipped({COMPLETE: (b'[{"a":' * 50_000)}, zipfile.ZIP_STORED),
    "many objects": lambda: zipped({COMPLETE: HEAD + b',"days":[' + b"{}," * 500_000 + b"{}]}"}, zipfile.ZIP_STORED),
    "another format": lambda: zipped({COMPLETE: b'{"format":"x","version":1}'}),
    "a newer version": lambda: zipped({COMPLETE: b'{"format":"firststep-export","version":2}'}),
    "rows that are none": lambda: zipped({COMPLETE: HEAD + b',"days":[1,2]}'}),
    "a table that is none": lambda: zipped({COMPLETE: HEAD + b',"days":{"day":1}}'}),
    "keys twice": lambda: zipped({COMPLETE: HEAD + b',"days":[],"days":[]}'}),
    "Infinity": lambda: zipped({COMPLETE: HEAD + b',"pain":[{"first_step_pain":Infinity}]}'}),
    "a path": lambda: zipped({f"../{COMPLETE}": HEAD + b"}"}),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_one_sentence(app: Flask, name: str) -> None:
    data = HOSTILE[name]()
    with app.test_request_context(), pytest.raises(BadExport) as refused:
        read_export(data)
    assert str(refused.value).endswith(".")


def test_a_plan_costs_the_same_however_long_the_file_is(app: Flask, cast: Cast) -> None:
    sent = []
    for days in (5, 400):
        with app.test_request_context():
            one, other = (factories.make_patient(db.session, f"{who}{days}@example.com") for who in ("one", "other"))
            factories.make_diary(db.session, one, TODAY - timedelta(days=500), [3] * days, note="n")
            db.session.commit()
            data, other_id = exported(db.session, one.id), other.id
            found = read_export(data)
            with counted(app) as statements:
                assert plan_import(db.session, other_id, found).whole.accepted == 2 * days
                store(db.session, other_id, found, now=NOW, zone=ZONE)
            sent.append(len(statements.texts))
            db.session.rollback()
    assert sent[0] == sent[1] <= 30


pains = st.none() | st.integers(0, 100)
answers = st.none() | st.booleans()


@settings(max_examples=20, deadline=None)
@given(
    st.dictionaries(
        st.integers(0, 30),
        st.tuples(pains, pains, pains, answers, answers, st.none() | st.integers(0, 600)),
        max_size=10,
    )
)
def test_an_export_of_what_was_imported_is_the_same_export(application: Flask, drawn: dict[int, Any]) -> None:
    with application.test_request_context():
        session = db.session
        one, other = (factories.make_patient(session, f"{name}@example.com") for name in ("one", "other"))
        for offset, (right, day_pain, left, stretch, nsaid, minutes) in drawn.items():
            key = {"patient_id": one.id, "day": TODAY - timedelta(days=offset)}
            session.add(Day(stretch_done=stretch, stretch_minutes=minutes, nsaid_taken=nsaid, **key))
            entered = NOW if right is not None else None
            session.add(
                FootDay(
                    foot="right", first_step_pain=right, average_pain=day_pain, first_step_entered_at=entered, **key
                )
            )
            session.add(FootDay(foot="left", first_step_pain=left, **key))
        session.flush()
        data = exported(session, one.id)
        store(session, other.id, read_export(data), now=NOW, zone=ZONE)
        assert diary_of(exported(session, other.id)) == diary_of(data)
        session.rollback()
