"""A browser that keeps nothing, or throws away what it kept: nothing is said to be saved that is not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser.conftest import Faults, OpenPage
from tests.browser.test_offline import install, lost, status, tap
from tests.browser.test_sending import NO_BACKGROUND_SYNC, changes_of
from tests.cast import NOW, Cast

__all__ = ["lost"]

pytestmark = pytest.mark.browser

_DAY = "/log/2026-11-22"
_NOTHING_KEPT = "Not sent yet (1). Keep this page open: this browser keeps nothing."
# The browser refuses its database: at once, as in some private windows, or when it is made, as on a full disk.
_REFUSED = {
    "all": """
      for (const name of ["open", "deleteDatabase"]) {
        IDBFactory.prototype[name] = () => { throw new DOMException("denied", "SecurityError"); };
      }
    """,
    "making it": """
      const open = IDBFactory.prototype.open;
      IDBFactory.prototype.open = function (...given) {
        const request = open.apply(this, given);
        request.addEventListener("upgradeneeded", (event) => {
          event.stopImmediatePropagation();
          request.transaction.abort();
        });
        return request;
      };
    """,
}


def cut(page: Page) -> None:
    """Let no entry reach the server."""
    page.route("**/diary/ops", lambda route: route.abort("connectionfailed"))


@pytest.mark.parametrize("how", list(_REFUSED))
def test_a_browser_that_refuses_its_database_is_told_and_the_entry_is_sent(
    app: Flask, open_phone: OpenPage, cast: Cast, faults: Faults, how: str
) -> None:
    page = open_phone(cast.ben_user)
    page.add_init_script(_REFUSED[how])
    page.goto(_DAY)
    cut(page)
    tap(page, "First-step pain", "6")
    status(page).to_have_text(_NOTHING_KEPT)
    page.unroute("**/diary/ops")
    status(page).to_have_text("Saved")
    assert changes_of(app, "first_step_pain") == ["60"]
    page.goto(_DAY)
    expect(page.locator("[name=first_step_pain-right]:checked")).to_have_value("6")
    status(page).to_have_text("")
    page.goto("/settings")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    faults.forgive("ERR_CONNECTION_FAILED")


def test_what_was_evicted_while_the_app_was_closed_comes_back_from_the_server(
    app: Flask, open_phone: OpenPage, cast: Cast, site: str, faults: Faults
) -> None:
    page = open_phone(cast.ben_user)
    page.add_init_script(NO_BACKGROUND_SYNC)
    page.goto(_DAY)
    install(page)
    tap(page, "First-step pain", "6")
    status(page).to_have_text("Saved")
    cut(page)
    tap(page, "Pain over the day", "5")
    status(page).to_have_text("On this phone, not sent yet (1)")
    # A page of the site without any script: the app is closed.
    page.goto("/manifest.webmanifest")
    evict(page, site)
    page.goto(_DAY)
    expect(page.locator("[name=first_step_pain-right]:checked")).to_have_value("6")
    # What was only on the phone is gone, and nothing says that it is there.
    expect(page.locator("[name=average_pain-right]:checked")).to_have_count(0)
    status(page).to_have_text("")
    page.unroute("**/diary/ops")
    tap(page, "Pain over the day", "4")
    status(page).to_have_text("Saved")
    assert changes_of(app, "average_pain") == ["40"]
    faults.forgive("ERR_CONNECTION_FAILED")


def test_what_is_evicted_under_an_open_page_is_sent_from_the_page(
    app: Flask, open_phone: OpenPage, cast: Cast, site: str, faults: Faults
) -> None:
    page = open_phone(cast.ben_user)
    page.goto(_DAY)
    tap(page, "First-step pain", "6")
    status(page).to_have_text("Saved")
    evict(page, site)
    # Whatever makes the page look again.
    page.evaluate("window.dispatchEvent(new Event('pageshow'))")
    status(page).to_have_text("")
    cut(page)
    tap(page, "Pain over the day", "5")
    status(page).to_have_text(_NOTHING_KEPT)
    page.unroute("**/diary/ops")
    tap(page, "Stretching", "Done")
    status(page).to_have_text("Saved")
    assert [changes_of(app, field) for field in ("average_pain", "stretch_done")] == [["50"], ["yes"]]
    faults.forgive("ERR_CONNECTION_FAILED")
    # What the browser itself says of the databases that it closes, and of what a page was just reading in them.
    faults.forgive("Force close delete origin")
    faults.forgive("The transaction was aborted, so the request cannot be fulfilled.")


def evict(page: Page, site: str) -> None:
    """Take away all that the browser keeps for the site, as it does when it needs the room; the cookies stay."""
    session = page.context.new_cdp_session(page)
    kinds = "indexeddb,cache_storage,service_workers,local_storage"
    session.send("Storage.clearDataForOrigin", {"origin": site, "storageTypes": kinds})
    session.detach()


def test_the_browser_is_asked_to_keep_what_waits_and_its_refusal_is_told(
    open_phone: OpenPage, cast: Cast, lost: None
) -> None:
    page = open_phone(cast.ben_user)
    page.add_init_script(NO_BACKGROUND_SYNC)
    page.add_init_script(
        "window.asked = 0; StorageManager.prototype.persist = async () => { window.asked += 1; return false; };"
    )
    page.clock.install(time=NOW)
    page.goto(_DAY)
    assert page.evaluate("window.asked") == 0
    install(page)
    page.context.set_offline(True)
    warning = page.locator("#at-risk")
    answers = {"First-step pain": "6", "Pain over the day": "5", "Stretching": "Done"}
    for count, (question, answer) in enumerate(answers.items(), start=1):
        tap(page, question, answer)
        status(page).to_have_text(f"On this phone, not sent yet ({count})")
    assert page.evaluate("window.asked") > 0
    expect(warning).to_be_hidden()
    where = page.locator("#day-form").bounding_box()
    tap(page, "NSAID taken", "No")
    status(page).to_have_text("On this phone, not sent yet (4)")
    # What is only on its way is not at risk yet.
    expect(warning).to_be_hidden()
    page.clock.fast_forward(20_000)
    expect(warning).to_be_in_viewport()
    # The next tap must not meet another answer than the one that was aimed at.
    assert page.locator("#day-form").bounding_box() == where
    expect(warning).to_have_text(
        "Entries only on this phone: 4. This browser may delete them. Open this page soon where there is a connection."
    )
    # The phone's own page says it too, and another page after it.
    page.goto(_DAY)
    expect(warning).to_be_visible()
    page.context.set_offline(False)
    status(page).to_have_text("Saved")
    expect(warning).to_be_hidden()


def test_a_browser_that_promised_to_keep_it_is_not_warned_of(open_phone: OpenPage, cast: Cast, lost: None) -> None:
    page = open_phone(cast.ben_user)
    page.add_init_script(NO_BACKGROUND_SYNC)
    page.add_init_script("StorageManager.prototype.persisted = async () => true;")
    page.goto(_DAY)
    page.context.set_offline(True)
    answers = {"First-step pain": "6", "Pain over the day": "5", "Stretching": "Done", "NSAID taken": "No"}
    for count, (question, answer) in enumerate(answers.items(), start=1):
        tap(page, question, answer)
        status(page).to_have_text(f"On this phone, not sent yet ({count})")
    expect(page.locator("#at-risk")).to_be_hidden()


def test_what_waits_for_a_day_is_told_on_every_page(open_phone: OpenPage, cast: Cast, lost: None) -> None:
    page = open_phone(cast.ben_user)
    page.add_init_script(NO_BACKGROUND_SYNC)
    page.clock.install(time=NOW)
    page.goto(_DAY)
    cut(page)
    tap(page, "First-step pain", "6")
    status(page).to_have_text("On this phone, not sent yet (1)")
    warning = page.locator("#at-risk")
    page.clock.fast_forward(timedelta(hours=23).total_seconds() * 1000)
    expect(warning).to_be_hidden()
    page.clock.fast_forward(timedelta(hours=1).total_seconds() * 1000)
    told = "What you entered on Monday 23 November is still only on this phone."
    expect(warning).to_contain_text(told)
    page.goto("/settings")
    expect(warning).to_contain_text(told)
    page.unroute("**/diary/ops")
    page.evaluate("window.dispatchEvent(new Event('pageshow'))")
    expect(warning).to_be_hidden()
