"""A dose on a phone: noted field by field, labels quoted without a new page, and the last one again in one tap."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from firststep.extensions import db
from firststep.models import Dose, Patient
from tests.browser.conftest import Faults, OpenPage
from tests.browser.look import colour_problems, problems
from tests.browser.test_offline import install
from tests.cast import NOW, TODAY, Cast
from tests.support.waiting import wait_until

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
            page.get_by_role("button", name="Note another dose").tap()
            expect(page.get_by_label("Which one")).to_be_focused()
            expect(page.get_by_label("Which one")).to_have_value("")
            expect(page.locator("[name=dose_mg]")).to_have_value("")
        page.get_by_label("Which one").select_option("ibuprofen")
        enter(page, "Dose", amount)
        expect(page.locator("#noted").get_by_role("listitem")).to_have_count(number + 1)
    assert page.evaluate("window.same"), "the page was not loaded again"
    assert doses(app) == [("ibuprofen", mg, False) for mg in (200, 300, 350)]
    page.reload()
    expect(page.get_by_role("button", name="Note another dose")).to_be_hidden()
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
    # With scripts the page shows what the phone holds; the server has it a moment later.
    wait_until(lambda: doses(app) == [("naproxen sodium", 220, False)] * 2)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("listitem").filter(has_text="Naproxen sodium, 220 mg")).to_have_count(1)
    wait_until(lambda: doses(app) == [("naproxen sodium", 220, False)])


def test_the_name_of_a_drug_is_not_broken_within_a_word(app: Flask, cast: Cast, open_phone: OpenPage) -> None:
    with app.app_context():
        db.session.add(Dose(patient_id=cast.ben, day=TODAY, product="paracetamol", dose_mg=500))
        db.session.commit()
    page = open_phone(cast.ben_user)
    page.goto("/log")
    name = page.locator("#noted .noted-dose > span").first
    expect(name).to_have_text("Paracetamol (acetaminophen), 500 mg")
    one_line = name.evaluate("(text) => parseFloat(getComputedStyle(text).lineHeight)")
    assert name.evaluate("(text) => text.getBoundingClientRect().height") < 2.5 * one_line
    assert problems(page) == []


def test_two_taps_at_once_note_one_dose(app: Flask, cast: Cast, open_phone: OpenPage) -> None:
    with app.app_context():
        db.session.add(Dose(patient_id=cast.ben, day=TODAY, product="naproxen sodium", dose_mg=220))
        db.session.commit()
    page = open_phone(cast.ben_user)
    page.goto("/log")
    # The second tap is told apart by the script.
    page.wait_for_load_state("networkidle")
    again = page.get_by_role("button", name="Same as last time: Naproxen sodium, 220 mg")
    again.dblclick()
    expect(page.locator("#noted").get_by_role("listitem")).to_have_count(2)
    expect(page.locator("[data-log-status]")).to_have_text("Saved")
    # Some seconds later it is meant.
    page.wait_for_timeout(1_000)
    again.click()
    expect(page.locator("#noted").get_by_role("listitem")).to_have_count(3)
    assert doses(app) == [("naproxen sodium", 220, False)] * 3


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no-javascript"])
def test_a_noted_dose_is_corrected_and_stays_one(
    app: Flask, cast: Cast, open_phone: OpenPage, javascript: bool
) -> None:
    with app.app_context():
        db.session.add(Dose(patient_id=cast.ben, day=TODAY, product="ibuprofen", dose_mg=400, taken_at=NOW))
        db.session.add(Dose(patient_id=cast.ben, day=TODAY, product="Arnica", form="other"))
        db.session.commit()
    page = open_phone(cast.ben_user, javascript=javascript)
    page.goto("/log")
    # By then the phone knows by whose clock 07:30 is meant.
    page.wait_for_load_state("networkidle")
    line = page.locator("#noted").get_by_role("listitem").filter(has_text="Ibuprofen, 400 mg, 07:30")
    line.get_by_role("link", name="Change").click()
    expect(page.get_by_label("Which one")).to_have_value("ibuprofen")
    expect(page.get_by_label("When")).to_have_value("07:30")
    if javascript:
        enter(page, "Dose", "200")
    else:
        page.locator("[name=dose_mg]").fill("200")
        page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Ibuprofen, 200 mg, 07:30").first).to_be_visible()
    assert doses(app) == [("Arnica", None, False), ("ibuprofen", 200, False)]


def test_a_correction_keeps_the_time_before_the_phone_was_told_of_the_zone(
    app: Flask, cast: Cast, open_phone: OpenPage
) -> None:
    with app.app_context():
        dose = Dose(patient_id=cast.ben, day=TODAY, product="ibuprofen", dose_mg=400, taken_at=NOW)
        db.session.add(dose)
        db.session.commit()
        address = f"/log/{TODAY}?dose={dose.id}"
    page = open_phone(cast.ben_user)
    # On its way for long; the browser is not in the zone of the account.
    page.route("**/diary/days", lambda _route: None)
    page.goto(address)
    expect(page.get_by_label("When")).to_have_value("07:30")
    enter(page, "Dose", "200")
    assert doses(app) == [("ibuprofen", 200, False)]
    with app.app_context():
        assert db.session.scalars(select(Dose.taken_at)).all() == [NOW]


def test_a_dose_that_is_taken_away_while_it_stands_in_the_form_leaves_the_form_empty(
    app: Flask, cast: Cast, open_phone: OpenPage
) -> None:
    page = open_phone(cast.ben_user)
    page.goto("/log")
    page.locator("summary", has_text="Note a dose").tap()
    page.get_by_label("Which one").select_option("ibuprofen")
    page.get_by_role("button", name="Remove").tap()
    expect(page.locator("#noted")).to_have_count(0)
    expect(page.get_by_label("Which one")).to_have_value("")
    assert doses(app) == []
    page.get_by_label("Which one").select_option("naproxen")
    expect(page.locator("#noted").get_by_role("listitem")).to_have_count(1)
    assert doses(app) == [("naproxen", None, False)]


def test_when_the_connection_goes_the_page_tells_doses_and_labels_itself(
    app: Flask, cast: Cast, open_phone: OpenPage, faults: Faults
) -> None:
    with app.app_context():
        db.session.add(Dose(patient_id=cast.ben, day=TODAY, product="ibuprofen", dose_mg=800))
        db.session.commit()
    page = open_phone(cast.ben_user)
    page.clock.set_fixed_time(NOW)
    page.goto("/log")
    install(page)
    page.wait_for_load_state("networkidle")
    lines = page.locator("#doses .noted-dose > span")
    page.context.set_offline(True)
    page.get_by_role("button", name="Same as last time: Ibuprofen, 800 mg").tap()
    expect(lines).to_have_text(["Ibuprofen, 800 mg"] * 2)
    expect(page.locator("#labels")).to_contain_text("Ibuprofen: 1,600 mg are noted within 24 hours.")
    expect(page.locator("[data-log-status]")).to_have_text("On this phone, not sent yet (1)")
    page.get_by_role("button", name="Remove: Ibuprofen, 800 mg").first.tap()
    expect(lines).to_have_text(["Ibuprofen, 800 mg"])
    expect(page.locator("#labels")).to_be_hidden()
    assert doses(app) == [("ibuprofen", 800, False)]
    page.get_by_role("button", name="Same as last time: Ibuprofen, 800 mg").tap()
    expect(lines).to_have_count(2)
    page.context.set_offline(False)
    expect(page.locator("[data-log-status]")).to_have_text("Saved")
    # The server tells them now, and has the way back.
    expect(page.locator("#noted").get_by_role("link", name="Change")).to_have_count(2)
    expect(page.locator("#labels")).to_contain_text("Ibuprofen: 1,600 mg")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    assert doses(app) == [("ibuprofen", 800, False)] * 2
    for words in ("ERR_INTERNET_DISCONNECTED", "Failed to fetch"):
        faults.forgive(words)
