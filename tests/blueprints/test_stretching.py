"""Stretching plans: chosen, changed, ended and removed by the person; bad input is named and nothing is stored."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import parse_qs
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from sqlalchemy import func, select

from firststep.clinical.stretching import load_presets
from firststep.extensions import db
from firststep.models import DiaryChange, Pause, Plan
from tests.cast import TODAY, Browser, Cast, sign_in
from tests.support.statements import counted

ROOT = Path(__file__).resolve().parents[2]
CHOSEN = {
    "day": TODAY.isoformat(),
    "hold_s": "10",
    "reps": "10",
    "sets_per_day": "3",
    "interval_days": "1",
    "ends_on": "",
}
RAISES = CHOSEN | {"hold_s": "2", "reps": "12", "interval_days": "2"}


def sent(values: dict[str, str], **changed: str) -> dict[str, str]:
    return {"op": str(uuid4()), **values, **changed}


def plans_of(app: Flask, cast: Cast) -> list[Plan]:
    with app.app_context():
        return list(db.session.scalars(select(Plan).where(Plan.patient_id == cast.ben).order_by(Plan.day)))


def page_of(browser: Browser, address: str) -> BeautifulSoup:
    answer = browser.get(address)
    assert answer.status_code == 200
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


def text_of(page: BeautifulSoup | Tag) -> str:
    return " ".join(page.get_text(" ").split())


def stretching_card(browser: Browser, day: date = TODAY) -> str:
    """Return the log's question about stretching, with what is said about the plan."""
    question = page_of(browser, f"/log/{day.isoformat()}").find(id="stretch_done")
    assert isinstance(question, Tag)
    return text_of(question)


def test_every_preset_stands_there_with_its_evidence_and_source_and_none_is_recommended(ben: Browser) -> None:
    page = page_of(ben, "/stretching")
    text = text_of(page)
    for preset in load_presets():
        group = page.find(string=preset.name)
        assert group is not None
        card = group.find_parent("section")
        assert isinstance(card, Tag)
        title = card.find("h2")
        assert isinstance(title, Tag)
        assert title.get_text() == ("Tested in a trial" if preset.evidence == "trial" else "Patient handout")
        assert preset.source in text
        assert page.find("a", href=f"/stretching/choose/{preset.key}") is not None
    assert "does not say which one is right for you" in text
    assert "10 of the 46 who stretched had an adverse event, mostly a mild one" in text
    for advice in ("recommend", "best", "you should"):
        assert advice not in text.lower()


def test_the_doses_are_told_in_words(ben: Browser) -> None:
    text = text_of(page_of(ben, "/stretching"))
    for words in (
        "Hold 10 seconds 10 times 3 times a day",
        "5 minutes in all once a day",
        "Hold 3 minutes 1 time 3 times a day",
        "3 s up, 2 s hold, 3 s down every second day, for 12 weeks Weeks 1 to 2: 3 sets of 12",
        "2 minutes between two sets 8 times or more as many sets as possible every second day, for 8 to 12 weeks",
        "Hold 30 seconds Rest 30 seconds after each 10 times 2 sets once a day, for 4 to 6 weeks 6 or 7 days a week.",
        "Hold 30 seconds 3 times 1 to 3 times a day",
        "3 to 5 minutes once a day",
    ):
        assert words in text


def test_a_preset_is_taken_once_however_often_it_is_sent(app: Flask, ben: Browser, cast: Cast) -> None:
    form = page_of(ben, "/stretching/choose/plantar_fascia")
    fields = form.select("main input[name]:not([type=radio]), main input[name][checked]")
    shown = {field["name"]: field.get("value", "") for field in fields}
    assert (shown["hold_s"], shown["reps"], shown["sets_per_day"]) == ("10", "10", "3")
    body = {name: str(value) for name, value in shown.items()} | {"interval_days": "1"}
    for _ in range(3):
        answer = ben.post("/stretching/choose/plantar_fascia", data=body)
        assert (answer.status_code, str(answer.location)[:18]) == (303, "/stretching?saved=")
    (plan,) = plans_of(app, cast)
    assert (plan.preset, plan.day, plan.ends_on, plan.chosen_by) == ("plantar_fascia", TODAY, None, "self")
    assert (plan.hold_s, plan.reps, plan.sets_per_day, plan.interval_days) == (10, 10, 3, 1)
    with app.app_context():
        assert db.session.scalar(select(func.count()).where(DiaryChange.field == "plan")) == 1
    page = text_of(page_of(ben, "/stretching"))
    assert "Plantar-fascia stretch counts now since 23 November 2026" in page


def test_a_plan_tells_who_chose_it(app: Flask, ben: Browser, cast: Cast) -> None:
    page = page_of(ben, "/stretching/choose/calf_wall")
    (chosen,) = page.select("input[name=chosen_by][checked]")
    assert chosen["value"] == "self"
    assert ben.post("/stretching/choose/calf_wall", data=sent(CHOSEN, chosen_by="practitioner")).status_code == 303
    (plan,) = plans_of(app, cast)
    assert plan.chosen_by == "practitioner"
    assert "chosen by whoever treats you" in text_of(page_of(ben, "/stretching"))
    page = page_of(ben, f"/stretching/plans/{plan.id}")
    (chosen,) = page.select("input[name=chosen_by][checked]")
    assert chosen["value"] == "practitioner"
    refused = ben.post(f"/stretching/plans/{plan.id}", data=sent(CHOSEN, chosen_by="a stranger"))
    assert refused.status_code == 422
    assert ben.post(f"/stretching/plans/{plan.id}", data=sent(CHOSEN, chosen_by="self")).status_code == 303
    (plan,) = plans_of(app, cast)
    assert plan.chosen_by == "self"
    assert "chosen by whoever" not in text_of(page_of(ben, "/stretching"))


def test_taken_ten_times_at_once_it_is_one(app: Flask, ben: Browser, cast: Cast) -> None:
    cookie, body = ben.get_cookie("session"), sent(CHOSEN)
    assert cookie is not None

    def take(_number: int) -> int:
        client = app.test_client()
        assert isinstance(client, Browser)
        client.csrf_raw = ben.csrf_raw
        client.set_cookie("session", cookie.value)
        return client.post("/stretching/choose/calf_wall", data=body).status_code

    with ThreadPoolExecutor(10) as pool:
        assert list(pool.map(take, range(10))) == [303] * 10
    assert len(plans_of(app, cast)) == 1


def test_a_new_plan_ends_the_one_before_and_replaces_one_of_the_same_day(app: Flask, ben: Browser, cast: Cast) -> None:
    before = TODAY - timedelta(days=9)
    first = sent(CHOSEN, day=before.isoformat())
    ben.post("/stretching/choose/towel", data=first)
    second = sent(CHOSEN)
    ben.post("/stretching/choose/calf_wall", data=second)
    ben.post("/stretching/choose/heel_raises", data=sent(RAISES))
    found = [(plan.preset, plan.day, plan.ends_on) for plan in plans_of(app, cast)]
    assert found == [("towel", before, TODAY - timedelta(days=1)), ("heel_raises", TODAY, None)]
    for old in (("towel", first), ("calf_wall", second)):
        assert ben.post(f"/stretching/choose/{old[0]}", data=old[1]).status_code == 303
    assert [(plan.preset, plan.day, plan.ends_on) for plan in plans_of(app, cast)] == found, (
        "sent late, a step is known"
    )


def test_an_own_plan_has_a_name_and_may_leave_its_times_open(app: Flask, ben: Browser, cast: Cast) -> None:
    name = 'Wall & "step" <b>after</b> physio'
    body = sent(CHOSEN, name=f"  {name} ", hold_s="", reps="", interval_days="3", ends_on="2026-12-31")
    assert ben.post("/stretching/choose/own", data=body).status_code == 303
    (plan,) = plans_of(app, cast)
    assert (plan.preset, plan.name, plan.hold_s, plan.reps) == ("own", name, None, None)
    assert (plan.interval_days, plan.ends_on) == (3, date(2026, 12, 31))
    page = ben.get("/stretching").get_data(as_text=True)
    assert "<b>after</b>" not in page
    assert "3 sets every 3 days" in text_of(BeautifulSoup(page, "html.parser"))
    ben.post("/stretching/choose/own", data=sent(CHOSEN, name=" "))
    assert "My own plan" in text_of(page_of(ben, "/stretching"))


def test_a_plan_is_changed_ended_and_removed(app: Flask, ben: Browser, cast: Cast) -> None:
    ben.post("/stretching/choose/plantar_fascia", data=sent(CHOSEN, day="2026-11-20"))
    (plan,) = plans_of(app, cast)
    address = f"/stretching/plans/{plan.id}"
    page = page_of(ben, address)
    assert page.select_one('input[name="sets_per_day"][value="3"]')
    assert ben.post(address, data=sent(CHOSEN, name="Mornings", sets_per_day="2", hold_s="")).status_code == 303
    (changed,) = plans_of(app, cast)
    assert (changed.name, changed.sets_per_day, changed.hold_s, changed.day) == ("Mornings", 2, None, plan.day)
    for _ in range(2):
        assert ben.post(f"{address}/end").status_code == 303
    (ended,) = plans_of(app, cast)
    assert ended.ends_on == TODAY
    assert "End today" not in text_of(page_of(ben, "/stretching"))
    assert "Mornings" in text_of(page_of(ben, f"{address}/remove"))
    assert ben.post(f"{address}/remove", data={"op": str(uuid4())}).status_code == 303
    assert plans_of(app, cast) == []
    assert ben.post(f"{address}/remove").status_code == 404
    history = text_of(page_of(ben, "/log/2026-11-20/history"))
    assert "Plantar-fascia stretch, 3 sets a day" in history


@pytest.mark.parametrize("where", ["choose", "change"])
@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        *(
            ("sets_per_day", bad, "This is a whole number from 1 to 12.")
            for bad in ("0", "13", "-1", "2.5", "٣", "1e1")
        ),
        *(("sets_per_day", bad, "This is a whole number from 1 to 12.") for bad in ("1_0", "NaN", "9" * 5000, "\x002")),
        ("sets_per_day", "", "Say how many sets a day."),
        ("hold_s", "601", "This is a whole number from 1 to 600."),
        ("hold_s", "０", "This is a whole number from 1 to 600."),
        ("reps", "101", "This is a whole number from 1 to 100."),
        ("reps", "ten", "This is a whole number from 1 to 100."),
        ("interval_days", "8", "Not a valid choice"),
        ("interval_days", "", "Not a valid choice"),
        ("ends_on", "2026-02-30", "Choose a date."),
        ("ends_on", "2026-11-19", "The last day cannot lie before the first."),
        ("name", "x" * 81, "Say it in up to 80 characters."),
        ("name", "a\x00b", "This text has a character that cannot be stored."),
        ("name", "a\u202eb", "This text has a character that cannot be stored."),
        ("name", "a\ud800b".encode("utf-8", "surrogatepass").decode("utf-8", "replace"), "cannot be stored."),
    ],
)
def test_a_wrong_answer_is_named_kept_and_stores_nothing(
    app: Flask, ben: Browser, cast: Cast, where: str, field: str, value: str, sentence: str
) -> None:
    day = "2026-11-20"
    address = "/stretching/choose/own"
    if where == "change":
        ben.post(address, data=sent(CHOSEN, day=day))
        address = f"/stretching/plans/{plans_of(app, cast)[0].id}"
    before = [(plan.name, plan.sets_per_day, plan.ends_on) for plan in plans_of(app, cast)]
    answer = ben.post(address, data=sent(CHOSEN, day=day, name="My plan") | {field: value})
    page = BeautifulSoup(answer.get_data(as_text=True), "html.parser")
    assert answer.status_code == 422
    complaint = page.find(id=f"{field}-error")
    assert isinstance(complaint, Tag)
    assert sentence in complaint.get_text()
    assert page.select_one(f'[data-error-summary] a[href="#{field}"]')
    if field != "name":
        assert page.select_one('input[name="name"][value="My plan"]')
    if field != "interval_days" and "\x00" not in value:
        kept = page.select_one(f'input[name="{field}"]')
        assert kept is not None
        assert kept["value"] == value
    assert [(plan.name, plan.sets_per_day, plan.ends_on) for plan in plans_of(app, cast)] == before


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("", "Choose a date."),
        ("2026-11-24", "That day has not come yet."),
        ("1999-12-31", "Choose a date after 1 January 2000."),
        ("20261120", "Choose a date."),
    ],
)
def test_the_first_day_is_a_day_that_has_come(app: Flask, ben: Browser, cast: Cast, day: str, sentence: str) -> None:
    answer = ben.post("/stretching/choose/towel", data=sent(CHOSEN, day=day))
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
    assert plans_of(app, cast) == []


def test_a_plan_that_a_later_one_would_overrule_is_refused_unless_it_ends_before(
    app: Flask, ben: Browser, cast: Cast
) -> None:
    ben.post("/stretching/choose/towel", data=sent(CHOSEN, day="2026-11-20"))
    answer = ben.post("/stretching/choose/calf_wall", data=sent(CHOSEN, day="2026-11-10"))
    assert answer.status_code == 422
    assert "A plan of yours begins after this day." in answer.get_data(as_text=True)
    ended = sent(CHOSEN, day="2026-11-10", ends_on="2026-11-19")
    assert ben.post("/stretching/choose/calf_wall", data=ended).status_code == 303
    assert [(plan.preset, plan.ends_on) for plan in plans_of(app, cast)] == [
        ("calf_wall", date(2026, 11, 19)),
        ("towel", None),
    ]


def test_an_id_of_somebody_elses_step_is_refused(app: Flask, ana: Browser, ben: Browser, cast: Cast) -> None:
    body = sent(CHOSEN)
    assert ana.post("/stretching/choose/towel", data=body).status_code == 303
    answer = ben.post("/stretching/choose/towel", data=body)
    assert answer.status_code == 422
    assert "not accepted" in answer.get_data(as_text=True)
    assert plans_of(app, cast) == []
    ben.post("/stretching/choose/towel", data=sent(CHOSEN))
    address = f"/stretching/plans/{plans_of(app, cast)[0].id}"
    assert ben.post(address, data=body).status_code == 422
    for tail in ("/end", "/remove"):
        assert ben.post(f"{address}{tail}", data=body).status_code == 404
    assert [(plan.sets_per_day, plan.ends_on) for plan in plans_of(app, cast)] == [(3, None)]


@pytest.mark.parametrize("key", ["soleus", "own2", "..%2Fx", "%00", "PLANTAR_FASCIA"])
def test_a_plan_that_is_none_of_ours_is_not_there(ben: Browser, key: str) -> None:
    assert ben.get(f"/stretching/choose/{key}").status_code == 404
    assert ben.post(f"/stretching/choose/{key}", data=sent(CHOSEN)).status_code == 404


@pytest.mark.parametrize("op", ["", "x", "x" * 5000, "00000000-0000-0000-0000-00000000000g"])
def test_without_a_usable_id_each_request_is_a_step_of_its_own(app: Flask, ben: Browser, cast: Cast, op: str) -> None:
    assert ben.post("/stretching/choose/towel", data=CHOSEN | {"op": op}).status_code == 303
    assert len(plans_of(app, cast)) == 1


def test_the_log_names_the_plan_and_leads_to_its_timer(app: Flask, ben: Browser, cast: Cast) -> None:
    assert stretching_card(ben).startswith("Stretching Done")
    ben.post("/stretching/choose/plantar_fascia", data=sent(CHOSEN, day="2026-11-20"))
    assert stretching_card(ben).startswith("Stretching Plan: Plantar-fascia stretch, 3 sets Done")
    assert stretching_card(ben, date(2026, 11, 19)).startswith("Stretching Done")
    link = page_of(ben, "/log").select_one('a[href^="/stretching/timer#"]')
    assert link is not None
    path, _mark, told = str(link["href"]).partition("#")
    assert path == "/stretching/timer"
    assert parse_qs(told) == {"plan": ["plantar_fascia"], "hold_s": ["10"], "reps": ["10"], "sets": ["1"]}


def test_a_rest_day_and_a_pause_are_said_to_be_that(app: Flask, ben: Browser, cast: Cast) -> None:
    ben.post("/stretching/choose/heel_raises", data=sent(RAISES, day="2026-11-09"))
    assert stretching_card(ben).startswith("Stretching Plan: Heavy heel raises, 4 sets Done"), "the third week"
    assert stretching_card(ben, date(2026, 11, 11)).startswith("Stretching Plan: Heavy heel raises, 3 sets Done")
    rest = date(2026, 11, 22)
    assert stretching_card(ben, rest).startswith("Stretching A rest day of your plan: Heavy heel raises Done")
    assert page_of(ben, f"/log/{rest}").select('a[href^="/stretching/timer"]') == []
    with app.app_context():
        db.session.add(Pause(patient_id=cast.ben, day=rest, reason="ill"))
        db.session.commit()
    assert stretching_card(ben).startswith("Stretching Plan: Heavy heel raises, paused Done")
    assert stretching_card(ben, date(2026, 11, 21)).startswith("Stretching Plan: Heavy heel raises, 3 sets Done")


def test_statements_stay_few(app: Flask, ben: Browser, cast: Cast) -> None:
    for key in ("towel", "plantar_fascia"):
        ben.post(f"/stretching/choose/{key}", data=sent(CHOSEN))
    with counted(app) as log:
        assert ben.get("/log").status_code == 200
    assert len(log.own) <= 3
    with counted(app) as listed:
        assert ben.get("/stretching").status_code == 200
    assert len(listed.own) <= 2
    with counted(app) as timer:
        assert app.test_client().get("/stretching/timer").status_code == 200
    assert timer.own == []


def test_the_timer_is_a_page_of_instructions_without_scripts(nobody: Browser) -> None:
    page = page_of(nobody, "/stretching/timer")
    for preset in load_presets():
        details = page.find("details", id=preset.key)
        assert isinstance(details, Tag)
        assert preset.how in text_of(details)
        assert preset.source in text_of(details)
        option = page.find("option", value=preset.key)
        assert isinstance(option, Tag)
        assert option.get("data-hold_s") == (str(preset.hold_s) if preset.hold_s else None)
        assert option["data-reps"] == str(preset.first.reps)
    root = page.select_one("[data-timer]")
    assert root is not None
    assert root.has_attr("hidden")
    assert page.find("form") is None
    assert root["data-field-sets"] == "stretch_sets"
    assert root["data-field-hurt"] == "stretch_hurt"


def test_every_kind_of_step_has_its_words() -> None:
    said = re.findall(r"data-kind_(\w+)=", (ROOT / "templates/stretching/timer.html").read_text(encoding="utf-8"))
    (kinds,) = re.findall(
        r'@typedef \{("ready".*)\} Kind', (ROOT / "static/js/timer_steps.js").read_text(encoding="utf-8")
    )
    script = (ROOT / "static/js/timer_steps.js").read_text(encoding="utf-8")
    assert re.findall(r"(\w+_S) = (\d+);", script) == [("READY_S", "5"), ("RELEASE_S", "5")], "the page names them"
    assert sorted(said) == sorted([*re.findall(r'"(\w+)"', kinds), "over"])


def stored(app: Flask, cast: Cast) -> list[tuple[str, date, date | None]]:
    return [(plan.preset, plan.day, plan.ends_on) for plan in plans_of(app, cast)]


def taken_back(browser: Browser, page: BeautifulSoup) -> BeautifulSoup:
    """Tap "Undo" on the page, twice as on a slow phone, and return the page that follows."""
    undo = page.select_one("#saved form")
    assert isinstance(undo, Tag)
    body = {str(field["name"]): str(field["value"]) for field in undo.select("input")}
    answers = [browser.post(str(undo["action"]), data=body) for _ in range(2)]
    assert {(answer.status_code, answer.location) for answer in answers} == {(303, "/stretching?undone=1")}
    return page_of(browser, "/stretching?undone=1")


@pytest.mark.parametrize("first", [TODAY - timedelta(days=9), TODAY], ids=["of last week", "of today"])
def test_a_plan_taken_by_mistake_is_taken_back_and_the_one_before_goes_on(
    app: Flask, ben: Browser, cast: Cast, first: date
) -> None:
    ben.post("/stretching/choose/plantar_fascia", data=sent(CHOSEN, day=first.isoformat()))
    before = stored(app, cast)
    answer = ben.post("/stretching/choose/heel_raises", data=sent(RAISES))
    assert ("heel_raises", TODAY, None) in stored(app, cast) != before
    page = page_of(ben, str(answer.location))
    assert text_of(page.select_one("#saved") or page) == "Saved Undo"
    assert "Plantar-fascia stretch counts now" in text_of(taken_back(ben, page))
    assert stored(app, cast) == before == [("plantar_fascia", first, None)]


@pytest.mark.parametrize(("step", "said"), [("end", "Saved"), ("remove", "Removed"), ("", "Saved")])
def test_each_step_about_a_plan_is_said_and_can_be_taken_back(
    app: Flask, ben: Browser, cast: Cast, step: str, said: str
) -> None:
    ben.post("/stretching/choose/plantar_fascia", data=sent(CHOSEN))
    (before,) = plans_of(app, cast)
    address = f"/stretching/plans/{before.id}{'/' if step else ''}{step}"
    page = page_of(ben, str(ben.post(address, data=sent(CHOSEN, sets_per_day="2")).location))
    assert text_of(page.select_one("#saved") or page) == f"{said} Undo"
    found = plans_of(app, cast)
    assert not found or (found[0].ends_on, found[0].sets_per_day) != (None, 3)
    taken_back(ben, page)
    (after,) = plans_of(app, cast)
    assert (after.id, after.ends_on, after.sets_per_day) == (before.id, None, 3)


def test_a_second_tap_is_said_as_the_first_and_what_was_over_offers_no_way_back(
    app: Flask, ben: Browser, cast: Cast
) -> None:
    ben.post("/stretching/choose/plantar_fascia", data=sent(CHOSEN))
    (plan,) = plans_of(app, cast)
    for step, said in (("end", "saved"), ("remove", "removed")):
        body = {"op": str(uuid4())}
        first, second = (ben.post(f"/stretching/plans/{plan.id}/{step}", data=body).location for _tap in range(2))
        assert first == second
        assert str(first).startswith(f"/stretching?{said}=")
        if step == "end":
            # A page that was open in another tab.
            assert ben.post(f"/stretching/plans/{plan.id}/end", data=sent({})).location == "/stretching"


def test_a_step_of_somebody_else_is_not_taken_back(app: Flask, ben: Browser, cast: Cast) -> None:
    answer = ben.post("/stretching/choose/plantar_fascia", data=sent(CHOSEN))
    undo = parse_qs(str(answer.location).partition("?")[2])["saved"][0]
    ana = sign_in(app, cast.ana_user)
    assert ana.post("/visits/undo", data={"undo": undo, "op": str(uuid4()), "back": "plans"}).status_code == 404
    assert len(plans_of(app, cast)) == 1
