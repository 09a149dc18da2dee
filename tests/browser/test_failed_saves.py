"""A save whose answer is lost on the way: said plainly, kept on the phone, sent again, and stored once."""

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
    """Let entries reach the server, and none of its answers the phone."""

    def lose(route: Route) -> None:
        route.fetch()
        route.abort("connectionfailed")

    page.route("**/diary/ops", lose)


def stored_pains(app: Flask) -> list[str | None]:
    """Return every change of the first-step pain, oldest first."""
    with app.app_context():
        changes = select(DiaryChange.new_value).where(DiaryChange.field == "first_step_pain")
        return list(db.session.scalars(changes.order_by(DiaryChange.seq)))


def tap_pain(page: Page, pain: int) -> None:
    page.get_by_role("radiogroup", name="First-step pain").get_by_role("radio", name=str(pain), exact=True).check()


def expect_kept(page: Page, faults: Faults) -> None:
    """Wait until the page says that the entry is only on the phone; the browser's own note is no fault."""
    expect(page.locator("[data-log-status]")).to_have_text("On this phone, not sent yet (1)")
    faults.forgive("ERR_CONNECTION_FAILED")


@pytest.mark.parametrize("again", ["pageshow", "online"])
def test_a_save_whose_answer_was_lost_is_stored_once(
    app: Flask, cast: Cast, open_phone: OpenPage, faults: Faults, again: str
) -> None:
    page = open_phone(cast.ana_user)
    page.goto("/log")
    before = stored_pains(app)
    lose_answers(page)
    tap_pain(page, 6)
    expect_kept(page, faults)
    page.unroute("**/diary/ops")
    page.evaluate("(name) => window.dispatchEvent(new Event(name))", again)
    expect(page.locator("[data-log-status]")).to_have_text("Saved")
    assert stored_pains(app) == [*before, "60"]


def test_what_was_changed_after_a_lost_answer_is_stored_too(
    app: Flask, cast: Cast, open_phone: OpenPage, faults: Faults
) -> None:
    page = open_phone(cast.ana_user)
    page.goto("/log")
    before = stored_pains(app)
    lose_answers(page)
    tap_pain(page, 6)
    expect_kept(page, faults)
    page.unroute("**/diary/ops")
    tap_pain(page, 3)
    expect(page.locator("[data-log-status]")).to_have_text("Saved")
    assert stored_pains(app) == [*before, "60", "30"]
