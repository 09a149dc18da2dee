"""Treatments, flare-ups and pauses by hand: noted once, changed, ended, removed and brought back."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from sqlalchemy import delete, func, select

from firststep.extensions import db
from firststep.models import DiaryChange, Flare, FootDay, Patient, Pause, TreatmentSession
from tests.cast import NOW, TODAY, Browser, Cast, sign_in
from tests.support.statements import counted
from tests.support.steps import step_of

SESSION = {"day": TODAY.isoformat(), "kind": "acupuncture", "number": "3", "note": "Sore afterwards"}
FLARE = {"day": TODAY.isoformat(), "worst_pain": "8", "trigger": "A run", "note": "", "settled_on": ""}
PAUSE = {"day": TODAY.isoformat(), "ends_on": "", "reason": "travel"}
BODIES: dict[str, dict[str, str]] = {"treatment_session": SESSION, "flare": FLARE, "pause": PAUSE}
TABLES: dict[str, type[TreatmentSession | Flare | Pause]] = {
    "treatment_session": TreatmentSession,
    "flare": Flare,
    "pause": Pause,
}


@pytest.fixture
def ben(app: Flask, cast: Cast) -> Browser:
    """Ben's browser; he has one foot that hurts, and nothing noted."""
    return sign_in(app, cast.ben_user)


def sent(body: dict[str, str], **more: str) -> dict[str, str]:
    """Return a form with an op of its own."""
    return {"op": str(uuid4()), **body, **more}


def stored(app: Flask, kind: str) -> list[Any]:
    """Return every row of the kind."""
    with app.app_context():
        return list(db.session.scalars(select(TABLES[kind]).order_by(TABLES[kind].day)))


def page_of(browser: Browser, address: str) -> BeautifulSoup:
    answer = browser.get(address)
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "html5lib")


def text_of(page: BeautifulSoup | Tag) -> str:
    return " ".join(page.get_text(" ", strip=True).split())


def day(back: int) -> str:
    return (TODAY - timedelta(days=back)).isoformat()


@pytest.mark.parametrize("kind", BODIES)
def test_one_is_noted_once_however_often_it_is_sent(app: Flask, ben: Browser, cast: Cast, kind: str) -> None:
    body = sent(BODIES[kind])
    steps = {step_of(ben.post(f"/events/new/{kind}", data=body), "/events") for _ in range(3)}
    assert len(steps) == 1
    (row,) = stored(app, kind)
    assert (row.patient_id, row.day) == (cast.ben, TODAY)
    with app.app_context():
        assert db.session.scalar(select(func.count()).where(DiaryChange.field == kind)) == 1


@pytest.mark.parametrize("moved", [0, 2])
def test_a_form_that_is_corrected_and_sent_again_corrects_what_it_noted(app: Flask, ben: Browser, moved: int) -> None:
    body = sent(SESSION)
    ben.post("/events/new/treatment_session", data=body)
    corrected = body | {"number": "4", "day": day(moved)}
    steps = {step_of(ben.post("/events/new/treatment_session", data=corrected), "/events") for _ in range(2)}
    assert len(steps) == 1
    (row,) = stored(app, "treatment_session")
    assert (row.number, row.day.isoformat()) == (4, day(moved))


def test_what_is_noted_is_what_was_said(app: Flask, ben: Browser) -> None:
    for kind, body in BODIES.items():
        ben.post(f"/events/new/{kind}", data=sent(body))
    (treated,), (flare,), (pause,) = (stored(app, kind) for kind in BODIES)
    assert (treated.kind, treated.number, treated.note) == ("acupuncture", 3, "Sore afterwards")
    # Whoever has one foot that hurts is not asked which one it was.
    assert (flare.confirmed, flare.worst_pain, flare.trigger, flare.foot) == (True, 80, "A run", "right")
    assert (flare.note, flare.settled_on) == (None, None)
    assert (pause.reason, pause.ends_on) == ("travel", None)
    said = text_of(page_of(ben, "/events"))
    assert "23 November 2026 Acupuncture, number 3 Sore afterwards" in said
    assert "From 23 November 2026 not settled yet, day 1, right foot, worst pain 8 of 10, “A run”" in said
    assert "From 23 November 2026 Travelling" in said


def test_no_pain_is_an_answer_and_no_answer_is_none(app: Flask, ben: Browser) -> None:
    ben.post("/events/new/flare", data=sent(FLARE, worst_pain="0", day=day(2)))
    ben.post("/events/new/flare", data=sent(FLARE, worst_pain="", day=day(1)))
    assert [row.worst_pain for row in stored(app, "flare")] == [0, None]
    first, second = (row.id for row in stored(app, "flare"))
    assert checked(page_of(ben, f"/events/{first}"), "worst_pain") == ["0"]
    assert checked(page_of(ben, f"/events/{second}"), "worst_pain") == []


def checked(page: BeautifulSoup, name: str) -> list[str]:
    return [str(one["value"]) for one in page.select(f"input[name={name}][checked]")]


def test_who_has_two_feet_is_asked_which_one(app: Flask, ben: Browser, cast: Cast) -> None:
    assert page_of(ben, "/events/new/flare").select("input[name=foot]") == []
    with app.app_context():
        db.session.get_one(Patient, cast.ben).feet = "both"
        db.session.commit()
    page = page_of(ben, "/events/new/flare")
    assert [one["value"] for one in page.select("input[name=foot]")] == ["right", "left", ""]
    for foot in ("left", ""):
        ben.post("/events/new/flare", data=sent(FLARE, foot=foot))
    assert {row.foot for row in stored(app, "flare")} == {"left", None}


def test_the_next_number_of_the_course_is_proposed(ben: Browser) -> None:
    def proposed() -> str:
        (field,) = page_of(ben, "/events/new/treatment_session").select("input[name=number]")
        return str(field["value"])

    assert proposed() == "1"
    ben.post("/events/new/treatment_session", data=sent(SESSION))
    assert proposed() == "4"
    ben.post("/events/new/treatment_session", data=sent(SESSION, number=""))
    assert proposed() in {"", "4"}


BAD = [
    ("treatment_session", {"kind": ""}, "Choose which treatment it was."),
    ("treatment_session", {"kind": "surgery"}, "Not a valid choice."),
    ("treatment_session", {"day": day(-1)}, "That day has not come yet."),
    ("treatment_session", {"day": ""}, "Choose a date."),
    ("treatment_session", {"day": "23.11.2026"}, "Choose a date."),
    ("treatment_session", {"day": "1999-12-31"}, "Choose a date after 1 January 2000."),
    ("treatment_session", {"number": "0"}, "from 1 to 500"),
    ("treatment_session", {"number": "501"}, "from 1 to 500"),
    ("treatment_session", {"number": "three"}, "from 1 to 500"),
    ("treatment_session", {"note": "x" * 501}, "Say it in up to 500 characters."),
    ("treatment_session", {"note": "a\x00b"}, "cannot be stored"),
    ("flare", {"day": day(-1)}, "That day has not come yet."),
    ("flare", {"worst_pain": "11"}, "Pain is a whole number from 0 to 10."),
    ("flare", {"worst_pain": "-1"}, "Pain is a whole number from 0 to 10."),
    ("flare", {"worst_pain": "٣"}, "Pain is a whole number from 0 to 10."),
    ("flare", {"trigger": "x" * 81}, "Say it in up to 80 characters."),
    ("flare", {"settled_on": day(-1)}, "That day has not come yet."),
    ("flare", {"settled_on": day(1)}, "The last day cannot lie before the first."),
    ("pause", {"ends_on": day(1)}, "The last day cannot lie before the first."),
    ("pause", {"reason": "lazy"}, "Not a valid choice."),
    ("pause", {"day": day(-1)}, "That day has not come yet."),
]


@pytest.mark.parametrize(("kind", "typed", "says"), BAD)
def test_what_cannot_be_is_refused_and_what_was_typed_stays(
    app: Flask, ben: Browser, kind: str, typed: dict[str, str], says: str
) -> None:
    body = sent(BODIES[kind], **typed)
    answer = ben.post(f"/events/new/{kind}", data=body)
    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html5lib")
    assert says in text_of(page), text_of(page)
    assert stored(app, kind) == []
    for name, value in body.items():
        fields = page.select(f"main [name={name}]:not([type=radio])")
        for field in fields:
            shown = field.get_text() if field.name == "textarea" else field.get("value", "")
            assert str(shown).strip("\n") == value.replace("\x00", "\ufffd")
    # Mended, the same form is taken.
    if "note" not in typed:
        assert ben.post(f"/events/new/{kind}", data=body | BODIES[kind]).status_code == 303


def test_an_unknown_kind_is_no_page(ben: Browser) -> None:
    for kind in ("dose", "plan", "pgic", "question", "x"):
        assert ben.get(f"/events/new/{kind}").status_code == 404
        assert ben.post(f"/events/new/{kind}", data=sent(SESSION)).status_code == 404


@pytest.mark.parametrize(
    ("first", "second", "taken"),
    [
        ((10, 5), (5, 0), False),
        ((10, 5), (4, 0), True),
        ((10, 5), (15, 10), False),
        ((10, 5), (15, 11), True),
        ((10, None), (0, 0), False),
        ((10, None), (20, 11), True),
        ((5, 3), (9, None), False),
        ((5, 3), (2, None), True),
    ],
)
def test_pauses_do_not_lie_on_each_other(
    app: Flask, ben: Browser, first: tuple[int, int | None], second: tuple[int, int | None], taken: bool
) -> None:
    answers = [
        ben.post(
            "/events/new/pause",
            data=sent(PAUSE, day=day(begins), ends_on="" if ends is None else day(ends)),
        )
        for begins, ends in (first, second)
    ]
    assert answers[0].status_code == 303
    assert answers[1].status_code == (303 if taken else 422)
    assert len(stored(app, "pause")) == (2 if taken else 1)
    assert ("There is a pause already on these days." in answers[1].text) is not taken


def test_a_pause_may_end_in_the_future_and_end_today(app: Flask, ben: Browser) -> None:
    ben.post("/events/new/pause", data=sent(PAUSE, ends_on=day(-9)))
    (pause,) = stored(app, "pause")
    assert pause.ends_on == TODAY + timedelta(days=9)
    assert "End today" in text_of(page_of(ben, "/events"))
    assert ben.post(f"/events/{pause.id}/end", data={"op": str(uuid4())}).status_code == 303
    (pause,) = stored(app, "pause")
    assert pause.ends_on == TODAY
    # From a page that was open in another tab: nothing was done, and nothing can be taken back.
    assert ben.post(f"/events/{pause.id}/end", data={"op": str(uuid4())}).location == "/events"
    assert "End today" not in text_of(page_of(ben, "/events"))


def test_a_flare_up_settles_with_one_tap_and_tells_its_days(app: Flask, ben: Browser) -> None:
    ben.post("/events/new/flare", data=sent(FLARE, day=day(9)))
    assert "not settled yet, day 10" in text_of(page_of(ben, "/events"))
    (flare,) = stored(app, "flare")
    answer = ben.post(f"/events/{flare.id}/end", data={"op": str(uuid4())})
    assert answer.status_code == 303
    (flare,) = stored(app, "flare")
    assert flare.settled_on == TODAY
    assert "settled after 9 days" in text_of(page_of(ben, answer.location))
    # What has settled stays as it is.
    ben.post(f"/events/{flare.id}", data=sent(FLARE, day=day(9), settled_on=day(9)))
    ben.post(f"/events/{flare.id}/end", data={"op": str(uuid4())})
    assert "settled on the same day" in text_of(page_of(ben, "/events"))


def test_what_was_noted_further_east_can_be_changed_where_its_day_has_not_come(
    app: Flask, ben: Browser, set_clock: Callable[[datetime], None]
) -> None:
    body = sent(FLARE, settled_on=TODAY.isoformat())
    ben.post("/events/new/flare", data=body)
    set_clock(NOW - timedelta(days=1))
    assert ben.post(f"/events/{body['op']}", data=sent(body, op=str(uuid4()), note="On the plane")).status_code == 303
    (flare,) = stored(app, "flare")
    assert (flare.day, flare.settled_on, flare.note) == (TODAY, TODAY, "On the plane")
    later = sent(FLARE, day=(TODAY + timedelta(days=1)).isoformat())
    assert ben.post(f"/events/{body['op']}", data=later).status_code == 422


def test_a_treatment_has_no_end(app: Flask, ben: Browser) -> None:
    ben.post("/events/new/treatment_session", data=sent(SESSION))
    (treated,) = stored(app, "treatment_session")
    assert ben.post(f"/events/{treated.id}/end", data={"op": str(uuid4())}).status_code == 404


@pytest.mark.parametrize("kind", BODIES)
def test_one_is_removed_and_brought_back(app: Flask, ben: Browser, kind: str) -> None:
    ben.post(f"/events/new/{kind}", data=sent(BODIES[kind]))
    (before,) = stored(app, kind)
    answer = ben.post(f"/events/{before.id}/remove", data={"op": str(uuid4())})
    assert answer.status_code == 303
    assert stored(app, kind) == []
    page = page_of(ben, answer.location)
    undo = page.select_one("#saved form")
    assert undo is not None
    assert "Removed" in text_of(page)
    body = {str(field["name"]): str(field["value"]) for field in undo.select("input")}
    answer = ben.post(str(undo["action"]), data=body)
    assert (answer.status_code, answer.location) == (303, "/events?undone=1")
    (after,) = stored(app, kind)
    columns = TABLES[kind].__mapper__.columns.keys()
    assert {name: getattr(after, name) for name in columns} == {name: getattr(before, name) for name in columns}


@pytest.mark.parametrize("kind", BODIES)
def test_one_moves_to_another_day_once(app: Flask, ben: Browser, kind: str) -> None:
    ben.post(f"/events/new/{kind}", data=sent(BODIES[kind]))
    (before,) = stored(app, kind)
    body = sent(BODIES[kind], day=day(3))
    answer = ben.post(f"/events/{before.id}", data=body)
    assert (answer.status_code, answer.location) == (303, "/events?moved=1")
    (after,) = stored(app, kind)
    assert after.day == TODAY - timedelta(days=3)
    strip = page_of(ben, answer.location).select_one("#saved")
    assert strip is not None
    assert " ".join(strip.text.split()) == "Saved"
    # A second tap says the same; another form of the thing finds that it lies elsewhere now.
    again = ben.post(f"/events/{before.id}", data=body)
    assert (again.status_code, again.location) == (303, "/events?moved=1")
    assert ben.post(f"/events/{before.id}", data=sent(BODIES[kind], day=day(5))).status_code == 404
    assert len(stored(app, kind)) == 1


@pytest.mark.parametrize("kind", BODIES)
def test_a_second_tap_on_remove_says_the_same(app: Flask, ben: Browser, kind: str) -> None:
    ben.post(f"/events/new/{kind}", data=sent(BODIES[kind]))
    (row,) = stored(app, kind)
    step = {"op": str(uuid4())}
    answers = [ben.post(f"/events/{row.id}/remove", data=step) for _ in range(2)]
    assert len({step_of(one, "/events", "removed") for one in answers}) == 1
    assert ben.post(f"/events/{row.id}/remove", data={"op": str(uuid4())}).status_code == 404


def test_an_undo_brings_back_no_pause_on_another(app: Flask, ben: Browser) -> None:
    ben.post("/events/new/pause", data=sent(PAUSE, day=day(30), ends_on=day(20)))
    (first,) = stored(app, "pause")
    gone = step_of(ben.post(f"/events/{first.id}/remove", data={"op": str(uuid4())}), "/events", "removed")
    ben.post("/events/new/pause", data=sent(PAUSE, day=day(28), ends_on=day(18)))
    undo = {"op": str(uuid4()), "undo": gone, "back": "events"}
    answer = ben.post("/visits/undo", data=undo)
    assert (answer.status_code, answer.location) == (303, "/events")
    assert "There is a pause already on these days." in text_of(page_of(ben, "/events"))
    (pause,) = stored(app, "pause")
    assert pause.day == TODAY - timedelta(days=28)


def test_what_was_changed_since_stays_and_the_page_says_so(app: Flask, ben: Browser) -> None:
    body = sent(SESSION)
    noted = step_of(ben.post("/events/new/treatment_session", data=body), "/events")
    ben.post(f"/events/{body['op']}", data=sent(SESSION, note="Changed"))
    answer = ben.post("/visits/undo", data={"op": str(uuid4()), "undo": noted, "back": "events"})
    assert (answer.status_code, answer.location) == (303, "/events")
    page = text_of(page_of(ben, "/events"))
    assert "This was changed since then, and stays as it is." in page
    assert "Undone" not in page
    (treated,) = stored(app, "treatment_session")
    assert treated.note == "Changed"


def test_a_second_tap_on_undo_says_the_same(app: Flask, ben: Browser) -> None:
    noted = step_of(ben.post("/events/new/treatment_session", data=sent(SESSION)), "/events")
    undo = {"op": str(uuid4()), "undo": noted, "back": "events"}
    assert [ben.post("/visits/undo", data=undo).location for _ in range(2)] == ["/events?undone=1"] * 2
    assert stored(app, "treatment_session") == []


def test_a_change_keeps_the_rest(app: Flask, ben: Browser) -> None:
    ben.post("/events/new/treatment_session", data=sent(SESSION))
    (treated,) = stored(app, "treatment_session")
    page = page_of(ben, f"/events/{treated.id}")
    assert checked(page, "kind") == ["acupuncture"]
    answer = ben.post(f"/events/{treated.id}", data=sent(SESSION, kind="both", number="", note=""))
    assert answer.status_code == 303
    (treated,) = stored(app, "treatment_session")
    assert (treated.kind, treated.number, treated.note) == ("both", None, None)


def rise(app: Flask, cast: Cast, *, foot: str = "right", today: bool = True) -> None:
    """Let Ben's pain rise by 3 points in the last three days."""
    with app.app_context():
        db.session.execute(delete(FootDay).where(FootDay.patient_id == cast.ben))
        db.session.add_all(
            FootDay(
                patient_id=cast.ben,
                day=TODAY - timedelta(days=back),
                foot=foot,
                first_step_pain=60 if back < 3 else 30,
            )
            for back in range(0 if today else 1, 17)
        )
        db.session.commit()


@pytest.mark.parametrize("address", ["/log", "/progress"])
def test_a_rise_is_asked_about_once(app: Flask, ben: Browser, cast: Cast, address: str) -> None:
    assert page_of(ben, address).select("#flare-asked") == []
    rise(app, cast)
    page = page_of(ben, address)
    card = page.select_one("#flare-asked")
    assert card is not None
    assert "Your first steps hurt more in the last 3 days than in the 2 weeks before." in text_of(card)
    assert card.select("input[checked]") == []
    body = {str(field["name"]): str(field["value"]) for field in card.select("input")}
    for _ in range(2):
        answer = ben.post("/flare", data=body | {"answer": "no"})
        assert (answer.status_code, answer.location) == (303, address)
    (flare,) = stored(app, "flare")
    assert (flare.confirmed, flare.foot, flare.day) == (False, "right", TODAY - timedelta(days=2))
    for other in ("/log", "/progress"):
        assert page_of(ben, other).select("#flare-asked") == []
    # A no is kept, and stands in no list.
    said = text_of(page_of(ben, "/events"))
    assert "None noted yet. A flare-up is" in said


def test_a_yes_leads_to_what_more_there_is_to_say(app: Flask, ben: Browser, cast: Cast) -> None:
    rise(app, cast)
    body = sent({"answer": "yes", "foot": "right", "day": day(2), "back": "log"})
    answer = ben.post("/flare", data=body)
    assert (answer.status_code, answer.location) == (303, f"/events/{body['op']}")
    page = page_of(ben, answer.location)
    (field,) = page.select("input[name=day]")
    assert field["value"] == day(2)
    ben.post(answer.location, data=sent(FLARE, day=day(2)))
    (flare,) = stored(app, "flare")
    assert (flare.confirmed, flare.worst_pain, flare.trigger) == (True, 80, "A run")
    assert page_of(ben, "/log").select("#flare-asked") == []
    assert "From 21 November 2026 : not settled yet, day 3" in text_of(page_of(ben, "/progress"))


@pytest.mark.parametrize(
    "body",
    [
        {"answer": "yes", "foot": "right", "day": day(-1)},
        {"answer": "yes", "foot": "right", "day": day(17)},
        {"answer": "yes", "foot": "middle", "day": day(2)},
        {"answer": "maybe", "foot": "right", "day": day(2)},
        {"answer": "yes", "foot": "right", "day": "x" * 300},
        {},
    ],
)
def test_an_answer_to_nothing_is_not_kept(app: Flask, ben: Browser, body: dict[str, str]) -> None:
    answer = ben.post("/flare", data=sent(body))
    assert (answer.status_code, answer.location) == (303, "/events")
    assert stored(app, "flare") == []


def test_a_past_day_does_not_ask(app: Flask, ben: Browser, cast: Cast) -> None:
    rise(app, cast)
    assert page_of(ben, f"/log/{day(1)}").select("#flare-asked") == []
    assert page_of(ben, f"/log/{day(0)}").select("#flare-asked") != []


def test_somebody_elses_is_not_there(app: Flask, ben: Browser, cast: Cast) -> None:
    with app.app_context():
        flare = Flare(patient_id=cast.ana, day=TODAY, trigger="hers")
        db.session.add(flare)
        db.session.commit()
        of_ana: UUID = flare.id
    assert ben.get(f"/events/{of_ana}").status_code == 404
    for step in ("", "/end", "/remove"):
        assert ben.post(f"/events/{of_ana}{step}", data=sent(FLARE, trigger="mine")).status_code == 404
    # Not under its id as an op either.
    assert ben.post("/events/new/flare", data={**FLARE, "op": str(of_ana)}).status_code == 422
    (flare,) = stored(app, "flare")
    assert (flare.patient_id, flare.trigger, flare.settled_on) == (cast.ana, "hers", None)


def test_many_are_listed_with_the_earlier_ones_behind_one_tap(app: Flask, ben: Browser, cast: Cast) -> None:
    with app.app_context():
        db.session.add_all(
            TreatmentSession(patient_id=cast.ben, day=TODAY - timedelta(days=back), kind="both", number=back + 1)
            for back in range(30)
        )
        db.session.commit()
    with counted(app) as sent_statements:
        page = page_of(ben, "/events")
    # The session, the user, the patient, and the list.
    assert len(sent_statements.texts) <= 4
    card = page.select_one("#treatment_session")
    assert card is not None
    assert len(card.select("li")) == 30
    assert len(card.select("details li")) == 26


def test_the_clock_of_the_person_decides_what_has_come(app: Flask, ben: Browser) -> None:
    tomorrow = date.fromisoformat(day(-1))
    assert ben.post("/events/new/flare", data=sent(FLARE, day=tomorrow.isoformat())).status_code == 422


def at_once(app: Flask, browser: Browser, requests: list[tuple[str, dict[str, str]]]) -> list[int]:
    """Send the requests at the same time, each from a window of its own, and return the answers' statuses."""
    cookie = browser.get_cookie("session")
    assert cookie is not None

    def send(request: tuple[str, dict[str, str]]) -> int:
        client = app.test_client()
        assert isinstance(client, Browser)
        client.csrf_raw = browser.csrf_raw
        client.set_cookie("session", cookie.value)
        return client.post(request[0], data=request[1]).status_code

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(send, requests))


def test_of_pauses_that_are_noted_at_once_one_is_kept(app: Flask, ben: Browser) -> None:
    page_of(ben, "/events/new/pause")
    answers = at_once(app, ben, [("/events/new/pause", sent(PAUSE, ends_on=day(-number))) for number in range(6)])
    assert sorted(answers) == [303, *[422] * 5]
    assert len(stored(app, "pause")) == 1


def test_moved_in_several_windows_at_once_it_is_one(app: Flask, ben: Browser) -> None:
    ben.post("/events/new/treatment_session", data=sent(SESSION))
    (treated,) = stored(app, "treatment_session")
    address = f"/events/{treated.id}"
    page_of(ben, address)
    answers = at_once(app, ben, [(address, sent(SESSION, day=day(number))) for number in range(1, 6)])
    assert answers.count(303) == 1
    assert set(answers) == {303, 404}
    assert len(stored(app, "treatment_session")) == 1


def test_the_question_answered_in_several_windows_at_once_is_answered_once(
    app: Flask, ben: Browser, cast: Cast
) -> None:
    rise(app, cast)
    page_of(ben, "/log")
    body = {"foot": "right", "day": day(2), "back": "log"}
    at_once(app, ben, [("/flare", sent(body, answer=answer)) for answer in ("yes", "no", "yes", "no")])
    assert len(stored(app, "flare")) == 1
