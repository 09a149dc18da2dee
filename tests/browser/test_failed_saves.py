"""A save whose answer is lost on the way: said plainly, sent again, and stored once."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from firststep.extensions import db
from firststep.models import DiaryChange
from tests.browser.conftest import Faults, OpenPage
from tests.cast import Cast

pytestmark = pytest.mark.browser


def lose_answers(page: Page) -> None:
    """Let saves reach the server, and none of its answers the phone."""

    def lose(route: Route) -> None:
        if route.request.method == "POST":
            route.fetch()
            route.abort("connectionfailed")
        else:
            route.continue_()

    page.route("**/log", lose)


def stored_pains(app: Flask) -> list[str | None]:
    """Return every change of the first-step pain, oldest first."""
    with app.app_context():
        changes = select(DiaryChange.new_value).where(DiaryChange.field == "first_step_pain")
        return list(db.session.scalars(changes.order_by(DiaryChange.seq)))


def tap_pain(page: Page, pain: int) -> None:
    page.get_by_role("radiogroup", name="First-step pain").get_by_role("radio", name=str(pain), exact=True).check()


def expect_lost(page: Page, faults: Faults) -> None:
    """Wait until the page says that the save did not get through; the notes of browser and htmx are no fault."""
    expect(page.get_by_role("button", name="Save")).to_be_visible()
    expected = ("Failed to load resource: net::ERR_CONNECTION_FAILED", "htmx: htmx:error: Failed to fetch")
    assert [message for message in faults.messages if not message.startswith(expected)] == []
    faults.messages.clear()


def test_a_save_whose_answer_was_lost_is_stored_once(
    app: Flask, cast: Cast, open_phone: OpenPage, faults: Faults
) -> None:
    page = open_phone(cast.ana_user)
    page.goto("/log")
    before = stored_pains(app)
    lose_answers(page)
    tap_pain(page, 6)
    expect_lost(page, faults)
    page.unroute("**/log")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-log-status]")).to_have_attribute("data-state", "saved")
    assert stored_pains(app) == [*before, "60"]


def test_what_was_changed_after_a_lost_answer_is_stored_too(
    app: Flask, cast: Cast, open_phone: OpenPage, faults: Faults
) -> None:
    page = open_phone(cast.ana_user)
    page.goto("/log")
    before = stored_pains(app)
    lose_answers(page)
    tap_pain(page, 6)
    expect_lost(page, faults)
    page.unroute("**/log")
    tap_pain(page, 3)
    expect(page.locator("[data-log-status]")).to_have_attribute("data-state", "saved")
    assert stored_pains(app) == [*before, "60", "30"]
