"""A diary is read in two statements, as the outcome rules want it, and nobody else's rows come with it."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firststep.clinical import diary as clinical
from firststep.extensions import db
from firststep.services.diary_ops import Op, apply_op
from firststep.services.diary_reading import read_diary, read_logged_days
from tests import factories
from tests.cast import NOW, TODAY, Cast
from tests.services.diaries import one_op
from tests.support.statements import counted


def test_null_is_not_zero_and_both_feet_come(app: Flask, cast: Cast) -> None:
    with app.app_context():
        for op in (one_op(first_step_pain=0), one_op(foot="left", average_pain=67), one_op(foot="", nsaid_taken=False)):
            apply_op(db.session, cast.ben, op, now=NOW)
        db.session.commit()
        diary = read_diary(db.session, cast.ben)
    assert set(diary.foot_days) == {
        clinical.FootDay(TODAY, "right", 0, None),
        clinical.FootDay(TODAY, "left", None, 67),
    }
    assert diary.day_answers == (clinical.DayAnswers(TODAY, None, None, False),)
    assert diary.episodes == ()


def test_two_statements_whatever_is_in_it(app: Flask, cast: Cast) -> None:
    for patient_id in (cast.ana, cast.ben):
        with app.app_context(), counted(app) as sent:
            read_diary(db.session, patient_id)
        assert len(sent.texts) == 2


def test_only_the_days_asked_for(app: Flask, cast: Cast) -> None:
    first, last = TODAY - timedelta(days=40), TODAY - timedelta(days=30)
    with app.app_context():
        whole, part = read_diary(db.session, cast.ana), read_diary(db.session, cast.ana, first=first, last=last)
    assert set(part.foot_days) == {row for row in whole.foot_days if first <= row.day <= last}
    assert part.episodes == whole.episodes != ()


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.integers(0, 20), st.none() | st.integers(0, 100), max_size=20))
def test_logged_days_are_the_days_with_a_value(app: Flask, pain_by_days_back: dict[int, int | None]) -> None:
    with app.app_context():
        patient = factories.make_patient(db.session, f"p{uuid4().hex}@example.com")
        for back, pain in pain_by_days_back.items():
            op = one_op(first_step_pain=pain)
            moved = Op(**{**op.__dict__, "day": TODAY - timedelta(days=back)})
            apply_op(db.session, patient.id, moved, now=NOW)
        first: date = TODAY - timedelta(days=13)
        found = read_logged_days(db.session, patient.id, first=first, last=TODAY)
        db.session.rollback()
    days = {TODAY - timedelta(days=back): pain for back, pain in pain_by_days_back.items()}
    assert found == {day for day, pain in days.items() if pain is not None and day >= first}
