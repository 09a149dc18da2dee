"""A dose on a phone: noted field by field, labels quoted without a new page, and the last one again in one tap."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from firststep.extensions import db
from firststep.models import Dose, Patient
from tests.browser.conftest import OpenPage
from tests.browser.look import colour_problems, problems
from tests.cast import TODAY, Cast

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def in_america(app: Flask, cast: Cast) -> None:
    with app.app_context():
        db.session.get_one(Patient, cast.ben).country = "US"
        db.session.commit()


def doses(app: Flask) -> list[tuple[str, int | None, bool]]:
    with app.app_context():
        rows = db.session.scalars(select(Dose).where(Dose.day == TODAY)).all()
        return sorted((row.product, row.dose_mg, row.prescribed) for row in rows)


def enter(page: Page, label: str, text: str) -> None:
    """Type into a field and leave it, as a thumb does."""
    field = page.locator("input").and_(page.get_by_label(label))
    field.fill(text)
    field.blur()
    expect(page.locator("[data-log-status]")).to_have_text("Saved")


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_a_dose_is_noted_and_a_label_quoted_as_one_types(
    app: Flask, cast: Cast, open_phone: OpenPage, colours: str
) -> None:
    page = open_phone(cast.ben_user, colours=colours)
    page.goto("/log")
    card = page.locator("#labels")
    page.evaluate("document.querySelector('#doses [role=status]').marked = true")
    expect(page.get_by_label("Which one")).to_be_hidden()
    page.get_by_role("radiogroup", name="NSAID taken").get_by_role("radio", name="Yes").check()
    page.get_by_label("Which one").select_option("ibuprofen")
    expect(page.get_by_text("Noted doses")).to_be_visible()
    assert page.locator("[name=dose_mg]").get_attribute("list") == "mg-ibuprofen"
    expect(page.get_by_label("For my heart")).to_be_hidden()
    expect(page.get_by_label("Its name")).to_be_hidden()
    enter(page, "Dose", "1200")
    expect(card).to_have_count(0)
    enter(page, "Dose", "1201")
    expect(card).to_contain_text("Ibuprofen: 1,201 mg are noted within 24 hours.")
    assert page.evaluate("document.querySelector('#doses [role=status]').marked"), "the same region speaks"
    assert problems(page) + colour_problems(page) == []
    page.get_by_label("Prescribed").check()
    expect(card).to_have_count(0)
    enter(page, "Your prescription", "1200")
    expect(card).to_contain_text("The amount that you typed from your prescription: 1,200 mg in 24 hours.")
    assert problems(page) == []
    assert doses(app) == [("ibuprofen", 1201, True)]


def test_three_doses_one_after_the_other_all_stay(app: Flask, cast: Cast, open_phone: OpenPage) -> None:
    page = open_phone(cast.ben_user)
    page.goto("/log")
    page.evaluate("window.same = true")
    page.get_by_role("radiogroup", name="NSAID taken").get_by_role("radio", name="Yes").check()
    for number, amount in enumerate(("200", "300", "350")):
        if number:
            another = page.get_by_role("link", name="Note another dose")
            assert str(another.get_attribute("href")) != page.evaluate("location.pathname + location.hash")
            another.tap()
            expect(page.get_by_label("Which one")).to_be_focused()
            expect(page.get_by_label("Which one")).to_have_value("")
            expect(page.locator("[name=dose_mg]")).to_have_value("")
        page.get_by_label("Which one").select_option("ibuprofen")
        enter(page, "Dose", amount)
        expect(page.locator("#noted").get_by_role("listitem")).to_have_count(number + 1)
    assert page.evaluate("window.same"), "the page was not loaded again"
    assert doses(app) == [("ibuprofen", mg, False) for mg in (200, 300, 350)]
    page.goto(str(page.get_by_role("link", name="Note another dose").get_attribute("href")))
    expect(page.locator("#noted").get_by_role("listitem")).to_have_count(3)


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no-javascript"])
def test_the_same_again_in_one_tap_and_back(app: Flask, cast: Cast, open_phone: OpenPage, javascript: bool) -> None:
    with app.app_context():
        db.session.add(Dose(patient_id=cast.ben, day=TODAY, product="naproxen sodium", dose_mg=220))
        db.session.commit()
    page = open_phone(cast.ben_user, javascript=javascript)
    page.goto("/log")
    page.get_by_role("button", name="Same as last time: Naproxen sodium, 220 mg").click()
    expect(page.get_by_role("listitem").filter(has_text="Naproxen sodium, 220 mg")).to_have_count(2)
    assert doses(app) == [("naproxen sodium", 220, False)] * 2
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("listitem").filter(has_text="Naproxen sodium, 220 mg")).to_have_count(1)
    assert doses(app) == [("naproxen sodium", 220, False)]
