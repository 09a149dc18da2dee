"""Questions for the visit and the rating, on a phone: with and without scripts, by thumb, and back again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from firststep.extensions import db
from firststep.models import Episode, Pgic, Question
from tests.browser.conftest import Faults, OpenPage
from tests.browser.look import colour_problems, problems
from tests.cast import TODAY, Cast

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def in_week_8(app: Flask, cast: Cast) -> None:
    """Let Ana be asked for a rating today."""
    with app.app_context():
        db.session.execute(update(Episode).values(starts_on=TODAY - timedelta(days=58)))
        db.session.commit()


def stored(app: Flask) -> list[tuple[str, bool]]:
    with app.app_context():
        return [(row.text, row.settled_on is not None) for row in db.session.scalars(select(Question))]


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no-javascript"])
def test_a_question_is_written_down_asked_and_taken_back(
    app: Flask, cast: Cast, open_phone: OpenPage, take: Callable[[Page, str], None], faults: Faults, javascript: bool
) -> None:
    page = open_phone(cast.ana_user, javascript=javascript)
    page.goto("/progress")
    page.get_by_role("link", name="Questions for my visit").click()
    field = page.get_by_label("Your question")
    field.fill("Can I run again, and how far?")
    if javascript:
        expect(page.get_by_text("29 of 500 characters")).to_be_visible()
        field.fill("x" * 501)
        expect(page.get_by_text("501 of 500 characters")).to_be_visible()
        page.get_by_role("button", name="Write it down").click()
        expect(page.locator("#text-error")).to_contain_text("Say it in up to 500 characters.")
        faults.forgive("status of 422")
        expect(field).to_have_value("x" * 501)
        assert problems(page) == []
        field.fill("Can I run again, and how far?")
    page.get_by_role("button", name="Write it down").click()
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    page.get_by_role("button", name="Mark as asked").click()
    expect(page.get_by_text("Nothing to ask yet")).to_be_visible()
    assert stored(app) == [("Can I run again, and how far?", True)]
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("listitem").filter(has_text="Can I run again")).to_be_visible()
    page.get_by_role("link", name="Change").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Nothing to ask yet")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("listitem").filter(has_text="Can I run again")).to_be_visible()
    assert stored(app) == [("Can I run again, and how far?", False)]
    take(page, "questions")
    if javascript:
        assert problems(page) + colour_problems(page) == []


def test_on_paper_stand_the_questions_alone(app: Flask, cast: Cast, open_phone: OpenPage) -> None:
    with app.app_context():
        db.session.add(Question(patient_id=cast.ana, day=TODAY, text="Which shoes?"))
        db.session.commit()
    page = open_phone(cast.ana_user)
    page.goto("/questions")
    page.emulate_media(media="print")
    expect(page.get_by_text("Which shoes?").first).to_be_visible()
    for gone in (page.get_by_label("Your question"), page.get_by_role("button"), page.get_by_role("navigation")):
        for one in gone.all():
            expect(one).to_be_hidden()


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no-javascript"])
def test_the_change_is_rated_by_thumb_and_put_off_before(
    app: Flask, cast: Cast, open_phone: OpenPage, take: Callable[[Page, str], None], faults: Faults, javascript: bool
) -> None:
    page = open_phone(cast.ana_user, javascript=javascript)
    page.goto("/log")
    question = page.get_by_role("radiogroup", name="Compared with the start")
    expect(question).to_be_visible()
    expect(question.locator("input:checked")).to_have_count(0)
    take(page, "log-with-rating")
    if javascript:
        assert problems(page) + colour_problems(page) == []
    page.get_by_role("button", name="Save the rating").click()
    expect(page.locator("#rating-error")).to_contain_text("Choose one of the answers.")
    faults.forgive("status of 422")
    page.get_by_role("link", name="Cancel").click()
    page.get_by_role("button", name="Not now").click()
    expect(page.get_by_role("radiogroup", name="First-step pain")).to_be_visible()
    expect(question).to_have_count(0)
    page.close()  # a page left open would note that its session is over
    again = open_phone(cast.ana_user, javascript=javascript)
    again.goto("/progress")
    again.get_by_text("Week 8: how is it overall?").click()
    again.locator("label").filter(has_text="Much improved").nth(1).click()
    again.get_by_role("button", name="Save the rating").click()
    expect(again.get_by_text("in week 8, you called it “Much improved”")).to_be_visible()
    take(again, "progress-rated")
    if javascript:
        assert problems(again) + colour_problems(again) == []
    with app.app_context():
        assert [(row.week, row.rating) for row in db.session.scalars(select(Pgic))] == [(8, 2)]
