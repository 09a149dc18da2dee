"""Cohorts that are counted apart: equal to those counted in a request, asked for, shown when true, and never stale."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from blueprints.cohort import found
from firststep.clinical.cohort_choice import CohortChoice, Counted, counted
from firststep.clinical.cohort_table import cohort_table
from firststep.clinical.counted_json import counted_as_json, counted_from_json
from firststep.extensions import db
from firststep.jobs.cohort_packed import count_packed
from firststep.jobs.count_cohorts import count_cohorts
from firststep.jobs.purge import purge
from firststep.models import CohortResult, Day, Episode, FootDay, ImportBatch, Patient, Practitioner, Share, User, Visit
from firststep.services import access, cohort_results, consents, sheet_imports
from firststep.services.audit import Actor
from firststep.services.cohort_stamp import cohort_stamp
from firststep.services.cohorts import cohort_people
from firststep.services.deletion_ledger import erase_account_rows, erase_diary_rows
from firststep.services.diary_ops import Op, apply_op
from firststep.services.treatment import begin
from tests import factories
from tests.cast import NOW, TODAY, Browser, Cast
from tests.commands.test_sheets import bring_in
from tests.support.statements import counted as statements_of

CHOICES = (
    CohortChoice(),
    CohortChoice(first=TODAY - timedelta(days=150)),
    CohortChoice(last=TODAY - timedelta(days=151), side="left"),
    CohortChoice(side="both"),
    CohortChoice(lasted="3_to_12_months"),
)


def add_people(session: Session, practitioner: Practitioner, count: int, *, seed: int = 1) -> None:
    """Add people of every kind who share: both feet, gaps, shares from a day on, no care, no diary, several courses."""
    chance = Random(seed)
    for number in range(count):
        patient = factories.make_patient(session, f"person{number}@example.com", feet=chance.choice(["left", "both"]))
        patient.onset_on = chance.choice([None, TODAY - timedelta(days=chance.randint(200, 900))])
        share = factories.make_share(session, patient, practitioner)
        share.cohort_use = number % 7 != 5
        start = TODAY - timedelta(days=chance.randint(100, 200))
        if number % 5 == 1:
            share.from_day = start + timedelta(days=chance.randint(-20, 40))
        if number % 6:
            factories.make_episode(session, patient, chance.choice(["standard", "acupuncture", "combined"]), start)
            factories.make_episode(session, patient, "standard", start + timedelta(days=20))
        if number % 8:
            _add_diary(session, patient, start, chance)
    session.flush()


def _add_diary(session: Session, patient: Patient, start: date, chance: Random) -> None:
    level, end = chance.uniform(2, 9), chance.uniform(0, 8)
    for offset in range(-20, 100):
        if chance.random() < 0.2:
            continue
        key = {"patient_id": patient.id, "day": start + timedelta(days=offset)}
        mean = level + (end - level) * min(max(offset, 0) / 40, 1)
        for foot in ("left", "right") if patient.feet == "both" else ("left",):
            pain = 10 * max(0, min(10, round(chance.gauss(mean, 1))))
            first = None if chance.random() < 0.05 else pain
            session.add(FootDay(foot=foot, first_step_pain=first, average_pain=pain, first_step_recalled=False, **key))
        nsaid = chance.choice([None, True, False]) if offset < 20 else False
        session.add(Day(stretch_done=chance.choice([None, True]), nsaid_taken=nsaid, **key))


def in_request(session: Session, practitioner_id: Any, choice: CohortChoice) -> Counted:
    return counted(cohort_people(session, practitioner_id, now=NOW), choice)


def packed(session: Session, practitioner_id: Any, choice: CohortChoice) -> Counted:
    return count_packed(session, practitioner_id, access.cohort_grants(session, practitioner_id, now=NOW), choice)


def stamp_of(session: Session, practitioner_id: Any, now: datetime = NOW) -> tuple[str, str]:
    stamp = cohort_stamp(session, practitioner_id, now=now)
    return stamp.consents, stamp.data


def test_the_worker_counts_what_a_request_counts(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    # Several parts of people, which are added up.
    monkeypatch.setattr("firststep.services.cohort_rows.PEOPLE_AT_ONCE", 7)
    monkeypatch.setattr("firststep.jobs.cohort_packed.PEOPLE_AT_ONCE", 7)
    bring_in(app)
    with app.app_context():
        add_people(db.session, db.session.get_one(Practitioner, cast.cho), 40)
        db.session.commit()
        for choice in CHOICES:
            expected, found_here = in_request(db.session, cast.cho, choice), packed(db.session, cast.cho, choice)
            assert found_here == expected, choice
            assert cohort_table(found_here.tallies) == cohort_table(expected.tallies)
        everybody = in_request(db.session, cast.cho, CohortChoice())
        assert everybody.diaries > 20
        assert everybody.cases > 20
        assert everybody.without_course > 3
        # Nothing of another practitioner's.
        assert packed(db.session, cast.dee, CohortChoice()) == in_request(db.session, cast.dee, CohortChoice())


def test_what_is_kept_is_read_back_as_it_was(app: Flask, cast: Cast) -> None:
    bring_in(app)
    with app.app_context():
        add_people(db.session, db.session.get_one(Practitioner, cast.cho), 20)
        for choice in CHOICES:
            before = in_request(db.session, cast.cho, choice)
            assert counted_from_json(counted_as_json(before)) == before
            assert CohortChoice.from_text(choice.as_text()) == choice


def test_the_stamp_costs_as_many_statements_for_many(app: Flask, cast: Cast) -> None:
    costs = []
    for more in (5, 30):
        with app.app_context():
            db.session.execute(delete(User).where(User.email.like("person%")))
            add_people(db.session, db.session.get_one(Practitioner, cast.cho), more)
            db.session.commit()
            with statements_of(app) as statements:
                stamp_of(db.session, cast.cho)
            costs.append(len(statements.texts))
    assert costs[0] == costs[1] <= 6


@pytest.fixture
def counted_case(app: Flask, cast: Cast) -> Iterator[Session]:
    """Let Ana count with Dr Cho, who also has a sheet."""
    bring_in(app)
    with app.app_context():
        db.session.execute(update(Share).where(Share.id == cast.share).values(cohort_use=True))
        _entry(db.session, cast)
        db.session.commit()
        yield db.session


def _entry(session: Session, cast: Cast) -> None:
    values = {"right": {"first_step_pain": 70}}
    op = Op(id=uuid4(), day=TODAY, sets=values, entered_at=NOW, zone="UTC")
    apply_op(session, cast.ana, op, now=NOW)


def _undo_batch(session: Session, cast: Cast) -> None:
    batch = session.scalars(select(ImportBatch.id)).one()
    sheet_imports.undo_batch(session, cast.cho, batch, now=NOW)


def _claim(session: Session, cast: Cast) -> None:
    case = session.scalars(select(Visit.patient_id).limit(1)).one()
    user = factories.make_user(session, "claims@example.com", "patient")
    session.execute(update(Patient).where(Patient.id == case).values(user_id=user.id))


def _ana(session: Session, cast: Cast) -> Patient:
    return session.get_one(Patient, cast.ana)


def _withdraw(session: Session, cast: Cast) -> None:
    actor = Actor(user_id=cast.ana_user, name="", now=NOW, key=b"only for tests")
    consents.withdraw_cohort_use(session, actor, session.get_one(User, cast.ana_user))


CHANGES: dict[str, Callable[[Session, Cast], Any]] = {
    "an entry": _entry,
    "a deleted diary": lambda s, c: erase_diary_rows(s, c.ana),
    "a course of care": lambda s, c: factories.make_episode(s, _ana(s, c), "combined", TODAY),
    "another start": lambda s, c: s.execute(
        update(Episode).where(Episode.patient_id == c.ana).values(starts_on=TODAY - timedelta(days=30))
    ),
    "the side and the onset": lambda s, c: begin(s, _ana(s, c), feet="both", onset_on=TODAY - timedelta(days=90)),
    "a sheet taken out": _undo_batch,
    "a case that somebody took over": _claim,
    "consent taken back": _withdraw,
    "a stopped share": lambda s, c: s.execute(update(Share).values(state="stopped")),
    "a share that is over": lambda s, c: s.execute(update(Share).values(until_on=TODAY - timedelta(days=1))),
    "fewer days shared": lambda s, c: s.execute(update(Share).values(from_day=TODAY)),
    "a closed diary": lambda s, c: s.execute(update(Patient).where(Patient.id == c.ana).values(diary_closed_at=NOW)),
    "a disabled account": lambda s, c: s.execute(update(User).where(User.id == c.ana_user).values(active=False)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_is_computed_from_changes_the_stamp(counted_case: Session, cast: Cast, change: str) -> None:
    before = stamp_of(counted_case, cast.cho)
    assert stamp_of(counted_case, cast.cho) == before
    CHANGES[change](counted_case, cast)
    counted_case.flush()
    assert stamp_of(counted_case, cast.cho) != before


def test_another_day_is_another_stamp(counted_case: Session, cast: Cast) -> None:
    assert stamp_of(counted_case, cast.cho, NOW + timedelta(days=1))[0] != stamp_of(counted_case, cast.cho)[0]


def test_what_others_do_changes_nothing(counted_case: Session, cast: Cast) -> None:
    before = stamp_of(counted_case, cast.cho)
    ben = counted_case.get_one(Patient, cast.ben)
    factories.make_episode(counted_case, ben, "standard", TODAY)
    factories.make_share(counted_case, ben, counted_case.get_one(Practitioner, cast.dee)).cohort_use = True
    op = Op(id=uuid4(), day=TODAY, sets={"": {"stretch_done": True}}, entered_at=NOW, zone="UTC")
    apply_op(counted_case, cast.ben, op, now=NOW)
    assert stamp_of(counted_case, cast.cho) == before


@pytest.fixture
def large(app: Flask, counted_case: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take a practice of a few dozen for one that is too large for a request."""
    monkeypatch.setattr(found, "MOST_AT_ONCE", 10)


def run_worker(app: Flask) -> dict[str, int]:
    with app.app_context():
        return dict(count_cohorts(app.config["CLOCK"]()))


@pytest.mark.usefixtures("large")
def test_a_large_practice_is_asked_for_counted_and_shown(app: Flask, cho: Browser) -> None:
    before = cho.get("/practice/cohort").text
    assert "Count now" in before
    assert 'id="relief"' not in before
    assert run_worker(app) == {}
    posted = cho.post("/practice/cohort")
    assert posted.status_code == 303
    assert "Counting. This takes some seconds" in cho.get(posted.location).text
    assert run_worker(app) == {"counted": 1}
    shown = cho.get("/practice/cohort").text
    assert "1 person with a diary and 48 cases of your own log." in shown
    assert "Counted on 23 Nov 2026, 07:30" in shown
    assert cho.get("/practice/cohort/figure.json?chart=relief").status_code == 200
    assert run_worker(app) == {}
    # Another choice is another question.
    assert "Count now" in cho.get("/practice/cohort?side=left").text


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("change", CHANGES)
def test_old_figures_are_never_shown(app: Flask, cho: Browser, cast: Cast, change: str) -> None:
    cho.post("/practice/cohort")
    run_worker(app)
    assert "Count now" not in cho.get("/practice/cohort").text
    with app.app_context():
        CHANGES[change](db.session, cast)
        db.session.commit()
    page, drawn = cho.get("/practice/cohort").text, cho.get("/practice/cohort/figure.json?chart=relief")
    # So few are left after some changes that the request counts them.
    assert "Count now" in page or "Nobody to count" in page or "1 person with a diary and 0 cases" in page
    assert drawn.status_code == 404


@pytest.mark.usefixtures("large")
def test_whoever_waits_gets_what_was_counted_after_they_asked(app: Flask, cho: Browser, cast: Cast) -> None:
    waits = cho.post("/practice/cohort").location
    run_worker(app)
    with app.app_context():
        _entry(db.session, cast)
        db.session.commit()
    # An entry came meanwhile: it is for the next count, and this one is not thrown away.
    assert "1 person with a diary" in cho.get(waits).text
    assert "Count now" in cho.get("/practice/cohort").text
    for wrong in ("x", "2026-01-01", "2026-11-23T06:30:00", "2026-11-23T06:19:00+00:00"):
        assert "Count now" in cho.get("/practice/cohort", query_string={"since": wrong}).text
    with app.app_context():
        _withdraw(db.session, cast)
        db.session.commit()
    # Whoever took their consent back is in no figure, whoever waits for it.
    assert "1 person with a diary" not in cho.get(waits).text


def test_many_taps_at_once_ask_once(app: Flask, cast: Cast) -> None:
    failures: list[BaseException] = []

    def tap() -> None:
        try:
            with app.app_context():
                for number in range(15):
                    cohort_results.ask(db.session, cast.cho, CohortChoice(first=date(2026, 1, 1 + number)), now=NOW)
                    db.session.commit()
        except BaseException as failure:  # noqa: BLE001 - told by the assertion below
            failures.append(failure)

    threads = [threading.Thread(target=tap) for _tap in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with app.app_context():
        assert len(cohort_results.waiting(db.session, now=NOW)) == 15


@pytest.mark.usefixtures("large")
def test_what_cannot_be_counted_can_be_asked_for_again(
    app: Flask, cho: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    cho.post("/practice/cohort")
    with monkeypatch.context() as broken:
        broken.setattr("firststep.jobs.cohort_packed.packed_tallies", None)
        assert run_worker(app) == {"failed": 1}
    assert run_worker(app) == {}
    assert "Count now" in cho.get("/practice/cohort").text
    cho.post("/practice/cohort")
    assert run_worker(app) == {"counted": 1}


@pytest.mark.usefixtures("large")
def test_nothing_is_kept_longer_than_it_is_of_use(app: Flask, cho: Browser, cast: Cast) -> None:
    def kept() -> int:
        return len(db.session.scalars(select(CohortResult.choice)).all())

    for day in range(1, 29):
        cho.post(f"/practice/cohort?first_day=2026-01-{day:02}")
    with app.app_context():
        assert kept() == 20
        count_cohorts(NOW)
        assert purge(NOW)["cohorts"] == 0
        assert purge(NOW + timedelta(days=1, minutes=1))["cohorts"] == 20
        assert kept() == 0


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("erase", ["diary", "account"])
def test_who_leaves_is_in_no_kept_result(app: Flask, cho: Browser, cast: Cast, erase: str) -> None:
    cho.post("/practice/cohort")
    run_worker(app)
    with app.app_context():
        if erase == "diary":
            erase_diary_rows(db.session, cast.ana)
        else:
            erase_account_rows(db.session, cast.ana_user)
        assert db.session.scalars(select(CohortResult.choice)).all() == []
