"""A whole day in four taps on a small phone: every answer can be reached as the page opens, and none moves away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from firststep.extensions import db
from firststep.models import Day, FootDay, Patient, Plan
from tests import factories
from tests.browser.conftest import OpenPage
from tests.cast import TODAY, Cast

pytestmark = pytest.mark.browser

LEAST, HEIGHT = 44, 780
ANSWERS = (("First-step pain", "6"), ("Pain over the day", "4"), ("Stretching", "Done"), ("NSAID taken", "Yes"))

# What lies at the middle of a target belongs to it: nothing covers it.
_FREE = """
(target) => {
  const box = target.getBoundingClientRect();
  const there = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return there !== null && target.contains(there);
}
"""


def targets(page: Page, question: str) -> Locator:
    """Return everything that can be tapped as an answer."""
    return page.get_by_role("radiogroup", name=question, exact=True).locator("label")


def boxes(page: Page) -> dict[str, list[Any]]:
    """Return where the targets of each question lie in the window."""
    return {
        question: [target.bounding_box() for target in targets(page, question).all()] for question, _answer in ANSWERS
    }


def log_yesterday(session: Session, patient: Patient) -> None:
    """Let there be something to repeat."""
    factories.make_diary(session, patient, TODAY - timedelta(days=1), [5])


def plan_stretching(session: Session, patient: Patient) -> None:
    """Let the page say what is planned."""
    session.add(Plan(patient_id=patient.id, day=TODAY, preset="plantar_fascia", hold_s=10, reps=10, sets_per_day=3))


@pytest.mark.parametrize("before", [None, log_yesterday, plan_stretching])
def test_a_whole_day_takes_four_taps(
    app: Flask, open_phone: OpenPage, cast: Cast, before: Callable[[Session, Patient], None] | None
) -> None:
    if before:
        with app.app_context():
            before(db.session, db.session.get_one(Patient, cast.ben))
            db.session.commit()
    page = open_phone(cast.ben_user)
    page.goto("/log")
    page.wait_for_load_state("networkidle")
    first = boxes(page)
    bar = page.locator("nav.bar").bounding_box()
    assert bar is not None
    for question, found in first.items():
        for box in found:
            assert box["width"] >= LEAST - 0.5, (question, box)
            assert box["height"] >= LEAST - 0.5, (question, box)
            # Below the head of the page, where a thumb reaches, and above the bar.
            assert box["y"] >= HEIGHT / 5, (question, box)
            assert box["y"] + box["height"] <= bar["y"], (question, box)
        assert all(targets(page, question).evaluate_all(f"(all) => all.map({_FREE})")), question
    for question, answer in ANSWERS:
        with page.expect_response("**/diary/ops"):
            tap_where_it_was(page, question, answer, first[question])
        expect(page.locator("[data-log-status]")).to_have_text("Saved")
    assert page.evaluate("scrollY") == 0
    with app.app_context():
        foot = db.session.scalars(select(FootDay).where(FootDay.patient_id == cast.ben, FootDay.day == TODAY)).one()
        day = db.session.scalars(select(Day).where(Day.patient_id == cast.ben, Day.day == TODAY)).one()
        assert (foot.first_step_pain, foot.average_pain) == (60, 40)
        assert (day.stretch_done, day.nsaid_taken) == (True, True)


def tap_where_it_was(page: Page, question: str, answer: str, found: list[Any]) -> None:
    """Tap once, where the answer lay when the page opened: no answer may push the next one away."""
    words = [target.inner_text().split()[0] for target in targets(page, question).all()]
    was = found[words.index(answer)]
    now = targets(page, question).nth(words.index(answer)).bounding_box()
    assert now is not None
    assert (round(now["x"]), round(now["y"])) == (round(was["x"]), round(was["y"])), question
    page.touchscreen.tap(was["x"] + was["width"] / 2, was["y"] + was["height"] / 2)


def high_pain(session: Session, patient: Patient) -> None:
    """Let two of the days before have had high pain."""
    factories.make_diary(session, patient, TODAY - timedelta(days=2), [8, 9])


def test_high_pain_leads_to_the_list_at_once_and_moves_no_answer(app: Flask, open_phone: OpenPage, cast: Cast) -> None:
    with app.app_context():
        high_pain(db.session, db.session.get_one(Patient, cast.ben))
        db.session.commit()
    page = open_phone(cast.ben_user)
    page.goto("/log")
    page.wait_for_load_state("networkidle")
    first, told = boxes(page), page.locator("#trigger-told a")
    expect(told).to_be_hidden()
    targets(page, "First-step pain").filter(has_text="8").tap()
    expect(told).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("button", name="Undo")).to_be_in_viewport(ratio=1)
    assert boxes(page) == first
    told.tap()
    words = page.get_by_text("First-step pain, right foot: 8 or more on at least 3 of the last 4 days.")
    expect(words).to_be_in_viewport(ratio=1)
    # The line that stays at the top does not lie over it.
    head, notice = page.locator(".log-head").bounding_box(), words.bounding_box()
    assert head is not None
    assert notice is not None
    assert notice["y"] >= head["y"] + head["height"]
    page.get_by_role("button", name="Undo").tap()
    expect(told).to_be_hidden()
    expect(words).to_be_hidden()
