"""Questions for the visit: written, changed, asked, removed, taken back; shown to those who may read notes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from sqlalchemy import func, select, update

from firststep.extensions import db
from firststep.models import DiaryChange, Question, Share
from tests.cast import TODAY, Browser, Cast
from tests.support.statements import counted
from tests.support.steps import step_of

RUN = "Can I run again?"


def sent(text: str = RUN, **changed: str) -> dict[str, str]:
    return {"op": str(uuid4()), "text": text, **changed}


def stored(app: Flask, patient_id: UUID) -> list[tuple[str, date, date | None]]:
    with app.app_context():
        rows = db.session.scalars(select(Question).where(Question.patient_id == patient_id))
        return sorted((row.text, row.day, row.settled_on) for row in rows)


def only_id(app: Flask) -> UUID:
    with app.app_context():
        return db.session.scalars(select(Question.id)).one()


def page_of(answer: Any) -> BeautifulSoup:
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


def listed(browser: Browser, within: str = "#open ol") -> list[str]:
    return [str(text.get_text()) for text in page_of(browser.get("/questions")).select(f"{within} .letter")]


def at_once(app: Flask, browser: Browser, address: str, bodies: list[dict[str, str]]) -> list[int]:
    """Send all bodies at the same time, each from a tab of the same browser."""
    cookie = browser.get_cookie("session")
    assert cookie is not None

    def send(body: dict[str, str]) -> int:
        client = app.test_client()
        assert isinstance(client, Browser)
        client.csrf_raw = browser.csrf_raw
        client.set_cookie("session", cookie.value)
        return client.post(address, data=body).status_code

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(send, bodies))


def test_a_question_is_written_down_once_however_often_it_is_sent(app: Flask, ben: Browser, cast: Cast) -> None:
    assert "Nothing to ask yet" in ben.get("/questions").get_data(as_text=True)
    form = page_of(ben.get("/questions")).select_one("#new form")
    assert form is not None
    body = {str(one["name"]): str(one.get("value", "")) for one in form.select("input[name]")} | {"text": RUN}
    steps = {step_of(ben.post("/questions", data=body), "/questions") for _ in range(3)}
    assert len(steps) == 1
    assert stored(app, cast.ben) == [(RUN, TODAY, None)]
    assert listed(ben) == [RUN]
    with app.app_context():
        assert db.session.scalar(select(func.count()).where(DiaryChange.field == "question")) == 1


def test_a_question_that_is_corrected_and_sent_again_is_one(app: Flask, ben: Browser, cast: Cast) -> None:
    body = sent("Can I rum again?")
    ben.post("/questions", data=body)
    ben.post("/questions", data=body | {"text": RUN})
    assert stored(app, cast.ben) == [(RUN, TODAY, None)]


def test_sent_ten_times_at_once_it_is_one(app: Flask, ben: Browser, cast: Cast) -> None:
    assert at_once(app, ben, "/questions", [sent(op=str(uuid4()))] * 10) == [303] * 10
    assert stored(app, cast.ben) == [(RUN, TODAY, None)]


def test_they_stand_in_the_order_in_which_they_were_written(app: Flask, ben: Browser, cast: Cast) -> None:
    texts = [f"Question {letter}?" for letter in "dbeca"]
    for text in texts:
        ben.post("/questions", data=sent(text))
    with app.app_context():
        db.session.add(Question(patient_id=cast.ben, day=TODAY - timedelta(days=1), text="The day before?"))
        db.session.commit()
    assert listed(ben) == ["The day before?", *texts]


def test_a_text_is_shown_as_it_was_typed_and_is_no_markup(app: Flask, ben: Browser, cast: Cast) -> None:
    text = 'Why "<b>here</b>"\nand & not there? 🦶'
    ben.post("/questions", data=sent(f"  {text} \r\n".replace("\nand", "\r\nand")))
    assert stored(app, cast.ben) == [(text, TODAY, None)]
    assert listed(ben) == [text]
    assert "<b>here" not in ben.get("/questions").get_data(as_text=True)


def test_five_hundred_characters_fit_with_a_lines_end_as_one(app: Flask, ben: Browser, cast: Cast) -> None:
    text = f"{'🦶' * 249}\n{'x' * 250}"
    assert ben.post("/questions", data=sent(text.replace("\n", "\r\n"))).status_code == 303
    assert stored(app, cast.ben) == [(text, TODAY, None)]


BAD = [
    ("", "Write your question."),
    ("  \r\n\t ", "Write your question."),
    ("x" * 501, "Say it in up to 500 characters."),
    ("🦶" * 501, "Say it in up to 500 characters."),
    ("x" * 20_000, "Say it in up to 500 characters."),
    ("a\x00b", "This text has a character that cannot be stored."),
    ("a\ufffdb", "This text has a character that cannot be stored."),
]


@pytest.mark.parametrize("where", ["add", "change"])
@pytest.mark.parametrize(("text", "sentence"), BAD)
def test_what_cannot_be_stored_is_named_and_kept_in_the_field(
    app: Flask, ben: Browser, cast: Cast, where: str, text: str, sentence: str
) -> None:
    address = "/questions"
    if where == "change":
        ben.post("/questions", data=sent())
        address = f"/questions/{only_id(app)}"
    before, body = stored(app, cast.ben), sent(text)
    answer = ben.post(address, data=body)
    page = page_of(answer)
    assert answer.status_code == 422
    complaint, field = page.find(id="text-error"), page.find("textarea")
    assert isinstance(complaint, Tag)
    assert isinstance(field, Tag)
    assert sentence in complaint.get_text()
    assert page.select_one('[data-error-summary] a[href="#text"]')
    assert field.get_text().strip() == text.replace("\x00", "\ufffd").strip() or "\x00" in text
    assert page.select_one(f'input[name="op"][value="{body["op"]}"]'), "mended and sent again it is the same step"
    assert stored(app, cast.ben) == before


def test_without_the_field_it_is_refused_too(app: Flask, ben: Browser, cast: Cast) -> None:
    assert ben.post("/questions", data={"op": str(uuid4())}).status_code == 422
    assert stored(app, cast.ben) == []


@pytest.mark.parametrize("op", ["", "x", "x" * 5000, "00000000-0000-0000-0000-00000000000g"])
def test_without_a_usable_id_each_request_is_a_step_of_its_own(app: Flask, ben: Browser, cast: Cast, op: str) -> None:
    for _ in range(2):
        assert ben.post("/questions", data=sent(op=op)).status_code == 303
    assert len(stored(app, cast.ben)) == 2


def undo(browser: Browser, address: str) -> Any:
    """Follow an address, and press the button there that takes the step back."""
    button = page_of(browser.get(address)).select_one("#saved form")
    assert button is not None
    body = {str(one["name"]): str(one.get("value", "")) for one in button.select("input[name]")}
    return browser.post(str(button["action"]), data=body)


def test_a_question_is_changed_asked_opened_again_and_removed_and_each_step_taken_back(
    app: Flask, ben: Browser, cast: Cast
) -> None:
    ben.post("/questions", data=sent())
    address = f"/questions/{only_id(app)}"
    assert page_of(ben.get(address)).find("textarea", string=lambda text: RUN in str(text)) is not None
    other = "Can I walk?"
    states = {"first": stored(app, cast.ben)}
    for step, data, expected in (
        ("", {"text": other}, [(other, TODAY, None)]),
        ("/asked", {}, [(RUN, TODAY, TODAY)]),
        ("/remove", {}, []),
    ):
        body, said = {"op": str(uuid4()), **data}, "removed" if step == "/remove" else "saved"
        answers = [ben.post(address + step, data=body) for _ in range(2)]
        assert stored(app, cast.ben) == expected
        (op_id,) = {step_of(answer, "/questions", said) for answer in answers}
        back = undo(ben, f"/questions?{said}={op_id}")
        assert (back.status_code, back.location) == (303, "/questions?undone=1")
        assert stored(app, cast.ben) == states["first"]
        assert "Undone" in ben.get(back.location).get_data(as_text=True)
    ben.post(f"{address}/asked")
    assert (listed(ben), listed(ben, "details")) == ([], [RUN])
    assert "Asked on 23 November 2026" in ben.get("/questions").get_data(as_text=True)
    ben.post(f"{address}/open")
    assert (listed(ben), listed(ben, "details")) == ([RUN], [])


def test_what_was_asked_before_keeps_its_day(app: Flask, ben: Browser, cast: Cast) -> None:
    earlier = TODAY - timedelta(days=5)
    with app.app_context():
        db.session.add(Question(patient_id=cast.ben, day=earlier, text=RUN, settled_on=earlier))
        db.session.commit()
    assert ben.post(f"/questions/{only_id(app)}/asked").status_code == 303
    assert stored(app, cast.ben) == [(RUN, earlier, earlier)]


def test_whoever_travelled_west_asks_on_the_day_of_writing_at_the_earliest(
    app: Flask, ben: Browser, cast: Cast
) -> None:
    tomorrow = TODAY + timedelta(days=1)
    with app.app_context():
        db.session.add(Question(patient_id=cast.ben, day=tomorrow, text=RUN))
        db.session.commit()
    assert ben.post(f"/questions/{only_id(app)}/asked").status_code == 303
    assert stored(app, cast.ben) == [(RUN, tomorrow, tomorrow)]


def test_a_question_of_another_is_not_there(app: Flask, ana: Browser, ben: Browser, cast: Cast) -> None:
    ana.post("/questions", data=sent())
    before, question = stored(app, cast.ana), only_id(app)
    for address in (f"/questions/{question}", f"/questions/{uuid4()}", "/questions/x"):
        assert ben.get(address).status_code == 404
        for tail in ("", "/asked", "/open", "/remove"):
            assert ben.post(f"{address}{tail}", data=sent("Mine?")).status_code == 404
    assert stored(app, cast.ana) == before
    assert listed(ben) == []


def test_an_id_of_somebody_elses_step_is_refused(app: Flask, ana: Browser, ben: Browser, cast: Cast) -> None:
    body = sent()
    of_ana = step_of(ana.post("/questions", data=body), "/questions")
    answer = ben.post("/questions", data=body | {"text": "Mine?"})
    assert answer.status_code == 422
    assert "not accepted" in answer.get_data(as_text=True)
    ben.post("/questions", data=sent("Mine?"))
    with app.app_context():
        mine = db.session.scalars(select(Question.id).where(Question.patient_id == cast.ben)).one()
    assert ben.post(f"/questions/{mine}", data=body).status_code == 422
    for tail in ("/asked", "/remove"):
        assert ben.post(f"/questions/{mine}{tail}", data=body).status_code == 404
    for undone in (of_ana, body["op"], "x", "", str(uuid4())):
        assert ben.post("/visits/undo", data={"undo": undone, "op": str(uuid4())}).status_code == 404
    assert stored(app, cast.ben) == [("Mine?", TODAY, None)]
    assert stored(app, cast.ana) == [(RUN, TODAY, None)]


def test_the_days_history_has_the_question(ben: Browser) -> None:
    ben.post("/questions", data=sent())
    history = " ".join(page_of(ben.get(f"/log/{TODAY}/history")).get_text(" ").split())
    assert "Question for the visit before" in history
    assert f"after {RUN}" in history


@pytest.mark.parametrize("address", ["/log", "/progress", "/share", "/settings"])
def test_the_page_is_one_tap_away(ana: Browser, address: str) -> None:
    link = page_of(ana.get(address)).select_one('main a[href="/questions"]')
    assert link is not None
    assert link.get_text() == "Questions for my visit"


def test_the_field_says_who_reads_it_and_that_we_do_not(ben: Browser) -> None:
    hint = page_of(ben.get("/questions")).find(id="text-hint")
    assert isinstance(hint, Tag)
    assert "practitioners with whom you share notes" in hint.get_text()
    assert "We do not read it" in hint.get_text()


def ask(app: Flask, cast: Cast) -> None:
    """Let Ana have questions of three days, one of which was asked."""
    with app.app_context():
        for text, ago, asked in (("Newest?", 1, False), ("Oldest?", 30, False), ("Asked?", 20, True)):
            day = TODAY - timedelta(days=ago)
            db.session.add(Question(patient_id=cast.ana, day=day, text=text, settled_on=day if asked else None))
        db.session.commit()


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        ({"scope": "notes"}, ["Oldest?", "Newest?"]),
        ({"scope": "notes", "from_day": TODAY - timedelta(days=10)}, ["Newest?"]),
        ({"scope": "notes", "from_day": TODAY}, []),
        ({"scope": "charts"}, []),
        ({"scope": "summary"}, []),
        ({"scope": "notes", "state": "stopped"}, None),
        ({"scope": "notes", "until_on": TODAY - timedelta(days=1)}, None),
    ],
)
def test_a_practitioner_reads_open_ones_with_the_scope_of_notes_only(
    app: Flask, cho: Browser, cast: Cast, share: dict[str, Any], expected: list[str] | None
) -> None:
    ask(app, cast)
    with app.app_context():
        db.session.execute(update(Share).where(Share.id == cast.share).values(**share))
        db.session.commit()
    answer = cho.get(f"/practice/{cast.share}")
    assert answer.status_code == (404 if expected is None else 200)
    shown = [text.get_text() for text in page_of(answer).select("#questions li .letter")]
    assert shown == (expected or [])
    for text in ("Newest?", "Oldest?", "Asked?"):
        assert (text in answer.get_data(as_text=True)) == (text in shown)


def test_statements_stay_few_however_many_there_are(app: Flask, ben: Browser, cast: Cast) -> None:
    for count in (1, 40):
        for _ in range(count):
            ben.post("/questions", data=sent())
        with counted(app) as page:
            assert ben.get("/questions").status_code == 200
        assert len(page.own) == 1, page.own
    with counted(app) as step:
        assert ben.post("/questions", data=sent()).status_code == 303
    assert len(step.own) <= 5, step.own
