"""Doses on the daily log: any drug, its time and prescription, the last one again, and what labels say about it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select

from firststep.extensions import db
from firststep.models import Day, Dose, Patient, User
from tests.blueprints.test_diary import noted, tap, whole_form
from tests.cast import NOW, TODAY, Browser, Cast


def note(browser: Browser, *, day: str = "2026-11-23", **fields: str) -> str:
    """Note one dose and return what the phone then asks for."""
    answer = browser.post("/log", data=tap(day, dose_id=str(uuid4()), **fields))
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return noted(browser, day)


def live_in(app: Flask, cast: Cast, country: str) -> None:
    with app.app_context():
        db.session.get_one(Patient, cast.ben).country = country
        db.session.commit()


def stored(app: Flask) -> list[Dose]:
    with app.app_context():
        return list(db.session.scalars(select(Dose).where(Dose.day == TODAY)))


def add(app: Flask, cast: Cast, *, back: int = 0, **values: object) -> None:
    with app.app_context():
        db.session.add(Dose(patient_id=cast.ben, day=TODAY - timedelta(days=back), **values))
        db.session.commit()


def labels(text: str) -> str:
    """Return what the card about labels says."""
    card = BeautifulSoup(text, "html5lib").select_one("#labels")
    return " ".join(card.text.split()) if card else ""


def test_a_dose_with_everything_is_stored_and_shown(app: Flask, ben: Browser) -> None:
    part = note(
        ben,
        dose_product="aspirin", dose_mg="81", dose_time="07:05",
        dose_prescribed="y", dose_most_mg="100", dose_heart="y",
    )  # fmt: skip
    (dose,) = stored(app)
    assert (dose.product, dose.form, dose.dose_mg, dose.prescribed_most_mg) == ("aspirin", "oral", 81, 100)
    assert (dose.prescribed, dose.for_heart) == (True, True)
    assert dose.taken_at == datetime(2026, 11, 23, 6, 5, tzinfo=UTC), "07:05 in Berlin"
    for text in (part, ben.get("/log").get_data(as_text=True)):
        assert "Aspirin, 81 mg, 07:05, prescribed, for the heart" in text


@pytest.mark.parametrize(
    ("typed", "product", "form", "taken"),
    [
        ({"dose_product": "diclofenac gel"}, "diclofenac gel", "gel", None),
        ({"dose_product": "paracetamol", "dose_mg": "500"}, "paracetamol", "oral", None),
        ({"dose_product": "other", "dose_name": "Arnica D6"}, "Arnica D6", "other", None),
        ({"dose_product": "other", "dose_name": " Ibuprofen "}, "ibuprofen", "oral", True),
        ({"dose_product": "other", "dose_name": "Diclofenac Gel"}, "diclofenac gel", "gel", None),
        ({"dose_product": "other"}, "other", "oral", True),
        ({"dose_product": "naproxen sodium"}, "naproxen sodium", "oral", True),
        ({"dose_product": "aspirin", "dose_mg": "325"}, "aspirin", "oral", True),
        ({"dose_product": "aspirin", "dose_mg": "100", "dose_heart": "y"}, "aspirin", "oral", None),
        ({"dose_product": "aspirin", "dose_mg": "101", "dose_heart": "y"}, "aspirin", "oral", True),
        ({"dose_product": "aspirin", "dose_heart": "y"}, "aspirin", "oral", True),
        ({"dose_product": "ibuprofen", "dose_mg": "100", "dose_heart": "y"}, "ibuprofen", "oral", True),
    ],
)
def test_only_an_oral_nsaid_for_pain_answers_the_question(
    app: Flask, ben: Browser, cast: Cast, typed: dict[str, str], product: str, form: str, taken: bool | None
) -> None:
    note(ben, **typed)
    (dose,) = stored(app)
    assert (dose.product, dose.form) == (product, form)
    with app.app_context():
        day = db.session.get(Day, (cast.ben, TODAY))
        assert (day.nsaid_taken if day else None) is taken


@pytest.mark.parametrize(
    ("typed", "stored_mg", "shown"),
    [("7.5", 7.5, "7.5"), ("7,5", 7.5, "7.5"), ("7.0", 7, "7"), ("0.1", 0.1, "0.1"), ("9999.9", 9999.9, "9,999.9")],
)
def test_an_amount_may_have_one_decimal(app: Flask, ben: Browser, typed: str, stored_mg: float, shown: str) -> None:
    note(ben, dose_product="meloxicam", dose_mg=typed, dose_prescribed="y", dose_most_mg="7.5")
    (dose,) = stored(app)
    assert (dose.dose_mg, dose.prescribed_most_mg) == (stored_mg, 7.5)
    assert type(dose.dose_mg) is type(stored_mg)
    page = ben.get("/log").get_data(as_text=True)
    assert f"Meloxicam, {shown} mg" in page
    # Where it is changed it stands as it can be typed.
    soup = BeautifulSoup(ben.get(f"/log?dose={dose.id}").get_data(as_text=True), "html.parser")
    assert soup.select('datalist#mg-meloxicam option[value="7.5"]')


def test_the_parts_of_a_dose_come_as_they_were_chosen_and_typed(app: Flask, ben: Browser) -> None:
    def send(**dose: object) -> str:
        said = {"dose": {"id": dose_id, **dose}}
        op = {"op": str(uuid4()), "v": 1, "day": "2026-11-23", "zone": "Europe/Berlin", "set": said}
        return str(ben.post("/diary/ops", json={"ops": [op]}).json["answers"][0]["status"])

    dose_id = str(uuid4())
    assert send(choice="Arnica", dose_mg=5, time="07:00", prescribed=True) == "stored"
    (dose,) = stored(app)
    assert (dose.product, dose.form, dose.dose_mg, dose.prescribed) == ("Arnica", "other", 5, True)
    assert dose.taken_at == datetime(2026, 11, 23, 6, tzinfo=UTC), "07:00 in Berlin"
    assert send(choice="diclofenac gel", dose_mg=None, time=None, prescribed=False) == "stored"
    (dose,) = stored(app)
    assert (dose.product, dose.form, dose.dose_mg, dose.taken_at) == ("diclofenac gel", "gel", None, None)
    for wrong in (
        {"time": "25:00"},
        {"time": 7},
        {"time": "23:00"},
        {"choice": 5},
        {"choice": ""},
        {"dose_mg": "many"},
    ):
        assert send(**wrong) == "rejected"
    assert send(removed=True) == "stored"
    assert stored(app) == []


def test_without_scripts_the_whole_form_notes_a_dose_and_its_boxes(app: Flask, ben: Browser) -> None:
    form = whole_form(ben.get("/log").get_data(as_text=True))
    assert "dose_prescribed" not in form
    typed = form | {"dose_product": "ibuprofen", "dose_mg": "200", "dose_heart": "y"}
    assert ben.post("/log", data=typed).status_code == 303
    (dose,) = stored(app)
    assert (dose.product, dose.prescribed, dose.for_heart) == ("ibuprofen", False, True)
    empty = whole_form(ben.get("/log").get_data(as_text=True))
    assert ben.post("/log", data=empty).status_code == 303
    assert len(stored(app)) == 1


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"dose_time": "7 o'clock"}, "dose_time", "Enter a time such as 07:30."),
        ({"dose_time": "25:00"}, "dose_time", "Enter a time such as 07:30."),
        ({"dose_time": "07:00+05:00"}, "dose_time", "Enter a time such as 07:30."),
        ({"dose_time": "23:00"}, "dose_time", "That time has not come yet."),
        ({"dose_most_mg": "many"}, "dose_most_mg", "This is a number from 0.1 to 10,000, with at most one decimal."),
        ({"dose_product": "other", "dose_name": "x" * 81}, "dose_name", "Say it in up to 80 characters."),
        ({"dose_product": "other", "dose_name": "a\x00b"}, "dose_name", "cannot be stored"),
        ({"dose_product": "", "dose_prescribed": "y"}, "dose_product", "Choose which one."),
        ({"dose_product": "DROP TABLE"}, "dose_product", "Choose one of the answers."),
    ],
)
def test_a_refused_dose_keeps_what_was_typed_and_stores_nothing(
    app: Flask, ben: Browser, typed: dict[str, str], field: str, sentence: str
) -> None:
    sent = tap(dose_id=str(uuid4())) | {"dose_product": "ibuprofen", "dose_mg": "123", "note": "kept"} | typed
    answer = ben.post("/log", data=sent)
    soup = BeautifulSoup(answer.get_data(as_text=True), "html5lib")
    assert answer.status_code == 422
    assert sentence in soup.select_one(f"#{field}-error").text
    assert soup.select_one("[name=dose_mg]")["value"] == "123"
    assert soup.select_one("details[data-opens-with=nsaid_taken]").has_attr("open")
    assert soup.select_one("[name=note]").text.strip() == "kept"
    assert stored(app) == []


def test_a_time_on_a_past_day_is_of_that_day(app: Flask, ben: Browser) -> None:
    note(ben, day="2026-07-01", dose_product="ibuprofen", dose_time="23:30")
    with app.app_context():
        dose = db.session.scalars(select(Dose)).one()
    assert (dose.day, dose.taken_at) == (date(2026, 7, 1), datetime(2026, 7, 1, 21, 30, tzinfo=UTC))
    assert "Ibuprofen, 23:30" in ben.get("/log/2026-07-01").get_data(as_text=True)


def test_a_time_that_there_was_twice_when_the_clocks_went_back_is_taken(app: Flask, ben: Browser) -> None:
    note(ben, day="2026-10-25", dose_product="ibuprofen", dose_time="02:30")
    assert "Ibuprofen, 02:30" in ben.get("/log/2026-10-25").get_data(as_text=True)


def test_a_time_that_there_never_was_when_the_clocks_went_forward_is_refused(app: Flask, ben: Browser) -> None:
    entry = {"op": str(uuid4()), "day": "2026-03-29", "dose_id": str(uuid4()), "dose_product": "ibuprofen"}
    answer = ben.post("/log", data=entry | {"dose_time": "02:30"})
    assert answer.status_code == 422
    assert "On this day the clocks went forward past that time. Enter another one." in answer.text
    assert 'name="dose_time" value="02:30"' in answer.text
    assert stored(app) == []


def test_usual_strengths_are_offered_and_any_other_is_taken(app: Flask, ben: Browser) -> None:
    soup = BeautifulSoup(ben.get("/log").get_data(as_text=True), "html5lib")
    assert [option["value"] for option in soup.select("#mg-naproxen-sodium option")] == ["220", "275", "550"]
    assert not soup.select("#mg-diclofenac-gel")
    note(ben, dose_product="naproxen sodium", dose_mg="123")
    assert stored(app)[0].dose_mg == 123


def test_the_last_dose_is_noted_again_in_one_tap_and_taken_back(app: Flask, ben: Browser, cast: Cast) -> None:
    assert "Same as last time" not in ben.get("/log").get_data(as_text=True)
    moment = datetime(2026, 9, 1, 8, tzinfo=UTC)
    old = {"product": "naproxen", "dose_mg": 500, "prescribed": True, "prescribed_most_mg": 1000, "taken_at": moment}
    add(app, cast, back=200, product="ibuprofen")
    add(app, cast, back=83, **old)
    soup = BeautifulSoup(ben.get("/log").get_data(as_text=True), "html5lib")
    button = soup.select_one("button[name=again]")
    assert button.text.strip() == "Same as last time: Naproxen, 500 mg"
    sent = {one["name"]: one["value"] for one in soup.select(f"form#{button['form']} input") if one.get("value")}
    sent |= {"again": button["value"]}
    answer = ben.post("/log", data=sent)
    assert answer.status_code == 303
    assert ben.post("/log", data=sent).status_code == 303, "a second tap before the page came"
    (dose,) = stored(app)
    assert (dose.product, dose.dose_mg, dose.prescribed, dose.prescribed_most_mg) == ("naproxen", 500, True, 1000)
    assert dose.taken_at is None, "when it was taken this time nobody said"
    page = ben.get(answer.location).get_data(as_text=True)
    assert "Naproxen, 500 mg, prescribed" in page
    back = {one["name"]: one["value"] for one in BeautifulSoup(page, "html5lib").select(".log-undo input")}
    assert ben.post("/log/undo", data=back).status_code == 303
    assert stored(app) == []
    with app.app_context():
        assert db.session.get_one(Day, (cast.ben, TODAY)).nsaid_taken is None


def test_last_time_is_before_the_day_that_is_shown(app: Flask, ben: Browser, cast: Cast) -> None:
    add(app, cast, back=10, product="ibuprofen")
    add(app, cast, back=5, product="naproxen")
    add(app, cast, back=5, product="aspirin", taken_at=datetime(2026, 11, 18, 8, tzinfo=UTC))
    assert "Same as last time: Aspirin" in ben.get("/log").get_data(as_text=True)
    assert "Same as last time: Ibuprofen" in ben.get("/log/2026-11-15").get_data(as_text=True)
    assert "Same as last time" not in ben.get("/log/2026-11-01").get_data(as_text=True)


@pytest.mark.parametrize("again", ["", "x", str(uuid4())])
def test_what_is_no_dose_cannot_be_noted_again(app: Flask, ben: Browser, again: str) -> None:
    answer = ben.post("/log", data=tap(dose_id=str(uuid4()), again=again))
    assert answer.status_code in (404, 422)
    assert stored(app) == []


def test_nobody_notes_somebody_elses_dose_again(app: Flask, ana: Browser, cast: Cast) -> None:
    add(app, cast, back=3, product="ibuprofen")
    with app.app_context():
        dose_id = db.session.scalars(select(Dose.id)).one()
    assert ana.post("/log", data=tap(dose_id=str(uuid4()), again=str(dose_id))).status_code == 404


def test_a_label_is_quoted_after_a_save_and_when_the_day_is_opened(app: Flask, ben: Browser, cast: Cast) -> None:
    live_in(app, cast, "US")
    assert labels(note(ben, dose_product="ibuprofen", dose_mg="1200")) == ""
    part = note(ben, dose_product="ibuprofen", dose_mg="200")
    for text in (part, ben.get("/log").get_data(as_text=True)):
        said = labels(text)
        assert "Ibuprofen: 1,400 mg are noted within 24 hours." in said
        assert "The label for use without a prescription (United States) says: at most 1,200 mg in 24 hours." in said
        assert "Ask your doctor or pharmacist." in said
        assert "Checked on 23 November 2026." in said
        assert "Country of the labels: United States" in said
    assert 'id="doses" hx-swap-oob="innerMorph"' in part
    assert labels(ben.get("/log/2026-11-22").get_data(as_text=True)) == ""


def test_days_of_use_are_read_as_far_back_as_the_rules_look(app: Flask, ben: Browser, cast: Cast) -> None:
    live_in(app, cast, "US")
    with app.app_context():
        db.session.add_all(
            Day(patient_id=cast.ben, day=TODAY - timedelta(days=back), nsaid_taken=True) for back in range(1, 11)
        )
        db.session.commit()
    for back in range(22):
        add(app, cast, back=back, product="diclofenac gel", form="gel")
    assert "Diclofenac gel that is not prescribed is noted on more than 21 days in a row." in labels(
        ben.get("/log").get_data(as_text=True)
    )
    ben.post("/log", data=tap(nsaid_taken="yes"))
    said = labels(noted(ben))
    assert "An oral NSAID that is not marked as prescribed is noted on more than 10 days in a row." in said
    assert "Ibuprofen and Naproxen sodium for use without a prescription (United States) names 10 days." in said


def test_the_country_of_the_time_zone_counts_until_one_is_chosen(app: Flask, ben: Browser, cast: Cast) -> None:
    part = note(ben, dose_product="ibuprofen", dose_mg="4000")
    assert labels(part).startswith("What labels say Ibuprofen: no limit known here (Germany).")
    live_in(app, cast, "GB")
    said = labels(ben.get("/log").get_data(as_text=True))
    assert "(United Kingdom) says: at most 1,200 mg" in said
    assert "NHS page" in said


def test_a_name_that_looks_like_a_page_is_only_text(ben: Browser) -> None:
    part = note(ben, dose_product="other", dose_name="<b>Arnica</b>")
    assert "<b>Arnica" not in part
    assert "&lt;b&gt;Arnica&lt;/b&gt;: no limit known here." in part
    assert not re.search(r"<b>Arnica", ben.get("/log").get_data(as_text=True))


def test_what_was_noted_beyond_the_date_line_counts_for_its_hours(app: Flask, ben: Browser, cast: Cast) -> None:
    live_in(app, cast, "US")
    with app.app_context():
        # At home in Auckland it was Monday already; on Hawaii it is Sunday evening.
        db.session.get_one(User, cast.ben_user).time_zone = "Pacific/Honolulu"
        db.session.commit()
    add(app, cast, back=0, product="ibuprofen", dose_mg=800, taken_at=NOW - timedelta(hours=9))
    add(app, cast, back=1, product="ibuprofen", dose_mg=600, taken_at=NOW - timedelta(hours=1))
    page = ben.get("/log").get_data(as_text=True)
    assert "Sunday 22 November" in page
    assert "Ibuprofen: 1,400 mg are noted within 24 hours." in labels(page)
    listed = BeautifulSoup(page, "html5lib").select("#noted li")
    assert [" ".join(line.text.split())[:24] for line in listed] == ["Ibuprofen, 600 mg, 19:30"]
