"""Many writers at one diary at once: nothing is lost, nothing is stored twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import func, select

from firststep.extensions import db
from firststep.models import DiaryChange, FootDay
from firststep.services.diary_entry import read_entry
from firststep.services.diary_ops import Answer, Op, apply_op
from tests.cast import NOW, TODAY, Browser, Cast
from tests.services.diaries import check_history, one_op


def test_the_same_op_fifty_times_at_once_is_one_row_and_one_answer(app: Flask, cast: Cast) -> None:
    op = one_op(first_step_pain=60)
    answers = at_once(app, cast.ben, [op] * 50)
    assert sorted(answer.status for answer in answers) == ["known"] * 49 + ["stored"]
    assert {(answer.rev, answer.entry.value("right", "first_step_pain")) for answer in answers} == {
        (answers[0].rev, 60)
    }
    with app.app_context():
        assert check_history(db.session, cast.ben) == 1


def test_different_fields_at_once_are_all_kept(app: Flask, cast: Cast) -> None:
    ops = [
        one_op(foot=foot, **{name: 10 * value})
        for value in range(8)
        for foot in ("right", "left")
        for name in ("first_step_pain", "average_pain")
    ]
    ops += [one_op(foot="", **{name: True}) for name in ("stretch_done", "nsaid_taken")]
    answers = at_once(app, cast.ben, ops)
    assert {answer.status for answer in answers} == {"stored"}
    with app.app_context():
        assert check_history(db.session, cast.ben) == len(ops)
        entry = read_entry(db.session, cast.ben, TODAY)
        assert (entry.value("", "stretch_done"), entry.value("", "nsaid_taken")) == (True, True)
        assert all(entry.value(foot, "average_pain") is not None for foot in ("right", "left"))


def test_a_form_sent_twenty_times_at_once_is_stored_once(app: Flask, ben: Browser, cast: Cast) -> None:
    sent = {"op": str(uuid4()), "day": TODAY.isoformat(), "first_step_pain-right": "6", "stretch_done": "yes"}
    cookie = ben.get_cookie("session")
    assert cookie is not None

    def send(_number: int) -> int:
        client = app.test_client()
        assert isinstance(client, Browser)
        client.csrf_raw = ben.csrf_raw
        client.set_cookie("session", cookie.value)
        return client.post("/log", data=sent).status_code

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(send, range(20))) == [303] * 20
    with app.app_context():
        assert check_history(db.session, cast.ben) == 2
        rows = db.session.scalar(select(func.count()).select_from(FootDay).where(FootDay.patient_id == cast.ben))
        assert rows == 1


def test_two_people_with_one_op_id_at_once_keep_what_is_theirs(app: Flask, cast: Cast) -> None:
    op = one_op(first_step_pain=60)

    def store(patient_id: UUID) -> str:
        with app.app_context():
            try:
                answer = apply_op(db.session, patient_id, op, now=NOW)
                db.session.commit()
            except ValueError as refused:
                db.session.rollback()
                return str(refused)
            return answer.status

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(store, [cast.ana, cast.ben])) == ["not accepted", "stored"]
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(DiaryChange)) == 1


def at_once(app: Flask, patient_id: UUID, ops: list[Op]) -> list[Answer]:
    def store(op: Op) -> Answer:
        with app.app_context():
            answer = apply_op(db.session, patient_id, op, now=NOW)
            db.session.commit()
            return answer

    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(store, ops))
