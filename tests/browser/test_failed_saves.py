"""A save whose answer is lost on the way: said plainly, kept on the phone, sent again, and stored once."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect
from sqlalchemy import distinct, func, select

from firststep.extensions import db
from firststep.models import DiaryChange
from tests.browser.conftest import Faults, OpenPage
from tests.browser.test_offline import tap
from tests.cast import Cast
from tests.support.waiting import wait_until

pytestmark = pytest.mark.browser


def lose_answers(page: Page) -> None:
    """Let entries reach the server, and none of its answers the phone."""

    def lose(route: Route) -> None:
        route.fetch()
        route.abort("connectionfailed")

    page.route("**/diary/ops", lose)


def let_answers_through(page: Page) -> None:
    """Lose no more answers; one that is being lost just now is lost to its end first."""
    page.unroute_all(behavior="wait")


def stored_pains(app: Flask) -> list[str | None]:
    """Return every change of the first-step pain, oldest first."""
    with app.app_context():
        changes = select(DiaryChange.new_value).where(DiaryChange.field == "first_step_pain")
        return list(db.session.scalars(changes.order_by(DiaryChange.seq)))


def tap_pain(page: Page, pain: int) -> None:
    page.get_by_role("radiogroup", name="First-step pain").get_by_role("radio", name=str(pain), exact=True).check()


def expect_kept(page: Page) -> None:
    """Wait until the page says that the entry is only on the phone."""
    expect(page.locator("[data-log-status]")).to_have_text("On this phone, not sent yet (1)")


@pytest.mark.parametrize("again", ["pageshow", "online"])
def test_a_save_whose_answer_was_lost_is_stored_once(
    app: Flask, cast: Cast, open_phone: OpenPage, faults: Faults, again: str
) -> None:
    page = open_phone(cast.ana_user)
    page.goto("/log")
    before = stored_pains(app)
    lose_answers(page)
    tap_pain(page, 6)
    expect_kept(page)
    let_answers_through(page)
    page.evaluate("(name) => window.dispatchEvent(new Event(name))", again)
    expect(page.locator("[data-log-status]")).to_have_text("Saved")
    assert stored_pains(app) == [*before, "60"]
    # The browser notes each answer that was lost, also of a try of its own in between.
    faults.forgive("ERR_CONNECTION_FAILED")


def test_what_was_changed_after_a_lost_answer_is_stored_too(
    app: Flask, cast: Cast, open_phone: OpenPage, faults: Faults
) -> None:
    page = open_phone(cast.ana_user)
    page.goto("/log")
    before = stored_pains(app)
    lose_answers(page)
    tap_pain(page, 6)
    expect_kept(page)
    let_answers_through(page)
    tap_pain(page, 3)
    expect(page.locator("[data-log-status]")).to_have_text("Saved")
    assert stored_pains(app) == [*before, "60", "30"]
    faults.forgive("ERR_CONNECTION_FAILED")


def test_what_is_tapped_before_the_scripts_run_is_kept(app: Flask, open_phone: OpenPage, cast: Cast) -> None:
    page = open_phone(cast.ben_user)
    held: list[Route] = []
    page.route("**/static/dist/day-*.js", lambda route: held.append(route))
    page.goto("/log/2026-11-22", wait_until="commit")
    tap(page, "First-step pain", "6")
    tap(page, "Stretching", "Done")
    page.get_by_label("How long").fill("12")
    held.pop().continue_()
    page.unroute("**/static/dist/day-*.js")
    expect(page.locator("[data-log-status]")).to_have_text("Saved")
    page.get_by_label("How long").blur()
    page.reload()
    expect(page.locator("[name=first_step_pain-right]:checked")).to_have_value("6")
    expect(page.locator("[name=stretch_done]:checked")).to_have_value("yes")
    expect(page.get_by_label("How long")).to_have_value("12")
    wait_until(lambda: op_count(app, cast.ben) >= 3)
    page.reload()
    # What the page comes with the next time is no answer of the person's.
    assert op_count(app, cast.ben) == 3


def test_what_is_tapped_in_the_moment_of_leaving_is_kept(app: Flask, open_phone: OpenPage, cast: Cast) -> None:
    page = open_phone(cast.ben_user)
    for pain in (3, 7, 2):
        page.goto("/log/2026-11-22")
        # From here on the scripts listen.
        expect(page.locator("[data-log-save]")).to_be_hidden()
        page.evaluate(
            """(pain) => {
              document.querySelector(`[name="first_step_pain-right"][value="${pain}"]`).click();
              location.href = "/settings";
            }""",
            pain,
        )
        page.wait_for_url("**/settings")
        page.goto("/log/2026-11-22")
        expect(page.locator("[name=first_step_pain-right]:checked")).to_have_value(str(pain))


def test_what_the_database_of_the_phone_does_not_take_is_sent_from_the_page_or_after_it(
    app: Flask, open_phone: OpenPage, cast: Cast, faults: Faults
) -> None:
    page = open_phone(cast.ben_user)
    page.goto("/log/2026-11-22")
    expect(page.locator("[data-log-save]")).to_be_hidden()
    page.evaluate("() => { IDBTransaction.prototype.commit = function () { this.abort(); }; }")
    page.route("**/diary/ops", lambda route: route.abort("connectionfailed"))
    tap(page, "First-step pain", "6")
    expect(page.locator("[data-log-status]")).to_have_text(
        "Not sent yet (1). Keep this page open: this browser keeps nothing."
    )
    page.goto("/settings")
    expect(page.locator("#unsent")).to_have_text("On this phone, not sent yet (1)")
    page.goto("/log/2026-11-22")
    expect(page.locator("[name=first_step_pain-right]:checked")).to_have_value("6")
    expect(page.locator("[data-log-status]")).to_have_text("On this phone, not sent yet (1)")
    let_answers_through(page)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("[data-log-status]")).to_have_text("Saved")
    assert (op_count(app, cast.ben), stored_pains(app)[-1]) == (1, "60")
    assert page.evaluate("Object.keys(localStorage)") == []
    faults.forgive("ERR_CONNECTION_FAILED")


def op_count(app: Flask, patient_id: UUID) -> int:
    """Count the taps that the server has."""
    with app.app_context():
        found = select(func.count(distinct(DiaryChange.op_id))).where(DiaryChange.patient_id == patient_id)
        return db.session.scalar(found) or 0
