"""A course is read in two statements with everything that charts show, and no further than the reader may see."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from firststep import models
from firststep.clinical.diary import Episode
from firststep.extensions import db
from firststep.models import Dose, Flare, Pause, Pgic, Plan, Question, Share, TreatmentSession
from firststep.services import access
from firststep.services.care_and_events import Lately
from firststep.services.diary_reading import read_diary
from firststep.services.trajectories import EVENT_KINDS, read_course
from tests import factories
from tests.cast import NOW, TODAY, Cast
from tests.support.statements import counted

EARLY, LATE = TODAY - timedelta(days=30), TODAY - timedelta(days=3)


def fill(session: Session, patient_id: UUID) -> None:
    """Add one thing of every kind to the person's course."""
    session.add_all(
        [
            Dose(patient_id=patient_id, day=LATE, product="ibuprofen", dose_mg=400),
            Flare(patient_id=patient_id, day=LATE, worst_pain=80, trigger="long walk", note="my own words"),
            Pause(patient_id=patient_id, day=EARLY, ends_on=EARLY + timedelta(days=4), reason="travel"),
            Pgic(patient_id=patient_id, day=LATE, week=4, rating=2),
            Plan(patient_id=patient_id, day=EARLY, preset="own", sets_per_day=3),
            Question(patient_id=patient_id, day=LATE, text="not for a chart"),
            TreatmentSession(patient_id=patient_id, day=LATE, kind="acupuncture", number=2, note="felt sore"),
        ]
    )
    session.commit()


def test_everything_comes_in_two_statements(app: Flask, cast: Cast) -> None:
    with app.app_context():
        fill(db.session, cast.ana)
        with counted(app) as sent:
            course = read_course(db.session, cast.ana)
        whole = read_diary(db.session, cast.ana)
    assert len(sent.texts) == 2
    assert {event.kind for event in course.events} == set(EVENT_KINDS)
    assert [event.day for event in course.events] == sorted(event.day for event in course.events)
    assert course.events_of("plan")[0]["sets_per_day"] == 3
    assert course.diary == whole
    assert whole.episodes == (Episode("acupuncture", whole.episodes[0].starts_on),)


def test_of_two_courses_of_care_from_one_day_always_the_same_counts(app: Flask, cast: Cast) -> None:
    with app.app_context():
        patient = factories.make_patient(db.session, "twice@example.com")
        for arm in ("combined", "standard"):
            factories.make_episode(db.session, patient, arm, EARLY, LATE)
        db.session.commit()
        read = read_course(db.session, patient.id).diary
        assert read.episodes == read_diary(db.session, patient.id).episodes
    assert {(one.arm, one.starts_on, one.ends_on) for one in read.episodes} == {
        ("combined", EARLY, LATE),
        ("standard", EARLY, LATE),
    }


@pytest.mark.parametrize(("scope", "words"), [("charts", False), ("notes", True)])
def test_the_own_words_of_an_event_come_with_the_notes(app: Flask, cast: Cast, scope: str, words: bool) -> None:
    with app.app_context():
        fill(db.session, cast.ana)
        db.session.execute(update(Share).where(Share.id == cast.share).values(scope=scope))
        db.session.commit()
        course = access.read_shared_course(db.session, access.granted(db.session, cast.cho, cast.share, now=NOW))
    (flare,), (visit,) = course.events_of("flare"), course.events_of("treatment_session")
    assert (flare["note"], flare["trigger"]) == (("my own words", "long walk") if words else (None, None))
    assert (visit["note"], visit["kind"]) == ("felt sore" if words else None, "acupuncture")
    assert flare["worst_pain"] == 80


def test_of_what_began_before_the_first_shared_day_only_what_went_on_is_read(app: Flask, cast: Cast) -> None:
    with app.app_context():
        fill(db.session, cast.ana)
        before = {"patient_id": cast.ana, "day": EARLY}
        db.session.add_all(
            [
                Flare(**before, worst_pain=90, trigger="secret hike", note="secret", settled_on=LATE),
                Pause(**before, reason="ill"),
                Plan(patient_id=cast.ana, day=EARLY - timedelta(days=9), preset="own", sets_per_day=5),
                Dose(**before, product="naproxen", dose_mg=200),
                Pgic(**before, week=4, rating=3),
                TreatmentSession(**before, kind="physical_therapy", note="secret"),
            ]
        )
        db.session.execute(update(Share).where(Share.id == cast.share).values(from_day=LATE, scope="notes"))
        db.session.commit()
        course = access.read_shared_course(db.session, access.granted(db.session, cast.cho, cast.share, now=NOW))
    assert {event.day for event in course.events} == {LATE}
    before_and_still = [event for event in course.events if event.id in course.begun_before]
    assert sorted(event.kind for event in before_and_still) == ["flare", "pause", "plan"]
    (flare,), (pause,), (plan,) = (
        [event for event in before_and_still if event.kind == kind] for kind in ("flare", "pause", "plan")
    )
    assert (flare["settled_on"], flare["worst_pain"], flare["trigger"], flare["note"]) == (LATE, None, None, None)
    assert (pause["reason"], pause["ends_on"]) == ("ill", None)
    # The plan that began last before the first shared day is the one that counts from it on.
    assert plan["sets_per_day"] == 3
    assert "secret" not in repr(course.events)


def test_doses_and_sessions_come_from_a_day_on_and_the_rest_whole(app: Flask, cast: Cast) -> None:
    after = LATE + timedelta(days=1)
    with app.app_context():
        fill(db.session, cast.ana)
        with counted(app) as sent:
            course = read_course(db.session, cast.ana, lately=Lately(doses=after, sessions=after))
            since = read_course(db.session, cast.ana, lately=Lately(doses=LATE, sessions=LATE))
            of_each = [
                read_course(db.session, cast.ana, lately=one) for one in (Lately(doses=after), Lately(sessions=after))
            ]
    assert len(sent.texts) == 8
    assert {event.kind for event in course.events} == set(EVENT_KINDS) - {"dose", "treatment_session"}
    assert {event.kind for event in since.events} == set(EVENT_KINDS)
    without_doses, without_sessions = ({event.kind for event in one.events} for one in of_each)
    assert without_doses == set(EVENT_KINDS) - {"dose"}
    assert without_sessions == set(EVENT_KINDS) - {"treatment_session"}
    assert course.diary == since.diary


def test_things_of_one_day_have_an_order_that_is_not_that_of_writing(app: Flask, cast: Cast) -> None:
    with app.app_context():
        for place in (3, 1, 2):
            of_ben = {"id": UUID(int=place), "patient_id": cast.ben}
            arm = ("standard", "acupuncture", "combined")[place - 1]
            db.session.add(models.Episode(**of_ben, arm=arm, starts_on=TODAY))
            db.session.add(Flare(**of_ben, day=TODAY))
            db.session.add(Dose(**of_ben, day=TODAY, product="ibuprofen"))
            db.session.flush()
        db.session.commit()
        course = read_course(db.session, cast.ben)
    assert [one.arm for one in course.diary.episodes] == ["standard", "acupuncture", "combined"]
    found = [(event.kind, event.id.int) for event in course.events]
    assert found == [("dose", 1), ("dose", 2), ("dose", 3), ("flare", 1), ("flare", 2), ("flare", 3)]


def test_earlier_care_is_drawn_to_a_reader_only_from_the_first_shared_day_on(app: Flask, cast: Cast) -> None:
    with app.app_context():
        patient = db.session.get_one(models.Patient, cast.ana)
        own = read_diary(db.session, cast.ana).episode
        assert own is not None
        for back, arm in ((40, "standard"), (3, "combined")):
            factories.make_episode(db.session, patient, arm, own.starts_on - timedelta(days=back))
        share = db.session.get_one(Share, cast.share)
        share.from_day = own.starts_on - timedelta(days=10)
        db.session.commit()
        whole = read_course(db.session, cast.ana).diary
        seen = access.read_shared_course(db.session, access.granted(db.session, cast.cho, cast.share, now=NOW)).diary
        share.from_day = own.starts_on + timedelta(days=5)
        db.session.commit()
        later = access.read_shared_course(db.session, access.granted(db.session, cast.cho, cast.share, now=NOW)).diary
    assert [one.arm for one in whole.episodes] == ["standard", "combined", own.arm]
    assert [one.arm for one in seen.episodes] == ["combined", own.arm]
    # The one that counts tells the week of care.
    assert later.episodes == (own,)
