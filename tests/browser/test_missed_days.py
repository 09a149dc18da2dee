"""Days that were missed are filled one after the other or left empty, with and without scripts or a connection."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from firststep.extensions import db
from firststep.models import Patient
from tests import factories
from tests.browser import steps
from tests.browser.conftest import Faults, OpenPage
from tests.browser.look import colour_problems, problems
from tests.browser.steps import Entry
from tests.browser.test_offline import install, status, tap
from tests.cast import NOW, TODAY, Cast

pytestmark = pytest.mark.browser

SATURDAY, SUNDAY = (f"/log/{TODAY - timedelta(days=back)}" for back in (2, 1))


@pytest.fixture(autouse=True)
def _logged_on_friday(app: Flask, cast: Cast) -> None:
    """Let Ben's last entries be of Thursday and Friday; it is Monday."""
    with app.app_context():
        factories.make_diary(db.session, db.session.get_one(Patient, cast.ben), TODAY - timedelta(days=4), [5, 4])
        db.session.commit()


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no-javascript"])
def test_they_are_filled_one_after_the_other_and_marked(
    open_phone: OpenPage, cast: Cast, take: Callable[[Page, str], None], javascript: bool
) -> None:
    page = open_phone(cast.ben_user, javascript=javascript)
    page.goto("/log")
    # It is said at the top, and asked below the questions of today.
    expect(page.locator(".log-head").get_by_role("link", name="Saturday and Sunday are empty.")).to_be_visible()
    if javascript:
        take(page, "missed")
        assert problems(page) == []
        page.emulate_media(color_scheme="dark")
        assert colour_problems(page) == []
    page.get_by_role("link", name="Fill", exact=True).click()
    page.wait_for_url(f"**{SATURDAY}")
    enter(page, Entry(first_step_pain=3, stretching="Done"), javascript=javascript)
    if javascript:
        take(page, "missed-next")
    page.get_by_role("link", name="Next empty day: Sunday").click()
    page.wait_for_url(f"**{SUNDAY}")
    enter(page, Entry(first_step_pain=2), javascript=javascript)
    expect(page.get_by_text("Next empty day")).to_have_count(0)
    page.get_by_role("link", name="Changes of this day").click()
    expect(page.get_by_text("entered, on a later day").first).to_be_visible()
    page.goto("/log")
    expect(page.get_by_text("empty.")).to_have_count(0)
    # On the chart both are rings, as the legend says, and the two of before are dots.
    page.goto("/progress")
    expect(page.locator(".legend").first).to_contain_text("Entered later, from memory")
    traces = page.request.get("/progress/figure.json").json()["data"]
    points = {trace["name"]: [y for y in trace["y"] if y is not None] for trace in traces if "y" in trace}
    assert points["Entered later, from memory"] == [3, 2]
    assert points["Entry of the day"] == [5, 4]


def enter(page: Page, entry: Entry, *, javascript: bool) -> None:
    """Answer, and see that it is saved."""
    steps.choose(page, entry, javascript=javascript)
    if not javascript:
        page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-log-status]")).to_have_text("Saved")


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no-javascript"])
def test_they_stay_empty_and_are_not_asked_about_again(open_phone: OpenPage, cast: Cast, javascript: bool) -> None:
    page = open_phone(cast.ben_user, javascript=javascript)
    page.goto("/log")
    page.get_by_role("button", name="They stay empty").click()
    expect(page.get_by_text("are empty")).to_have_count(0)
    page.goto("/log")
    expect(page.locator("[data-log]")).to_be_visible()
    expect(page.get_by_text("are empty")).to_have_count(0)


def test_an_entry_of_today_takes_the_place_of_the_sentence(open_phone: OpenPage, cast: Cast) -> None:
    page = open_phone(cast.ben_user)
    page.goto("/log")
    before = page.get_by_role("radiogroup", name="First-step pain", exact=True).bounding_box()
    tap(page, "First-step pain", "6")
    status(page).to_have_text("Saved")
    expect(page.locator(".log-head").get_by_text("are empty")).to_be_hidden()
    expect(page.get_by_role("heading", name="Saturday and Sunday are empty.")).to_be_visible()
    after = page.get_by_role("radiogroup", name="First-step pain", exact=True).bounding_box()
    assert before == after


def test_without_a_connection_they_are_asked_about_too_and_the_answer_is_told_later(
    app: Flask, open_phone: OpenPage, cast: Cast, faults: Faults
) -> None:
    page = open_phone(cast.ben_user)
    page.clock.set_fixed_time(NOW)
    page.goto("/log")
    expect(page.get_by_role("heading", name="Saturday and Sunday are empty.")).to_be_visible()
    install(page)
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    page.goto("/log")
    question = page.get_by_role("heading", name="Saturday and Sunday are empty.")
    expect(question).to_be_visible()
    page.get_by_role("link", name="Fill", exact=True).click()
    expect(page.locator("[data-shell-words]")).to_have_text("Saturday 21 November")
    tap(page, "First-step pain", "3")
    status(page).to_have_text("On this phone, not sent yet (1)")
    page.get_by_role("link", name="Next empty day: Sunday").click()
    expect(page.locator("[data-shell-words]")).to_have_text("Sunday 22 November")
    page.goto("/log")
    expect(page.get_by_role("heading", name="Sunday is empty.")).to_be_visible()
    page.get_by_role("button", name="It stays empty").click()
    expect(page.get_by_role("heading", name="Sunday is empty.")).to_be_hidden()
    page.goto("/log")
    expect(page.locator("form[data-log]")).to_be_visible()
    expect(page.get_by_role("heading", name="is empty.")).to_be_hidden()
    page.context.set_offline(False)
    faults.forgive("ERR_INTERNET_DISCONNECTED")
    page.goto("/log")
    expect(page.locator("#missed, .log-missed")).to_have_count(0)
    with app.app_context():
        assert db.session.get_one(Patient, cast.ben).left_empty_until == TODAY - timedelta(days=1)
