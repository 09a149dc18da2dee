"""The phone's wire: known ops change nothing, each field is set for itself, one refused op stops no other."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import NullPool, create_engine, func, select, text
from sqlalchemy.orm import Session

from firststep.extensions import db
from firststep.models import DiaryChange, Dose, FootDay
from tests.cast import NOW, TODAY, Browser, Cast
from tests.support.databases import runs_on_postgresql

PHONE, TABLET = str(uuid4()), str(uuid4())


def test_an_op_is_stored_and_the_day_comes_back(app: Flask, ben: Browser, cast: Cast) -> None:
    answer = put(ben, op(set={"first_step_pain": 6}))
    assert answer["status"] == "stored"
    assert answer["day"]["feet"]["right"] == {
        "first_step_pain": 6,
        "average_pain": None,
        "first_step_recalled": False,
    }
    assert answer["day"]["stretch_done"] is None
    assert answer["superseded"] == []


def test_a_known_op_changes_nothing_and_gets_the_same_answer(app: Flask, ben: Browser, cast: Cast) -> None:
    first = op(set={"first_step_pain": 6})
    stored = put(ben, first)
    put(ben, op(set={"first_step_pain": 3}))
    again = put(ben, first)
    assert again["status"] == "known"
    assert again["rev"] == stored["rev"]
    assert pain(app, cast) == 30
    assert history_length(app, cast) == 2


def test_an_op_that_sets_what_already_stands_is_known_later_too(app: Flask, ben: Browser, cast: Cast) -> None:
    put(ben, op(set={"first_step_pain": 6}))
    same = op(set={"first_step_pain": 6})
    put(ben, same)
    put(ben, op(set={"first_step_pain": 2}))
    assert put(ben, same)["status"] == "known"
    assert pain(app, cast) == 20


def test_what_another_device_wrote_meanwhile_is_listed(ben: Browser, cast: Cast) -> None:
    seen = put(ben, op(set={"first_step_pain": 6}, device=PHONE))["rev"]
    put(ben, op(set={"first_step_pain": 3}, device=TABLET))
    late = op(set={"first_step_pain": 7, "average_pain": 5}, device=PHONE, seen_rev=seen)
    answer = put(ben, late)
    assert [(item["field"], item["value"], item["device"]) for item in answer["superseded"]] == [
        ("first_step_pain", 3, TABLET)
    ]
    assert put(ben, late)["superseded"] == answer["superseded"]
    own = put(ben, op(set={"first_step_pain": 8}, device=PHONE, seen_rev=seen))
    assert own["superseded"] == []


def test_null_means_not_recorded_again(app: Flask, ben: Browser, cast: Cast) -> None:
    put(ben, op(set={"first_step_pain": 6}))
    put(ben, op(set={"first_step_pain": None}))
    assert pain(app, cast) is None


def test_a_phone_may_say_what_an_op_takes_back_and_need_not(app: Flask, ben: Browser, cast: Cast) -> None:
    first = op(set={"first_step_pain": 6})
    never_came = str(uuid4())
    # One of before says nothing of it.
    ops = [
        first,
        *(op(set={"first_step_pain": 7 + n}, undoes=told) for n, told in enumerate((None, never_came, first["op"]))),
    ]
    assert [answer["status"] for answer in post(ben, ops)] == ["stored"] * 4
    with app.app_context():
        marks = db.session.scalars(select(DiaryChange.undoes_op_id).order_by(DiaryChange.seq.desc()).limit(4)).all()
    assert [str(mark) if mark else None for mark in marks] == [first["op"], never_came, None, None]
    page = ben.get(f"/log/{TODAY}/history").get_data(as_text=True)
    assert (page.count("· an entry taken back<"), page.count("· entered<")) == (2, 2)


def test_a_batch_is_not_all_or_nothing(app: Flask, ben: Browser, cast: Cast) -> None:
    ops = [op(set={"first_step_pain": 6}), op(set={"first_step_pain": 11}), op(foot=None, set={"note": "stairs"})]
    answers = post(ben, ops)
    assert [answer["status"] for answer in answers] == ["stored", "rejected", "stored"]
    assert answers[1]["error"] == {"field": "first_step_pain", "message": "Pain is a whole number from 0 to 10."}
    assert [answer["op"] for answer in answers] == [one["op"] for one in ops]


def test_a_replayed_batch_changes_nothing(app: Flask, ben: Browser, cast: Cast, set_clock) -> None:
    ops = [op(set={"first_step_pain": value}, day=f"2026-11-{day}") for value, day in ((6, 20), (5, 21), (4, 22))]
    first = post(ben, ops)
    before = history_length(app, cast)
    again = post(ben, ops)
    assert [answer["status"] for answer in again] == ["known"] * 3
    assert [answer["rev"] for answer in again] == [answer["rev"] for answer in first]
    assert history_length(app, cast) == before


def test_too_many_at_a_time(app: Flask, ben: Browser, cast: Cast) -> None:
    answer = ben.post("/diary/ops", json={"ops": [{"op": str(number)} for number in range(501)]})
    assert answer.status_code == 413
    assert answer.json == {"error": "Send at most 500 at a time."}
    assert history_length(app, cast) == 0


def test_five_hundred_ops_go_at_once(app: Flask, ben: Browser, cast: Cast) -> None:
    ops = [op(set={"first_step_pain": number % 11}) for number in range(500)]
    assert {answer["status"] for answer in post(ben, ops)} == {"stored"}
    assert pain(app, cast) == 499 % 11 * 10


def test_a_phone_whose_clock_is_wrong_is_believed_about_nothing_else(app: Flask, ben: Browser, cast: Cast) -> None:
    assert put(ben, op(set={"first_step_pain": 6}, entered_at="2099-01-01T08:00:00+01:00"))["status"] == "stored"
    with app.app_context():
        row = db.session.get_one(FootDay, (cast.ben, TODAY, "right"))
        assert row.first_step_entered_at == NOW
        assert (
            db.session.scalars(select(DiaryChange.entered_at).where(DiaryChange.patient_id == cast.ben)).one().year
            == 2099
        )


@pytest.mark.parametrize(
    ("entered_at", "zone", "recalled"),
    [
        ("2026-11-20T21:30:00Z", "Europe/Berlin", False),
        ("2026-11-20T23:30:00Z", "Europe/Berlin", True),
        ("2026-11-20T23:30:00Z", "America/New_York", False),
        ("2026-11-20T23:30:00+00:00", "Nowhere/Else", True),
    ],
)
def test_recalled_is_judged_where_the_phone_was(
    app: Flask, ben: Browser, cast: Cast, entered_at: str, zone: str, recalled: bool
) -> None:
    answer = put(ben, op(set={"first_step_pain": 6}, day="2026-11-20", entered_at=entered_at, zone=zone))
    assert answer["day"]["feet"]["right"]["first_step_recalled"] is recalled


def test_the_phone_may_be_one_day_ahead_and_no_more(ben: Browser) -> None:
    assert put(ben, op(day="2026-11-24", set={"first_step_pain": 6}))["status"] == "stored"
    answer = send(ben, op(day="2026-11-25", set={"first_step_pain": 6}))
    assert answer.status_code == 422
    assert answer.json["error"]["message"] == "That day has not come yet."


def test_doses_are_ops_with_their_own_id(app: Flask, ben: Browser, cast: Cast) -> None:
    dose = {"id": str(uuid4()), "product": "ibuprofen", "dose_mg": 400, "taken_at": "2026-11-23T07:00:00+01:00"}
    answer = put(ben, op(foot=None, set={"dose": dose}))
    assert answer["day"]["nsaid_taken"] is True
    assert answer["day"]["events"]["dose"][0]["dose_mg"] == 400
    put(ben, op(foot=None, set={"dose": {"id": dose["id"], "removed": True}}))
    with app.app_context():
        assert db.session.scalars(select(Dose)).all() == []


def test_a_gel_does_not_answer_the_question_about_oral_nsaids(ben: Browser) -> None:
    dose = {"id": str(uuid4()), "product": "diclofenac", "form": "gel"}
    assert put(ben, op(foot=None, set={"dose": dose}))["day"]["nsaid_taken"] is None


def test_an_op_for_somebody_else_is_not_accepted(app: Flask, ben: Browser, cast: Cast) -> None:
    own, foreign = op(set={"first_step_pain": 6}), op(set={"first_step_pain": 9}, patient_id=str(cast.ana))
    answers = post(ben, [own, foreign])
    assert [answer["status"] for answer in answers] == ["stored", "rejected"]
    assert answers[1]["error"]["message"] == "not accepted"
    with app.app_context():
        assert db.session.get(FootDay, (cast.ana, TODAY, "right")) is None


def test_an_op_id_of_somebody_else_is_not_accepted_and_tells_nothing(app: Flask, ana: Browser, ben: Browser) -> None:
    anas = op(set={"first_step_pain": 6})
    put(ana, anas)
    answer = send(ben, anas)
    assert answer.status_code == 422
    assert answer.json["error"]["message"] == "not accepted"
    assert answer.json["day"] is None


def test_the_session_tells_users_apart_and_gives_a_token_that_works(ana: Browser, ben: Browser) -> None:
    anas, bens = ana.get("/diary/session").json, ben.get("/diary/session").json
    assert anas["user"] != bens["user"]
    assert bens["today"] == "2026-11-23"
    ben.csrf_raw = None
    assert ben.put(f"/diary/ops/{uuid4()}", json=op(), headers={"X-CSRFToken": "no"}).status_code == 400
    one = op(set={"first_step_pain": 6})
    assert ben.put(f"/diary/ops/{one['op']}", json=one, headers={"X-CSRFToken": bens["csrf"]}).status_code == 200


def test_ops_sealed_for_another_user_are_not_taken(app: Flask, ana: Browser, ben: Browser, cast: Cast) -> None:
    anas = ana.get("/diary/session").json["user"]
    answer = ben.post("/diary/ops", json={"user": anas, "ops": [op(set={"first_step_pain": 6})]})
    assert answer.status_code == 409
    assert history_length(app, cast) == 0


def test_nobody_gets_401_and_keeps_the_queue(nobody: Browser) -> None:
    assert nobody.post("/diary/ops", json={"ops": []}).status_code == 401
    assert nobody.get("/diary/session", headers={"Accept": "application/json"}).status_code == 401


def op(*, day: str = "2026-11-23", foot: str | None = "right", **more: Any) -> dict[str, Any]:
    return {
        "op": str(uuid4()), "v": 1, "day": day, "foot": foot, "entered_at": NOW.isoformat(), "zone": "Europe/Berlin",
        "recalled": False, **more,
    }  # fmt: skip


def send(browser: Browser, one: dict[str, Any]) -> Any:
    return browser.put(f"/diary/ops/{one['op']}", data=json.dumps(one), content_type="application/json")


def put(browser: Browser, one: dict[str, Any]) -> dict[str, Any]:
    answer = send(browser, one)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return dict(answer.json)


def post(browser: Browser, ops: list[dict[str, Any]]) -> list[dict[str, Any]]:
    answer = browser.post("/diary/ops", json={"ops": ops})
    assert answer.status_code == 200
    return list(answer.json["answers"])


def pain(app: Flask, cast: Cast) -> int | None:
    with app.app_context():
        return db.session.get_one(FootDay, (cast.ben, TODAY, "right")).first_step_pain


def history_length(app: Flask, cast: Cast) -> int:
    with app.app_context():
        statement = select(func.count()).select_from(DiaryChange).where(DiaryChange.patient_id == cast.ben)
        return db.session.scalar(statement) or 0


def test_steps_are_counted_beyond_what_32_bits_hold(app: Flask, ben: Browser, cast: Cast) -> None:
    put(ben, op(set={"first_step_pain": 6}))
    with app.app_context():
        count_from(db.session, 2**31 - 1)
    revisions = [put(ben, op(set={"first_step_pain": pain}))["rev"] for pain in (3, 4)]
    assert revisions == [2**31, 2**31 + 1]
    after_both = put(ben, op(set={"first_step_pain": 7}, device=TABLET, seen_rev=revisions[1]))
    assert after_both["rev"] == 2**31 + 2
    assert after_both["superseded"] == []
    after_one = put(ben, op(set={"first_step_pain": 8}, device=PHONE, seen_rev=revisions[1]))
    assert [item["value"] for item in after_one["superseded"]] == [7]


@pytest.mark.skipif(not runs_on_postgresql(), reason="SQLite keeps no statements of an earlier table")
def test_an_upgrade_that_changes_a_column_costs_a_request_one_more_try(app: Flask, ben: Browser) -> None:
    with app.app_context():
        # One connection, whatever earlier tests left in the pool: it would share out the requests among them.
        db.engine.dispose()
    # So often that the driver prepares the statements.
    for pain in range(10):
        put(ben, op(set={"first_step_pain": pain}))
    one = op(set={"first_step_pain": 4})
    try:
        change_type_of_pain(app, "smallint")
        refused = send(ben, one)
        assert refused.status_code == 503
        assert refused.headers["Retry-After"] == "5"
        assert put(ben, one)["status"] == "stored"
        assert put(ben, op(set={"first_step_pain": 5}))["status"] == "stored"
    finally:
        change_type_of_pain(app, "integer")


def change_type_of_pain(app: Flask, kind: str) -> None:
    """Change a column as an upgrade does, on a connection of its own."""
    with app.app_context():
        other = create_engine(db.engine.url, poolclass=NullPool)
        with other.begin() as connection:
            connection.execute(text(f"ALTER TABLE foot_day ALTER COLUMN first_step_pain TYPE {kind}"))


def count_from(session: Session, last: int) -> None:
    """Let the database count steps on from a number."""
    if runs_on_postgresql():
        session.execute(text("SELECT setval('diary_change_seq_seq', :last)"), {"last": last})
    else:
        session.execute(text("UPDATE sqlite_sequence SET seq = :last WHERE name = 'diary_change'"), {"last": last})
    session.commit()
