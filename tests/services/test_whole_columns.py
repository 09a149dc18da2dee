"""What is read of a diary column by column: each answer on its day, of its kind, and nothing that was not said."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from firststep.clinical.diary import DayAnswers, FootDay
from firststep.models import Day, Patient
from firststep.models import FootDay as FootDayRow
from firststep.services.diary_reading import Days, read_days
from tests import factories
from tests.cast import TODAY

YESTERDAY, BEFORE = TODAY - timedelta(days=1), TODAY - timedelta(days=2)


def logged(session: Session) -> Patient:
    """Add a patient with three days of answers of every kind, and another one with other answers on the same days."""
    patient, other = (factories.make_patient(session, f"{name}@example.com") for name in ("a", "b"))
    session.add_all(
        [
            FootDayRow(patient_id=patient.id, day=TODAY, foot="left", first_step_pain=0, first_step_recalled=False),
            FootDayRow(patient_id=patient.id, day=TODAY, foot="right", average_pain=100, first_step_recalled=False),
            FootDayRow(patient_id=patient.id, day=BEFORE, foot="right", first_step_pain=67, first_step_recalled=True),
            Day(
                patient_id=patient.id,
                day=TODAY,
                stretch_done=False,
                nsaid_taken=True,
                stretch_sets=0,
                stretch_hurt=False,
            ),
            Day(patient_id=patient.id, day=YESTERDAY, note="nothing else"),
            Day(
                patient_id=patient.id,
                day=BEFORE,
                stretch_done=True,
                stretch_minutes=15,
                stretch_sets=3,
                stretch_hurt=True,
            ),
            FootDayRow(patient_id=other.id, day=TODAY, foot="left", first_step_pain=50, first_step_recalled=True),
            Day(patient_id=other.id, day=YESTERDAY, nsaid_taken=True, stretch_sets=9),
        ]
    )
    session.flush()
    return patient


def read(session: Session, first: date, last: date) -> Days:
    return read_days(session, logged(session).id, first=first, last=last)


def test_each_answer_stands_on_its_day_and_a_missing_one_is_none(session: Session) -> None:
    found = read(session, BEFORE, TODAY)
    assert set(found.foot_days) == {
        FootDay(TODAY, "left", 0, None),
        FootDay(TODAY, "right", None, 100),
        FootDay(BEFORE, "right", 67, None),
    }
    assert set(found.day_answers) == {
        DayAnswers(TODAY, False, None, True),
        DayAnswers(YESTERDAY),
        DayAnswers(BEFORE, True, 15, None),
    }
    assert found.recalled == {(BEFORE, "right")}
    assert found.sets_done == {TODAY: 0, BEFORE: 3}
    assert found.hurt == {BEFORE}


def test_yes_and_no_are_no_numbers(session: Session) -> None:
    answers = {type(answer) for row in read(session, BEFORE, TODAY).day_answers for answer in (row[1], row[3])}
    assert answers == {bool, type(None)}


def test_only_the_days_that_are_asked_for_are_read(session: Session) -> None:
    found = read(session, YESTERDAY, YESTERDAY)
    assert (found.foot_days, found.day_answers) == ((), (DayAnswers(YESTERDAY),))
    assert (found.recalled, found.sets_done) == (frozenset(), {})


def test_a_diary_without_a_row_is_empty(session: Session) -> None:
    patient = factories.make_patient(session, "nothing@example.com")
    assert read_days(session, patient.id) == Days(foot_days=(), day_answers=(), recalled=frozenset(), sets_done={})
