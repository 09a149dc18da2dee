"""The first two minutes and the courses of care."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from firststep.extensions import db
from firststep.models import Episode, Patient, User
from tests.cast import Browser, Cast

ANSWERS = {
    "feet": "left",
    "onset_on": "2026-03",
    "arm": "acupuncture",
    "starts_on": "2026-11-02",
    "time_zone": "America/New_York",
}


def test_the_first_answers_lead_to_the_first_entry(app: Flask, ben: Browser, cast: Cast) -> None:
    forget(app, cast)
    assert ben.get("/log").location == "/start"
    page = ben.get("/start").get_data(as_text=True)
    assert "checked" not in page
    for _ in range(2):
        answer = ben.post("/start", data=ANSWERS)
        assert (answer.status_code, answer.location) == (303, "/log?first=1")
    with app.app_context():
        patient = db.session.get_one(Patient, cast.ben)
        assert (patient.feet, patient.onset_on) == ("left", date(2026, 3, 1))
        assert db.session.get_one(User, cast.ben_user).time_zone == "America/New_York"
    assert episodes(app, cast) == [("acupuncture", date(2026, 11, 2), None)]


def test_the_first_entry_leads_to_the_chart(app: Flask, ben: Browser, cast: Cast) -> None:
    page = ben.get("/log?first=1").get_data(as_text=True)
    assert 'href="/progress"' in page
    assert "Each tap is saved at once." in page
    assert "Each tap is saved at once." not in ben.get("/log").get_data(as_text=True)
    entry = {"op": str(uuid4()), "day": "2026-11-23", "first": "1", "first_step_pain-right": "6"}
    assert ben.post("/log", data=entry).location == "/progress"


def test_nothing_yet_is_an_answer_and_onset_may_stay_empty(app: Flask, ben: Browser, cast: Cast) -> None:
    answer = ben.post("/start", data=ANSWERS | {"arm": "none", "starts_on": "", "onset_on": ""})
    assert answer.status_code == 303
    assert episodes(app, cast) == []


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("feet", "", "Choose which foot hurts."),
        ("feet", "third", "Not a valid choice"),
        ("arm", "magic", "Not a valid choice"),
        ("arm", "", "Choose what you do for it, or “Nothing yet”."),
        ("starts_on", "", "Choose the day on which this care began."),
        ("starts_on", "2026-02-30", "Choose a date."),
        ("starts_on", "20261102", "Choose a date."),
        ("starts_on", "2026-11-24", "That day has not come yet."),
        ("starts_on", "1999-12-31", "Choose a date after 1 January 2000."),
        ("onset_on", "2026-13", "Choose a date."),
        ("onset_on", "2027-01", "That day has not come yet."),
        ("time_zone", "Mars/Olympus", "Not a valid choice"),
    ],
)
def test_a_wrong_answer_is_named_and_nothing_is_stored(
    app: Flask, ben: Browser, cast: Cast, field: str, value: str, sentence: str
) -> None:
    forget(app, cast)
    answer = ben.post("/start", data=ANSWERS | {field: value})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in page
    assert sentence in page
    if field in ("starts_on", "onset_on"):
        assert f'name="{field}" value="{value}"' in page
    assert episodes(app, cast) == []
    with app.app_context():
        assert db.session.get_one(Patient, cast.ben).feet is None


def test_a_second_visit_does_not_ask_about_care_again(ana: Browser) -> None:
    page = ana.get("/start").get_data(as_text=True)
    assert 'name="arm"' not in page
    answers = {"feet": "both", "onset_on": "", "time_zone": "Europe/Berlin"}
    assert ana.post("/start", data=answers).status_code == 303


def test_care_is_added_changed_ended_and_deleted(app: Flask, ben: Browser, cast: Cast) -> None:
    ben.post("/settings/episodes", data={"arm": "standard", "starts_on": "2026-10-01", "ends_on": ""})
    assert "since 1 October 2026" in ben.get("/settings/episodes").get_data(as_text=True)
    address = f"/settings/episodes/{episode_id(app, cast)}"
    assert 'value="2026-10-01"' in ben.get(address).get_data(as_text=True)
    ben.post(address, data={"arm": "combined", "starts_on": "2026-10-05", "ends_on": ""})
    ben.post(f"{address}/end")
    said = "Combined care: the last day is 23 November 2026 now. If that is not right, change it"
    assert said in ben.get("/settings/episodes").get_data(as_text=True)
    assert said not in ben.get("/settings/episodes").get_data(as_text=True)
    assert episodes(app, cast) == [("combined", date(2026, 10, 5), date(2026, 11, 23))]
    assert "Delete this care?" in ben.get(f"{address}/delete").get_data(as_text=True)
    ben.post(f"{address}/delete")
    assert episodes(app, cast) == []


def test_care_cannot_end_before_it_began(app: Flask, ben: Browser, cast: Cast) -> None:
    answer = ben.post(
        "/settings/episodes", data={"arm": "standard", "starts_on": "2026-10-05", "ends_on": "2026-10-04"}
    )
    assert answer.status_code == 422
    assert "The last day cannot lie before the first." in answer.get_data(as_text=True)
    assert episodes(app, cast) == []


@pytest.mark.parametrize(
    ("method", "tail"), [("GET", ""), ("POST", ""), ("POST", "/end"), ("GET", "/delete"), ("POST", "/delete")]
)
def test_somebody_elses_care_looks_like_none(
    app: Flask, ana: Browser, ben: Browser, cast: Cast, method: str, tail: str
) -> None:
    with app.app_context():
        anas = db.session.scalars(select(Episode.id).where(Episode.patient_id == cast.ana)).one()
    sent = {"arm": "standard", "starts_on": "2026-10-05"} if method == "POST" else None
    foreign = ben.open(f"/settings/episodes/{anas}{tail}", method=method, data=sent)
    missing = ben.open(f"/settings/episodes/{uuid4()}{tail}", method=method, data=sent)
    assert foreign.status_code == missing.status_code == 404
    with app.app_context():
        kept = db.session.get_one(Episode, anas)
        assert (kept.arm, kept.ends_on) == ("acupuncture", None)


def forget(app: Flask, cast: Cast) -> None:
    with app.app_context():
        db.session.get_one(Patient, cast.ben).feet = None
        db.session.commit()


def episodes(app: Flask, cast: Cast) -> list[tuple[str, date, date | None]]:
    with app.app_context():
        rows = db.session.scalars(select(Episode).where(Episode.patient_id == cast.ben)).all()
        return [(row.arm, row.starts_on, row.ends_on) for row in rows]


def episode_id(app: Flask, cast: Cast) -> UUID:
    with app.app_context():
        return db.session.scalars(select(Episode.id).where(Episode.patient_id == cast.ben)).one()


def test_care_added_ten_times_at_once_is_one(app: Flask, ben: Browser, cast: Cast) -> None:
    cookie = ben.get_cookie("session")
    assert cookie is not None

    def add(_number: int) -> int:
        client = app.test_client()
        assert isinstance(client, Browser)
        client.csrf_raw = ben.csrf_raw
        client.set_cookie("session", cookie.value)
        return client.post("/settings/episodes", data={"arm": "standard", "starts_on": "2026-10-01"}).status_code

    with ThreadPoolExecutor(10) as pool:
        assert list(pool.map(add, range(10))) == [303] * 10
    assert episodes(app, cast) == [("standard", date(2026, 10, 1), None)]
