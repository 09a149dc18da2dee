"""The daily log as a person uses it: with taps, without JavaScript, on past days, at night."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select

from firststep.extensions import db
from firststep.models import Day, DiaryChange, Dose, FootDay, Patient, User
from firststep.services.export_tables import tables as export_tables
from tests import factories
from tests.cast import NOW, TODAY, Browser, Cast, sign_in
from tests.support.steps import step_of


def test_the_log_shows_todays_questions_with_nothing_preselected(ben: Browser) -> None:
    page = ben.get("/log").get_data(as_text=True)
    assert "Monday 23 November" in page
    assert re.findall(r'name="first_step_pain-right" value="(\d+)"', page) == [str(number) for number in range(11)]
    scales = re.findall(r"<input[^>]*name=\"(?:first_step|average)_pain-right\"[^>]*>", page)
    assert len(scales) == 24
    assert not any("checked" in scale for scale in scales)


def test_after_a_tap_the_page_asks_for_what_changed(app: Flask, ben: Browser, cast: Cast) -> None:
    op = str(uuid4())
    entry = {"op": op, "v": 1, "day": "2026-11-23", "foot": "right", "set": {"first_step_pain": 6}}
    assert ben.post("/diary/ops", json={"ops": [entry]}).json["answers"][0]["status"] == "stored"
    part = noted(ben, saved=op)
    assert "<html" not in part
    assert f'name="undo" value="{op}"' in part
    assert 'id="recent-days" hx-swap-oob="true"' in part
    assert re.search(r'days__day--logged" id="strip-2026-11-23"', part)
    assert "Days logged: 1 of the last 7." in part
    row = foot_day(app, cast)
    assert (row.first_step_pain, row.average_pain, row.first_step_recalled) == (60, None, False)
    assert row.first_step_entered_at == NOW


def test_a_part_is_a_part_of_the_page(ben: Browser) -> None:
    op = step_of(ben.post("/log", data=tap(stretch_done="yes")), "/log/2026-11-23")
    part, page = noted(ben, saved=op), ben.get(f"/log?saved={op}").get_data(as_text=True)
    changing = re.compile(r'name="(?:csrf_token|op)" value="[^"]*"| hx-swap-oob="\w+"')
    parts = [text.strip() for text in changing.sub("", part).split('<div class="stack"')]
    assert [id_ for id_ in ("log-answer", "doses", "trigger", "recent-days") if f'id="{id_}"' in part] == [
        "log-answer", "doses", "trigger", "recent-days",
    ]  # fmt: skip
    assert all(text in changing.sub("", page) for text in parts)


def test_without_javascript_the_form_saves_and_shows_the_day_again(app: Flask, ben: Browser, cast: Cast) -> None:
    answer = ben.post(
        "/log", data=tap(**{"first_step_pain-right": "0", "stretch_done": "yes", "stretch_minutes": "12"})
    )
    assert answer.status_code == 303
    page = ben.get(answer.location).get_data(as_text=True)
    assert "Saved" in page
    assert re.search(r'name="first_step_pain-right" value="0" checked', page)
    assert foot_day(app, cast).first_step_pain == 0
    assert stored_day(app, cast).stretch_minutes == 12


def test_an_untouched_form_stores_nothing(app: Flask, ben: Browser, cast: Cast) -> None:
    page = ben.get("/log").get_data(as_text=True)
    answer = ben.post("/log", data=whole_form(page))
    assert answer.status_code == 303
    assert counts(app) == (0, 0, 0, 0)


def test_an_old_page_does_not_replace_what_another_device_wrote(app: Flask, ben: Browser, cast: Cast) -> None:
    old_page = ben.get("/log").get_data(as_text=True)
    ben.post("/log", data=tap(**{"average_pain-right": "4"}))
    ben.post("/log", data=whole_form(old_page) | {"first_step_pain-right": "7"})
    row = foot_day(app, cast)
    assert (row.first_step_pain, row.average_pain) == (70, 40)


def test_clear_means_not_recorded_again(app: Flask, ben: Browser, cast: Cast) -> None:
    ben.post("/log", data=tap(**{"first_step_pain-right": "6"}))
    ben.post("/log", data=tap(**{"first_step_pain-right": ""}))
    row = foot_day(app, cast)
    assert (row.first_step_pain, row.first_step_entered_at, row.first_step_recalled) == (None, None, False)


def test_a_past_day_is_filled_and_marked_as_recalled(app: Flask, ben: Browser, cast: Cast) -> None:
    assert ben.get("/log/2026-11-20").status_code == 200
    ben.post("/log", data=tap(day="2026-11-20", **{"first_step_pain-right": "5"}))
    assert foot_day(app, cast, date(2026, 11, 20)).first_step_recalled is True
    history = ben.get("/log/2026-11-20/history").get_data(as_text=True)
    assert "on a later day" in history


def test_history_shows_old_and_new_to_the_patient_only(ben: Browser, ana: Browser) -> None:
    # What is entered again as it stands is no change.
    for value in ("6", "6", "3"):
        ben.post("/log", data=tap(**{"first_step_pain-right": value}))
    page = ben.get("/log/2026-11-23/history").get_data(as_text=True)
    changes = re.findall(r"</span>([^<]+) <span aria-hidden=\"true\">→</span>.*?<b>(.*?)</b>", page)
    assert changes == [("6", "3"), ("not recorded", "6")]
    assert "23 Nov 2026, 07:30 · entered" in page
    assert "No changes yet" in ana.get("/log/2026-11-23/history").get_data(as_text=True)


@pytest.mark.parametrize("path", ["/log/2026-11-24", "/log/2026-02-30", "/log/20261123", "/log/1999-12-31", "/log/x"])
def test_days_that_are_none_or_not_yet_are_not_found(ben: Browser, path: str) -> None:
    assert ben.get(path).status_code == 404
    assert ben.get(f"{path}/history").status_code == 404


def test_another_day_is_chosen_without_javascript(ben: Browser) -> None:
    answer = ben.get("/log?day=2026-10-01")
    assert (answer.status_code, answer.location) == (303, "/log/2026-10-01")
    refused = ben.get("/log?day=2026-12-01")
    assert refused.status_code == 422
    assert "That day has not come yet." in refused.get_data(as_text=True)


@pytest.mark.parametrize(("hour", "asks"), [(23, False), (0, True), (3, True), (4, False)])
def test_at_night_the_log_asks_which_day(ben: Browser, set_clock, hour: int, asks: bool) -> None:
    berlin_is_ahead = timedelta(hours=1)
    local_evening = datetime(2026, 11, 23, 12, tzinfo=UTC).replace(hour=hour) - berlin_is_ahead
    set_clock(local_evening)
    page = ben.get("/log").get_data(as_text=True)
    assert ("Yesterday or today?" in page) is asks
    if asks:
        assert 'href="/log/2026-11-22"' in page
        assert 'href="/log/2026-11-23"' in page


@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        ("Pacific/Kiritimati", datetime(2026, 11, 23, 15, tzinfo=UTC), "2026-11-24"),
        ("Pacific/Pago_Pago", datetime(2026, 11, 23, 10, tzinfo=UTC), "2026-11-22"),
        ("Asia/Kathmandu", datetime(2026, 11, 23, 22, 30, tzinfo=UTC), "2026-11-24"),
        ("Australia/Lord_Howe", datetime(2026, 10, 3, 18, tzinfo=UTC), "2026-10-04"),
        ("Europe/Berlin", datetime(2026, 10, 25, 4, tzinfo=UTC), "2026-10-25"),
        ("America/New_York", datetime(2026, 11, 1, 9, 30, tzinfo=UTC), "2026-11-01"),
    ],
)
def test_today_is_the_day_where_the_person_is(
    app: Flask, cast: Cast, set_clock, zone: str, moment: datetime, day: str
) -> None:
    with app.app_context():
        db.session.get_one(User, cast.ben_user).time_zone = zone
        db.session.commit()
    set_clock(moment)
    ben = sign_in(app, cast.ben_user, at=moment)
    assert f'name="day" value="{day}"' in ben.get("/log").get_data(as_text=True)
    later = (date.fromisoformat(day) + timedelta(days=1)).isoformat()
    answer = ben.post("/log", data=tap(day=later, **{"first_step_pain-right": "5"}))
    assert "That day has not come yet." in answer.get_data(as_text=True)
    ben.post("/log", data=tap(day=day, **{"first_step_pain-right": "5"}))
    assert foot_day(app, cast, date.fromisoformat(day)).first_step_recalled is False


def test_the_strip_has_holes_and_links(ana: Browser) -> None:
    page = ana.get("/log").get_data(as_text=True)
    strip = re.findall(r'<a class="days__day(| days__day--logged)" id="strip-(\S+)"', page)
    assert len(strip) == 14
    assert strip[-1][1] == "2026-11-23"
    assert {logged for logged, _ in strip} == {"", " days__day--logged"}


def test_both_feet_have_their_own_questions(app: Flask, ben: Browser, cast: Cast) -> None:
    with app.app_context():
        db.session.get_one(Patient, cast.ben).feet = "both"
        db.session.commit()
    page = ben.get("/log").get_data(as_text=True)
    assert page.index("Right foot") < page.index("Left foot")
    ben.post("/log", data=tap(**{"first_step_pain-right": "6", "first_step_pain-left": "2"}))
    assert (foot_day(app, cast).first_step_pain, foot_day(app, cast, foot="left").first_step_pain) == (60, 20)


def test_a_patient_without_a_foot_is_led_to_the_start(app: Flask, ben: Browser, cast: Cast) -> None:
    with app.app_context():
        db.session.get_one(Patient, cast.ben).feet = None
        db.session.commit()
    assert ben.get("/log").location == "/start"
    assert ben.get("/log/2026-11-20").location == "/start"
    assert ben.post("/log", data=tap(**{"first_step_pain-right": "6"})).location == "/start"


def test_undo_sets_back_what_the_last_tap_set(app: Flask, ben: Browser, cast: Cast) -> None:
    ben.post("/log", data=tap(**{"first_step_pain-right": "6"}))
    saved = step_of(ben.post("/log", data=tap(**{"first_step_pain-right": "9"})), "/log/2026-11-23")
    undo = {"op": str(uuid4()), "undo": saved}
    for _ in range(2):
        answer = ben.post("/log/undo", data=undo)
        assert answer.location == "/log/2026-11-23?undone=1"
    assert foot_day(app, cast).first_step_pain == 60
    assert counts(app)[2] == 3


def test_what_was_taken_back_is_called_so_in_the_history_and_in_the_export(
    app: Flask, ben: Browser, cast: Cast
) -> None:
    saved = step_of(ben.post("/log", data=tap(**{"first_step_pain-right": "9"})), "/log/2026-11-23")
    ben.post("/log/undo", data={"op": str(uuid4()), "undo": saved})
    page = ben.get("/log/2026-11-23/history").get_data(as_text=True)
    assert re.findall(r"23 Nov 2026, 07:30 · ([^<]+)<", page) == ["an entry taken back", "entered"]
    with app.app_context():
        (changes,) = [table for table in export_tables() if table.name == "changes"]
        entered, back = changes.read(db.session, cast.ben)
    assert (entered["op_id"], entered["undoes_op_id"]) == (saved, None)
    assert (back["undoes_op_id"], back["source"]) == (saved, "app")


def test_nobody_undoes_somebody_elses_change(app: Flask, ana: Browser, ben: Browser, cast: Cast) -> None:
    saved = step_of(ben.post("/log", data=tap(**{"first_step_pain-right": "6"})), "/log/2026-11-23")
    undo = {"op": str(uuid4()), "undo": saved}
    assert ana.post("/log/undo", data=undo).status_code == 404
    assert ana.post("/log/undo", data=undo | {"undo": str(uuid4())}).status_code == 404
    assert foot_day(app, cast).first_step_pain == 60


def test_a_dose_of_an_oral_nsaid_answers_the_question_unless_the_person_did(
    app: Flask, ben: Browser, cast: Cast
) -> None:
    dose_id = str(uuid4())
    ben.post("/log", data=tap(dose_id=dose_id, dose_product="ibuprofen", dose_mg="400"))
    assert stored_day(app, cast).nsaid_taken is True
    with app.app_context():
        dose = db.session.scalars(select(Dose)).one()
        assert (dose.product, dose.dose_mg, dose.patient_id) == ("ibuprofen", 400, cast.ben)
    ben.post("/log", data=tap(nsaid_taken="no"))
    ben.post("/log", data=tap(dose_id=str(uuid4()), dose_product="naproxen"))
    assert stored_day(app, cast).nsaid_taken is False
    assert "Ibuprofen, 400 mg" in ben.get("/log").get_data(as_text=True)


def test_a_dose_is_removed_by_its_owner_only(app: Flask, ana: Browser, ben: Browser, cast: Cast) -> None:
    dose_id = str(uuid4())
    ben.post("/log", data=tap(dose_id=dose_id, dose_product="ibuprofen"))
    ana.post("/log", data=tap(remove_dose=dose_id))
    assert counts(app)[3] == 1
    ana.post("/log", data=tap(dose_id=dose_id, dose_product="naproxen"))
    with app.app_context():
        assert db.session.scalars(select(Dose.product)).one() == "ibuprofen"
    ben.post("/log", data=tap(remove_dose=dose_id))
    assert counts(app)[3] == 0


def test_what_leads_to_the_list_stands_on_the_log_of_today_from_the_tap_on(
    app: Flask, ben: Browser, cast: Cast
) -> None:
    said = "First-step pain, right foot: 8 or more on at least 3 of the last 4 days."
    for day in ("2026-11-20", "2026-11-22"):
        ben.post("/log", data=tap(day, **{"first_step_pain-right": "8"}))
        assert said not in noted(ben)
    ben.post("/log", data=tap(**{"first_step_pain-right": "9"}))
    assert said in noted(ben)
    # It stands below the questions, and the line above them leads there.
    assert told_above(ben) == "#trigger"
    assert said not in noted(ben, "2026-11-22")
    assert said in ben.get("/log/2026-11-23").get_data(as_text=True)
    assert said not in ben.get("/log/2026-11-22").get_data(as_text=True)
    # A second thought takes it off the page again.
    ben.post("/log", data=tap(**{"first_step_pain-right": "3"}))
    assert 'id="trigger" hx-swap-oob="true" hidden' in noted(ben)
    assert told_above(ben) is None


def test_a_rise_that_lasts_is_told_on_the_log_as_long_as_beside_the_chart(app: Flask, ben: Browser, cast: Cast) -> None:
    rose = "for 14 days the 7-day mean was at least 2 points higher than before them."
    # The last of its 14 days was a week ago: everything that decides is read.
    values = [*[2] * 21, *[6] * 14, *[2] * 7]
    with app.app_context():
        patient = db.session.get_one(Patient, cast.ben)
        factories.make_diary(db.session, patient, TODAY - timedelta(days=len(values) - 1), values)
        db.session.commit()
    pages = [ben.get(address).get_data(as_text=True) for address in ("/log/2026-11-23", "/progress")]
    assert [rose in page for page in pages] == [True, True]


def told_above(browser: Browser) -> str | None:
    """Return where the link above the questions leads after an entry, None without one."""
    (place,) = BeautifulSoup(noted(browser), "html.parser").select("#trigger-told[role=status]")
    assert place["hx-swap-oob"] == "innerMorph"
    return str(place.a["href"]) if place.a else None


def noted(browser: Browser, day: str = "2026-11-23", *, saved: str = "") -> str:
    """Return what the phone asks for after an entry: the way back, the doses, the strip."""
    answer = browser.get(f"/log/{day}/noted?saved={saved}")
    assert answer.status_code == 200
    return str(answer.get_data(as_text=True))


def tap(day: str = "2026-11-23", **fields: str) -> dict[str, str]:
    return {"op": str(uuid4()), "day": day, **fields}


def whole_form(page: str) -> dict[str, str]:
    """Return what a browser without JavaScript sends for the untouched daily form."""
    form = page.split('id="day-form"', 1)[1].split("</form>", 1)[0]
    inputs = re.findall(r"<input ([^>]*)>", form)
    values = {}
    for text in inputs:
        attributes = dict(re.findall(r'(\w[\w-]*)="([^"]*)"', text))
        if attributes["type"] not in ("radio", "checkbox") or text.endswith("checked"):
            values[attributes["name"]] = attributes.get("value", "")
    return values | {"note": "", "dose_product": ""}


def foot_day(app: Flask, cast: Cast, day: date = TODAY, foot: str = "right") -> FootDay:
    with app.app_context():
        return db.session.get_one(FootDay, (cast.ben, day, foot))


def stored_day(app: Flask, cast: Cast, day: date = TODAY) -> Day:
    with app.app_context():
        return db.session.get_one(Day, (cast.ben, day))


def counts(app: Flask) -> tuple[int, ...]:
    """Return how many rows Ben and the history have; Ana's are told apart by her own day."""
    with app.app_context():
        return tuple(
            db.session.scalar(select(func.count()).select_from(table).where(table.day == TODAY)) or 0
            for table in (Day, FootDay, DiaryChange, Dose)
        )
