"""The rating of the whole change: asked when its week is open, kept once, told beside the entries and never judged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from sqlalchemy import select, update

from firststep.extensions import db
from firststep.models import Episode, FootDay, Patient, Pgic, Share
from tests import factories
from tests.blueprints.test_questions import at_once, page_of, undo
from tests.cast import NOW, TODAY, Browser, Cast, sign_in
from tests.support.databases import runs_on_postgresql
from tests.support.statements import counted
from tests.support.steps import step_of

WEEK_8 = TODAY - timedelta(days=58)
ANSWERS = [
    "Very much improved",
    "Much improved",
    "Minimally improved",
    "No change",
    "Minimally worse",
    "Much worse",
    "Very much worse",
]
OVER = "This question is answered already, or it is over."
COUNT = "Both count: the rating is about the heel as a whole, the entries are about pain alone."


def begin(app: Flask, patient_id: UUID, starts_on: date) -> None:
    """Let the person's course of care have begun on a day."""
    with app.app_context():
        db.session.execute(update(Episode).where(Episode.patient_id == patient_id).values(starts_on=starts_on))
        db.session.commit()


@pytest.fixture
def asked(app: Flask, cast: Cast) -> None:
    """Let Ana be in week 8."""
    begin(app, cast.ana, WEEK_8)


def stored(app: Flask, patient_id: UUID) -> list[tuple[date, int, int]]:
    with app.app_context():
        rows = db.session.scalars(select(Pgic).where(Pgic.patient_id == patient_id).order_by(Pgic.day))
        return [(row.day, row.week, row.rating) for row in rows]


def rate(app: Flask, patient_id: UUID, rating: int, day: date, week: int = 4) -> UUID:
    """Store a rating as if it had been given on its day."""
    with app.app_context():
        row = Pgic(patient_id=patient_id, day=day, week=week, rating=rating)
        db.session.add(row)
        db.session.commit()
        return row.id


def card(browser: Browser, address: str = "/log") -> Tag | None:
    return page_of(browser.get(address)).find(id="rating-asked")  # type: ignore[return-value]


def sent(**changed: str) -> dict[str, str]:
    return {"op": str(uuid4()), "week": "8", "rating": "2", "back": "log", **changed}


def text_of(part: BeautifulSoup | Tag | None) -> str:
    assert part is not None
    return " ".join(part.get_text(" ").replace("\xa0", " ").split())


@pytest.mark.parametrize("address", ["/log", f"/log/{TODAY}", "/progress"])
def test_an_open_week_is_asked_about_with_seven_answers_of_which_none_is_chosen(
    asked: None, ana: Browser, address: str
) -> None:
    found = card(ana, address)
    assert found is not None
    assert "Week 8: how is it overall?" in text_of(found)
    assert "Compared with the start on 26 September 2026" in text_of(found)
    buttons = found.select('input[type="radio"]')
    assert [(one["name"], one["value"]) for one in buttons] == [("rating", str(at)) for at in range(1, 8)]
    assert [label.get_text() for label in found.select("label")] == ANSWERS
    assert not [one for one in buttons if one.has_attr("checked")]


def test_nothing_is_asked_of_a_day_that_is_over_nor_beside_a_first_entry(asked: None, ana: Browser) -> None:
    assert card(ana, f"/log/{TODAY - timedelta(days=1)}") is None
    assert card(ana, "/log?first=1") is None


@pytest.mark.parametrize(("days", "week"), [(27, None), (28, 4), (41, 4), (42, None), (84, 12), (181, 24), (182, None)])
def test_log_and_progress_ask_the_same(app: Flask, ana: Browser, cast: Cast, days: int, week: int | None) -> None:
    begin(app, cast.ana, TODAY - timedelta(days=days))
    for address in ("/log", "/progress"):
        found = card(ana, address)
        assert (found is not None) == (week is not None)
        assert found is None or f"Week {week}:" in text_of(found)


@pytest.mark.parametrize("feet", [("right",), ("left",), ("left", "right")])
def test_without_a_course_of_care_weeks_are_counted_from_the_baseline(
    app: Flask, ben: Browser, cast: Cast, feet: tuple[str, ...]
) -> None:
    with app.app_context():
        db.session.add_all(
            FootDay(patient_id=cast.ben, day=TODAY - timedelta(days=31 - at), foot=foot, first_step_pain=60)
            for foot in feet
            for at in range(32)
        )
        db.session.commit()
    for address in ("/log", "/progress"):
        assert "Compared with the start on 26 October 2026" in text_of(card(ben, address))
    assert ben.post("/rating", data=sent(week="4")).status_code == 303
    assert stored(app, cast.ben) == [(TODAY, 4, 2)]


def test_an_answer_is_kept_once_and_can_be_taken_back(app: Flask, asked: None, ana: Browser, cast: Cast) -> None:
    form = card(ana)
    assert form is not None
    body = {str(one["name"]): str(one["value"]) for one in form.select('input[type="hidden"]')} | {"rating": "3"}
    answers = [ana.post("/rating", data=body) for _ in range(3)]
    assert len({step_of(answer, f"/log/{TODAY}") for answer in answers}) == 1
    answer = answers[-1]
    assert stored(app, cast.ana) == [(TODAY, 8, 3)]
    page = page_of(ana.get(answer.location))
    assert OVER not in text_of(page)
    assert page.find(id="rating-asked") is None
    assert card(ana, "/progress") is None
    button = page.select_one("form.log-undo")
    assert button is not None
    ana.post("/log/undo", data={str(one["name"]): str(one["value"]) for one in button.select("input[name]")})
    assert stored(app, cast.ana) == []
    assert card(ana) is not None


def test_an_answer_that_is_corrected_and_sent_again_is_one(app: Flask, asked: None, ana: Browser, cast: Cast) -> None:
    body = sent(rating="3")
    for rating in ("3", "2", "2"):
        ana.post("/rating", data=body | {"rating": rating})
    assert stored(app, cast.ana) == [(TODAY, 8, 2)]


def test_an_undo_brings_back_no_second_rating_of_a_week(app: Flask, asked: None, ana: Browser, cast: Cast) -> None:
    ana.post("/rating", data=sent(rating="3"))
    with app.app_context():
        first = db.session.scalars(select(Pgic.id).where(Pgic.patient_id == cast.ana)).one()
    body = {"op": str(uuid4())}
    answers = [ana.post(f"/rating/{first}/remove", data=body) for _ in range(2)]
    (gone,) = {step_of(answer, "/progress", "removed") for answer in answers}
    ana.post("/rating", data=sent(rating="6"))
    answer = ana.post("/visits/undo", data={"op": str(uuid4()), "undo": gone, "back": "progress"})
    assert answer.status_code == 303
    assert "This week has a rating already." in text_of(page_of(ana.get(answer.location)))
    assert stored(app, cast.ana) == [(TODAY, 8, 6)]


def test_from_the_progress_page_one_comes_back_to_it(app: Flask, asked: None, ana: Browser, cast: Cast) -> None:
    body = sent(back="progress")
    answer = ana.post("/rating", data=body)
    assert step_of(answer, "/progress")
    assert "On 23 November 2026, in week 8, you called it “Much improved”." in text_of(page_of(ana.get("/progress")))
    back = undo(ana, answer.location)
    assert back.location == "/progress?undone=1"
    assert stored(app, cast.ana) == []


@pytest.mark.parametrize("same_step", [True, False])
def test_ten_answers_at_once_are_one(app: Flask, asked: None, ana: Browser, cast: Cast, same_step: bool) -> None:
    bodies = [sent()] * 10 if same_step else [sent() for _ in range(10)]
    assert at_once(app, ana, "/rating", bodies) == [303] * 10
    assert stored(app, cast.ana) == [(TODAY, 8, 2)]


@pytest.mark.parametrize("rating", ["", "0", "8", "-1", "x", "1.0", "٣", "01", "11", "x" * 5000, None])
def test_an_answer_that_is_none_is_refused_with_a_sentence(
    app: Flask, asked: None, ana: Browser, cast: Cast, rating: str | None
) -> None:
    body = sent()
    if rating is None:
        del body["rating"]
    else:
        body["rating"] = rating
    answer = ana.post("/rating", data=body)
    page = page_of(answer)
    assert answer.status_code == 422
    assert "Choose one of the answers." in text_of(page.find(id="rating-error"))  # type: ignore[arg-type]
    assert page.select_one('[data-error-summary] a[href="#rating"]')
    assert page.select_one(f'input[name="op"][value="{body["op"]}"]')
    assert page.select_one('input[name="week"][value="8"]')
    assert stored(app, cast.ana) == []


@pytest.mark.parametrize("week", ["4", "12", "24", "5", "", "x", "8.0", "٨"])
def test_what_is_not_asked_is_not_answered(app: Flask, asked: None, ana: Browser, cast: Cast, week: str) -> None:
    answer = ana.post("/rating", data=sent(week=week, back="progress"))
    assert (answer.status_code, answer.location) == (303, "/progress")
    assert OVER in text_of(page_of(ana.get(answer.location)))
    assert stored(app, cast.ana) == []


def test_a_question_that_is_over_takes_no_answer(app: Flask, ana: Browser, cast: Cast) -> None:
    for body in (sent(), sent(rating="9")):
        answer = ana.post("/rating", data=body)
        assert answer.status_code == 303
        assert OVER in text_of(page_of(ana.get(answer.location)))
    assert stored(app, cast.ana) == []


@pytest.mark.parametrize("back", ["", "x", "https://example.org", "//example.org", "log/../x"])
def test_an_answer_leads_to_pages_of_ours_only(asked: None, ana: Browser, back: str) -> None:
    assert ana.post("/rating", data=sent(back=back)).location.startswith("/questions?saved=")


def test_an_id_of_somebody_elses_step_is_refused(
    app: Flask, asked: None, ana: Browser, ben: Browser, cast: Cast
) -> None:
    of_ben = rate(app, cast.ben, 3, TODAY)
    assert ana.post("/rating", data=sent(op=str(of_ben))).status_code == 404
    assert (stored(app, cast.ana), stored(app, cast.ben)) == ([], [(TODAY, 4, 3)])


def test_put_off_it_is_asked_again_on_another_day(
    app: Flask, asked: None, ana: Browser, cast: Cast, set_clock: Callable[[datetime], None]
) -> None:
    answer = ana.post("/rating/later", data={"back": "log"})
    assert (answer.status_code, answer.location) == (303, f"/log/{TODAY}")
    assert "Left for another day" in ana.get(answer.location).get_data(as_text=True)
    assert card(ana) is card(ana, "/progress") is None
    assert card(sign_in(app, cast.ana_user)) is not None, "in another browser nobody said so"
    assert stored(app, cast.ana) == []
    set_clock(NOW + timedelta(hours=11))
    assert card(ana) is None, "the same evening"
    set_clock(NOW + timedelta(hours=22))
    assert card(ana) is not None


def test_an_answer_is_changed_and_removed(app: Flask, asked: None, ana: Browser, cast: Cast) -> None:
    rating_id = rate(app, cast.ana, 2, TODAY, 8)
    address = f"/rating/{rating_id}"
    assert page_of(ana.get("/progress")).select_one(f'a[href="{address}"]')
    page = page_of(ana.get(address))
    assert [one["value"] for one in page.select("input[checked]")] == ["2"]
    assert ana.post(address, data={"op": str(uuid4()), "rating": "9"}).status_code == 422
    assert step_of(ana.post(address, data={"op": str(uuid4()), "rating": "5"}), "/progress")
    assert stored(app, cast.ana) == [(TODAY, 8, 5)]
    removed = step_of(ana.post(f"{address}/remove", data={"op": str(uuid4())}), "/progress", "removed")
    assert stored(app, cast.ana) == []
    assert ana.post(f"{address}/remove").status_code == 404
    undo(ana, f"/progress?removed={removed}")
    assert stored(app, cast.ana) == [(TODAY, 8, 5)]


def lines(answer: Any) -> list[str]:
    """Return what is said about ratings, the newest first."""
    part = page_of(answer).find("section", attrs={"aria-labelledby": "ratings"})
    return [text_of(line) for line in part.select("li")] if isinstance(part, Tag) else []


# Ana's baseline is 7.6 and her care began 42 days ago; meaningful relief is confirmed from day 22 on, known on day 35.
@pytest.mark.parametrize(
    ("days", "rating", "beside"),
    [
        (3, 2, ""),
        (10, 2, "By the daily entries (First-step pain) the change was within day-to-day variation."),
        (10, 3, ""),
        (10, 7, ""),
        (26, 2, "By the daily entries (First-step pain) the pain was lower, but not yet by 30 % and 2 points"),
        (26, 4, ""),
        (41, 1, ""),
        (41, 3, "By the daily entries (First-step pain) there was meaningful relief: 30 % and 2 points lower"),
        (41, 6, "By the daily entries (First-step pain) there was meaningful relief: 30 % and 2 points lower"),
    ],
)
def test_a_rating_stands_beside_what_the_entries_said_by_its_day(
    app: Flask, ana: Browser, cast: Cast, days: int, rating: int, beside: str
) -> None:
    day = TODAY - timedelta(days=42 - days)
    rate(app, cast.ana, rating, day)
    (line,) = lines(ana.get("/progress"))
    said = f"On {day.day} {day:%B %Y}, in week 4, you called it “{ANSWERS[rating - 1]}”. Change"
    assert line.startswith(said)
    if beside:
        assert beside in line
        assert line.endswith(COUNT)
    else:
        assert COUNT not in line
    for judged in ("right", "wrong", "correct", "should"):
        assert f" {judged} " not in line


def logged(app: Flask, patient_id: UUID, starts_on: date, values: list[int | None]) -> None:
    """Let the person have logged these whole points of first-step pain from a week before the start on."""
    with app.app_context():
        patient = db.session.get_one(Patient, patient_id)
        factories.make_diary(db.session, patient, starts_on - timedelta(days=7), values)
        db.session.add(Episode(patient_id=patient_id, arm="combined", starts_on=starts_on))
        db.session.commit()


@pytest.mark.parametrize(
    ("values", "beside"),
    [
        # Relief, relapse, and for five weeks less pain again than ever: nothing is "back up" any more.
        ([8] * 7 + [2] * 28 + [8] * 28 + [1] * 35, "the pain was back up for 14 days from"),
        # Five weeks without entries, then little pain for five: it did hold for 14 days, and is not counted.
        (
            [8] * 7 + [8] * 7 + [None] * 35 + [2] * 49,
            "the pain was lower. Relief is not counted here: before it there were too few entries for more than 14 ",
        ),
    ],
)
def test_nothing_is_said_that_the_entries_of_the_day_contradict(
    app: Flask, ben: Browser, cast: Cast, values: list[int | None], beside: str
) -> None:
    logged(app, cast.ben, TODAY - timedelta(days=91), values)
    rate(app, cast.ben, 2, TODAY, 12)
    (line,) = lines(ben.get("/progress"))
    assert f"By the daily entries (First-step pain) {beside}" in line
    assert "since" not in line
    assert "not yet" not in line


def test_each_measure_says_what_its_own_entries_said(app: Flask, ana: Browser, cast: Cast) -> None:
    rate(app, cast.ana, 2, TODAY - timedelta(days=32))
    assert "(First-step pain)" in lines(ana.get("/progress"))[0]
    assert "(Pain over the day)" in lines(ana.get("/progress?measure=average"))[0]


def test_ratings_of_an_earlier_start_stand_alone_and_the_newest_comes_first(
    app: Flask, ana: Browser, cast: Cast
) -> None:
    rate(app, cast.ana, 2, TODAY - timedelta(days=43), 24)
    rate(app, cast.ana, 2, TODAY - timedelta(days=32), 4)
    newer, older = lines(ana.get("/progress"))
    assert "in week 4" in newer
    assert "By the daily entries" in newer
    assert "in week 24" in older
    assert "By the daily entries" not in older


def test_chart_and_table_have_the_rating(app: Flask, ana: Browser, cast: Cast) -> None:
    rate(app, cast.ana, 2, TODAY - timedelta(days=14))
    drawn = ana.get("/progress/figure.json?days=90").get_json()["data"]
    (squares,) = [trace for trace in drawn if trace["name"] == "Own rating of the whole change"]
    assert (squares["x"], squares["hovertext"]) == (["2026-11-09"], ["Own rating, week 4: Much<br>improved"])
    rows = page_of(ana.get("/progress?days=90")).select("#trajectory tbody tr")
    noted = {row.find("th").get_text(): row.find_all("td")[-1].get_text() for row in rows}  # type: ignore[union-attr]
    assert noted["9\N{NO-BREAK SPACE}Nov\N{NO-BREAK SPACE}2026"] == "Own rating, week 4: Much improved"


@pytest.mark.parametrize("scope", ["summary", "charts", "notes"])
def test_a_practitioner_sees_ratings_where_charts_may_be_seen(app: Flask, cho: Browser, cast: Cast, scope: str) -> None:
    rating_id = rate(app, cast.ana, 2, TODAY - timedelta(days=32))
    with app.app_context():
        db.session.execute(update(Share).where(Share.id == cast.share).values(scope=scope))
        db.session.commit()
    answer = cho.get(f"/practice/{cast.share}")
    page = answer.get_data(as_text=True)
    assert str(rating_id) not in page
    if scope == "summary":
        assert lines(answer) == []
        assert "Much improved" not in page
        assert "By the daily entries" not in page
        return
    (line,) = lines(answer)
    assert line.startswith("On 22 October 2026, in week 4, the person called it “Much improved”. By the daily entries")
    assert "Own rating, week 4: Much improved" in page
    assert "/rating" not in page


def test_statements_stay_few(app: Flask, asked: None, ana: Browser, cast: Cast) -> None:
    for week in (4, 12, 24):
        rate(app, cast.ana, 2, TODAY - timedelta(days=30), week)
    for address, most in (("/log", 3), ("/progress", 4)):
        with counted(app) as page:
            assert card(ana, address) is not None
        assert len(page.own) <= most, page.own
    with counted(app) as step:
        assert ana.post("/rating", data=sent()).status_code == 303
    # What is asked, and what stands beside it, are read under the lock, which PostgreSQL takes in a statement.
    assert len(step.own) <= 7 + runs_on_postgresql(), step.own
    with counted(app) as without:
        assert ana.get("/log").status_code == 200
    assert len(without.own) <= 3
