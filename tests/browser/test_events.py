"""Treatments and flare-ups on a phone: noted with a thumb, answered once, taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import delete, select

from firststep.extensions import db
from firststep.models import Flare, FootDay, TreatmentSession
from tests.browser.conftest import OpenPage
from tests.browser.look import colour_problems, problems
from tests.cast import TODAY, Cast

pytestmark = pytest.mark.browser


def let_pain_rise(app: Flask, cast: Cast) -> None:
    """Give Ben two calm weeks and three bad days."""
    with app.app_context():
        db.session.execute(delete(FootDay).where(FootDay.patient_id == cast.ben))
        db.session.add_all(
            FootDay(
                patient_id=cast.ben,
                day=TODAY - timedelta(days=back),
                foot="right",
                first_step_pain=70 if back < 3 else 30,
            )
            for back in range(17)
        )
        db.session.commit()


def looks_right(page: Page) -> None:
    assert problems(page) + colour_problems(page) == []


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_a_treatment_is_noted_and_taken_back(app: Flask, cast: Cast, open_phone: OpenPage, colours: str) -> None:
    page = open_phone(cast.ben_user, colours=colours)
    page.goto("/log")
    page.get_by_role("link", name="Treatments, flare-ups, pauses").tap()
    expect(page.get_by_role("heading", name="Pauses", exact=True)).to_be_visible()
    looks_right(page)
    page.get_by_role("link", name="Note a treatment").tap()
    expect(page.get_by_role("heading", name="Note a treatment")).to_be_visible()
    looks_right(page)
    page.get_by_role("radio", name="Acupuncture").tap()
    page.get_by_role("button", name="Save").tap()
    expect(page.get_by_role("listitem").filter(has_text="Acupuncture, number 1")).to_be_visible()
    looks_right(page)
    page.get_by_role("button", name="Undo").tap()
    expect(page.get_by_text("None noted yet. Those that you note stand on your chart.")).to_be_visible()
    with app.app_context():
        assert db.session.scalars(select(TreatmentSession)).all() == []


def test_the_worst_pain_is_asked_in_two_rows(cast: Cast, open_phone: OpenPage) -> None:
    page = open_phone(cast.ben_user)
    page.goto("/events/new/flare")
    cells = page.get_by_role("radiogroup", name="Worst pain").locator("label")
    tops = {cell.bounding_box()["y"] for cell in cells.all() if cell.bounding_box()}  # type: ignore[index]
    assert (cells.count(), len(tops)) == (12, 2)
    looks_right(page)


def test_a_flare_up_is_answered_described_and_settled(app: Flask, cast: Cast, open_phone: OpenPage) -> None:
    let_pain_rise(app, cast)
    page = open_phone(cast.ben_user, colours="light")
    page.goto("/log")
    card = page.locator("#flare-asked")
    expect(card).to_contain_text("Is this a flare-up?")
    looks_right(page)
    card.get_by_role("button", name="Yes").tap()
    expect(page.get_by_role("heading", name="Change the flare-up")).to_be_visible()
    page.get_by_role("radiogroup", name="Worst pain").get_by_role("radio", name="9").tap()
    page.get_by_label("What may have set it off").fill("New shoes")
    looks_right(page)
    page.get_by_role("button", name="Save").tap()
    told = page.get_by_role("listitem")
    expect(told).to_contain_text("not settled yet, day 3, right foot, worst pain 9 of 10, “New shoes”")
    page.get_by_role("button", name="Settled today").tap()
    expect(told).to_contain_text("settled after 2 days")
    page.goto("/progress")
    expect(page.locator("#flare-asked")).to_have_count(0)
    expect(page.locator("[aria-labelledby=flares]")).to_contain_text("settled after 2 days")
    looks_right(page)
    with app.app_context():
        (flare,) = db.session.scalars(select(Flare)).all()
        assert (flare.confirmed, flare.worst_pain, flare.settled_on) == (True, 90, TODAY)
