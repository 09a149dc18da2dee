"""With the server killed the phone's own log says of a day what the log of the server says of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, expect

from firststep.extensions import db
from firststep.models import Day, Dose, Patient, Pause, Plan, User
from firststep.services.diary_days import DAYS_AHEAD, DAYS_KEPT
from firststep.web.country_words import label_country_name
from tests import factories
from tests.browser.conftest import sign_in
from tests.browser.test_offline import install
from tests.cast import NOW, TODAY, Cast
from tests.support.servers import serving
from tests.web.test_label_words import CASES, notes_of

pytestmark = pytest.mark.browser


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    """Return a page of a phone, on which it is the cast's day."""
    context = chromium.new_context(viewport={"width": 360, "height": 780}, has_touch=True)
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.clock.set_fixed_time(NOW)
    yield page
    context.close()


@contextmanager
def told(app: Flask, page: Page, cast: Cast) -> Iterator[str]:
    """Serve Ben's log until the phone keeps what it is told, and kill the server at the end."""
    with serving(app) as address:
        sign_in(app, page.context, address, cast.ben_user)
        page.goto(f"{address}/log")
        install(page)
        page.wait_for_load_state("networkidle")
        yield address


def test_days_of_a_pause_are_not_asked_about(app: Flask, phone: Page, cast: Cast) -> None:
    with app.app_context():
        factories.make_diary(db.session, db.session.get_one(Patient, cast.ben), TODAY - timedelta(days=9), [5])
        db.session.add(Pause(patient_id=cast.ben, day=TODAY - timedelta(days=7), ends_on=TODAY - timedelta(days=2)))
        db.session.commit()
    question = phone.get_by_role("heading", name="empty.")
    with told(app, phone, cast) as address:
        expect(question).to_have_text("Sunday 15 November and Sunday are empty.")
    phone.goto(f"{address}/log")
    expect(phone.locator("[data-shell-note]")).to_have_text("Today · no connection")
    expect(question).to_have_text("Sunday 15 November and Sunday are empty.")
    phone.get_by_role("link", name="Fill", exact=True).click()
    expect(phone.locator("[data-shell-words]")).to_have_text("Sunday 15 November")
    expect(phone.get_by_role("link", name="Next empty day: Sunday")).to_be_visible()


def test_the_line_of_the_plan_is_that_of_the_day(app: Flask, phone: Page, cast: Cast) -> None:
    of_ben = {"patient_id": cast.ben}
    with app.app_context():
        db.session.add(Pause(**of_ben, day=TODAY - timedelta(days=4), ends_on=TODAY - timedelta(days=3)))
        first = TODAY - timedelta(days=6)
        plan = Plan(**of_ben, day=first, preset="own", name="Stairs", reps=8, hold_s=20, sets_per_day=3)
        plan.interval_days = 2
        db.session.add(plan)
        db.session.commit()
    addresses = ["/log", *(f"/log/{TODAY - timedelta(days=back)}" for back in (1, 4, 7))]
    with told(app, phone, cast) as address:
        with_server = {path: plan_line(phone, address + path) for path in addresses}
    assert list(with_server.values()) == [
        ("Plan: Stairs, 3 sets", "/stretching/timer#plan=own&hold_s=20&reps=8&sets=3"),
        ("A rest day of your plan: Stairs", ""),
        ("Plan: Stairs, paused", ""),
        ("", ""),
    ]
    assert {path: plan_line(phone, address + path) for path in addresses} == with_server
    expect(phone.locator("[data-shell-words]")).to_be_visible()
    # Two weeks later, still without a connection.
    phone.clock.set_fixed_time(NOW + timedelta(days=14))
    assert plan_line(phone, f"{address}/log") == with_server["/log"]
    # Longer than the server told of: whether there is a plan by then nobody knows.
    phone.clock.set_fixed_time(NOW + timedelta(days=DAYS_AHEAD + 1))
    for path in ("/log", f"/log/{TODAY - timedelta(days=DAYS_KEPT)}"):
        assert plan_line(phone, address + path) == ("", "/stretching/timer")


def plan_line(page: Page, address: str) -> tuple[str, str]:
    """Return what a day says about the plan, and where its timer is; empty where nothing is there."""
    page.goto(address)
    question = page.get_by_role("radiogroup", name="Stretching", exact=True)
    expect(question).to_be_visible()
    described = question.get_attribute("aria-describedby")
    line = page.locator(f"#{described}").inner_text() if described else ""
    way = page.locator(".with-way a:visible")
    if not way.count():
        return line, ""
    expect(way).to_have_text(f"Timer: {line}".strip())
    return line, way.get_attribute("href") or ""


def test_what_labels_say_is_what_the_server_says(app: Flask, phone: Page, cast: Cast) -> None:
    dosed(app, cast.ben, TODAY, product="ibuprofen", dose_mg=800, taken_at=NOW - timedelta(hours=2))
    dosed(app, cast.ben, TODAY, product="ibuprofen", dose_mg=600, taken_at=NOW - timedelta(hours=9))
    dosed(app, cast.ben, TODAY, product="naproxen", dose_mg=250)
    dosed(app, cast.ben, TODAY - timedelta(days=1), product="Arnica", form="other")
    with app.app_context():
        db.session.get_one(Patient, cast.ben).country = "US"
        db.session.add_all(
            Day(patient_id=cast.ben, day=TODAY - timedelta(days=back), nsaid_taken=True) for back in range(12)
        )
        db.session.commit()
    addresses = ["/log", *(f"/log/{TODAY - timedelta(days=back)}" for back in (1, 2, 15))]
    with told(app, phone, cast) as address:
        with_server = {path: card_lines(phone, address + path) for path in addresses}
    assert [len(lines) for lines in with_server.values()] == [12, 7, 6, 0]
    assert {path: card_lines(phone, address + path, meant=with_server[path]) for path in addresses} == with_server


def dosed(app: Flask, patient_id: UUID, day: date, **values: Any) -> None:
    """Note a dose of the patient's."""
    with app.app_context():
        db.session.add(Dose(patient_id=patient_id, day=day, **values))
        db.session.commit()


def card_lines(page: Page, address: str, *, meant: list[str] | None = None) -> list[str]:
    """Return what the card about labels of a day says, line by line with all that is folded; nothing without a card.

    The phone's own page draws it last: it is looked at until it says what is meant, or for five seconds.
    """
    page.goto(address)
    expect(page.locator("#recent li")).to_have_count(14)
    card = page.locator("#labels:visible")
    for _ in range(50):
        lines = card.locator("h2, p, summary, .label-sources li").all_text_contents()
        if meant is None or (meant and lines == meant):
            break
        page.wait_for_timeout(100)
    return lines


def test_a_dose_that_waits_counts_too(app: Flask, phone: Page, cast: Cast) -> None:
    dosed(app, cast.ben, TODAY, product="ibuprofen", dose_mg=800, taken_at=NOW - timedelta(hours=7))
    with app.app_context():
        db.session.get_one(Patient, cast.ben).country = "US"
        db.session.commit()
    with told(app, phone, cast) as address:
        pass
    phone.goto(f"{address}/log")
    expect(phone.locator("#noted-title")).to_be_visible()
    phone.wait_for_timeout(300)
    expect(phone.locator("#labels")).to_be_hidden()
    phone.get_by_text("Note a dose").tap()
    phone.get_by_label("Which one").select_option("ibuprofen")
    phone.locator("#dose_mg").fill("500")
    phone.locator("#dose_time").fill("07:40")
    phone.locator("#dose_time").blur()
    expect(phone.locator(".label-note__noted")).to_have_text(
        "Ibuprofen: 1,300 mg are noted within 24 hours. Doses that are marked as prescribed are not counted here."
    )
    expect(phone.locator("#labels")).to_contain_text("at most 1,200 mg in 24 hours. Ask your doctor or pharmacist.")
    phone.get_by_role("button", name="Remove: Ibuprofen, 500 mg").tap()
    expect(phone.locator("#labels")).to_be_hidden()


def test_what_was_noted_beyond_the_date_line_counts_here_too(app: Flask, phone: Page, cast: Cast) -> None:
    dosed(app, cast.ben, TODAY, product="ibuprofen", dose_mg=800, taken_at=NOW - timedelta(hours=9))
    dosed(app, cast.ben, TODAY - timedelta(days=1), product="ibuprofen", dose_mg=600, taken_at=NOW)
    with app.app_context():
        db.session.get_one(Patient, cast.ben).country = "US"
        db.session.get_one(User, cast.ben_user).time_zone = "Pacific/Honolulu"
        db.session.commit()
    with told(app, phone, cast) as address:
        with_server = card_lines(phone, f"{address}/log")
    assert "Ibuprofen: 1,400 mg" in with_server[1]
    assert card_lines(phone, f"{address}/log", meant=with_server) == with_server


def test_every_fact_is_said_in_the_words_of_the_server(app: Flask, phone: Page) -> None:
    with app.test_request_context():
        said = [[[note.noted, note.quoted, note.ask, note.source] for note in notes_of(case)] for case in CASES]
        asked = [{**case, "name": label_country_name(case["country"])} for case in CASES]
        script = app.extensions["assets"].asset("labels.js")
    with serving(app) as address:
        phone.goto(f"{address}/offline/log")
        here = phone.evaluate(_NOTES, [script, asked])
    assert sum(map(len, said)) > 50
    assert here == said


_NOTES = """
async ([script, asked]) => {
  const { labelNotes } = await import(script);
  const [card, form] = [document.querySelector("[data-shell-labels]"), document.querySelector("form[data-log]")];
  const notes = asked.map((one) => labelNotes(one, { card, form, country: one.name }));
  return notes.map((some) => some.map(({ noted, quoted, ask, source }) => [noted, quoted, ask, source]));
}
"""


def test_two_doses_one_after_the_other_both_stay(app: Flask, phone: Page, cast: Cast) -> None:
    with told(app, phone, cast) as address:
        pass
    phone.goto(f"{address}/log")
    phone.get_by_text("Note a dose").tap()
    another = phone.get_by_role("button", name="Note another dose")
    expect(another).to_be_hidden()
    phone.get_by_label("Which one").select_option("ibuprofen")
    another.tap()
    expect(phone.get_by_label("Which one")).to_be_focused()
    phone.get_by_label("Which one").select_option("naproxen")
    expect(noted(phone)).to_have_text([re.compile("^Ibuprofen"), re.compile("^Naproxen")])


def test_doses_are_listed_as_the_server_lists_them_and_each_can_be_corrected(
    app: Flask, phone: Page, cast: Cast
) -> None:
    dosed(app, cast.ben, TODAY, product="Arnica", form="other")
    dosed(app, cast.ben, TODAY, product="ibuprofen", dose_mg=1200, prescribed=True, taken_at=NOW - timedelta(hours=1))
    dosed(app, cast.ben, TODAY, product="aspirin", dose_mg=81, for_heart=True, taken_at=NOW - timedelta(hours=7))
    with told(app, phone, cast) as address:
        lines = phone.locator("#noted .noted-dose > span").all_text_contents()
    assert lines == ["Aspirin, 81 mg, 00:30, for the heart", "Ibuprofen, 1,200 mg, 06:30, prescribed", "Arnica"]
    # As a link of the server's page leads here.
    phone.goto(f"{address}/log")
    expect(noted(phone).locator("> span")).to_have_text(lines)
    phone.get_by_role("button", name="Change: Ibuprofen").tap()
    expect(phone.get_by_label("Which one")).to_be_focused()
    expect(phone.locator("#dose_time")).to_have_value("06:30")
    expect(phone.get_by_label("Prescribed", exact=True)).to_be_checked()
    phone.locator("#dose_mg").fill("800")
    phone.locator("#dose_mg").blur()
    expect(noted(phone).locator("> span").nth(1)).to_have_text("Ibuprofen, 800 mg, 06:30, prescribed")
    phone.get_by_role("button", name="Change: Arnica").tap()
    expect(phone.get_by_label("Which one")).to_have_value("other")
    expect(phone.get_by_label("Its name")).to_have_value("Arnica")
    expect(noted(phone)).to_have_count(3)


def test_a_name_that_is_an_amount_stays_the_name(app: Flask, phone: Page, cast: Cast) -> None:
    dosed(app, cast.ben, TODAY, product="400", form="other")
    with told(app, phone, cast) as address:
        pass
    phone.goto(f"{address}/log")
    expect(noted(phone).locator("> span")).to_have_text(["400"])
    phone.get_by_role("button", name="Change: 400").tap()
    phone.get_by_label("Prescribed", exact=True).check()
    expect(noted(phone).locator("> span")).to_have_text(["400, prescribed"])


def test_the_link_of_a_dose_opens_it_without_the_server_too(app: Flask, phone: Page, cast: Cast) -> None:
    dosed(app, cast.ben, TODAY, product="naproxen", dose_mg=250)
    with told(app, phone, cast):
        link = phone.locator("#noted").get_by_role("link", name="Change")
        expect(link).to_be_visible()
    link.click()
    expect(phone.locator("[data-shell-words]")).to_be_visible()
    expect(phone.get_by_label("Which one")).to_have_value("naproxen")
    expect(phone.locator("#dose_mg")).to_have_value("250")


def test_the_last_dose_is_noted_again_in_one_tap(app: Flask, phone: Page, cast: Cast) -> None:
    on = TODAY - timedelta(days=3)
    dosed(app, cast.ben, on - timedelta(days=1), product="aspirin", taken_at=NOW - timedelta(days=4))
    dosed(app, cast.ben, on, product="naproxen sodium", dose_mg=220, taken_at=NOW - timedelta(days=3))
    dosed(app, cast.ben, on, product="ibuprofen", taken_at=NOW - timedelta(days=3, hours=1))
    dosed(app, cast.ben, on, product="celecoxib")
    with told(app, phone, cast) as address:
        expect(phone.get_by_role("button", name="Same as last time: Naproxen sodium, 220 mg")).to_be_visible()
    phone.goto(f"{address}/log")
    again = phone.get_by_role("button", name="Same as last time: Naproxen sodium, 220 mg")
    again.tap()
    expect(noted(phone).locator("> span")).to_have_text(["Naproxen sodium, 220 mg"])
    # Two taps at once would be one.
    phone.wait_for_timeout(1_000)
    again.tap()
    expect(noted(phone)).to_have_count(2)
    phone.get_by_role("button", name="Remove: Naproxen sodium, 220 mg").first.tap()
    expect(noted(phone)).to_have_count(1)


def noted(page: Page) -> Locator:
    """Return the lines of the doses that the phone lists."""
    return page.locator("[data-shell-doses] li")
