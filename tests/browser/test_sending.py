"""An entry goes out once and by itself: with a form token that changed, from two tabs or phones, on each occasion."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from firststep.extensions import db
from firststep.models import DiaryChange, UserSession
from tests.browser.conftest import Faults, OpenPage
from tests.browser.test_offline import status, tap
from tests.cast import NOW, Cast

pytestmark = pytest.mark.browser

_DAY = "/log/2026-11-22"
# Every sentence that the line has said since, in its order.
_LISTEN = """
() => {
  const line = document.querySelector("[data-log-status]");
  window.said = [];
  const note = () => window.said.push(line.textContent);
  new MutationObserver(note).observe(line, { childList: true, characterData: true, subtree: true });
}
"""
# Taps without waiting for anything, as fast as no person can.
_TAP_ALL = """
(answers) => {
  for (const [name, value] of answers) document.querySelector(`[name="${name}"][value="${value}"]`).click();
}
"""
NO_BACKGROUND_SYNC = "Object.defineProperty(ServiceWorkerRegistration.prototype, 'sync', {value: undefined})"


def changes_of(app: Flask, field: str) -> list[str | None]:
    """Return every value that the server was given for the field, oldest first."""
    with app.app_context():
        changes = select(DiaryChange.new_value).where(DiaryChange.field == field)
        return list(db.session.scalars(changes.order_by(DiaryChange.seq)))


def shown(page: Page) -> list[str]:
    """Return what is chosen on the page."""
    chosen: list[str] = page.locator("#day-form input:checked").evaluate_all(
        "(all) => all.map((one) => one.name + one.value)"
    )
    return chosen


def test_a_form_token_that_changed_while_the_page_was_open_is_renewed_unseen(
    app: Flask, open_phone: OpenPage, cast: Cast, faults: Faults
) -> None:
    page = open_phone(cast.ben_user)
    page.goto(_DAY)
    page.evaluate(_LISTEN)
    with app.app_context():
        for session in db.session.scalars(select(UserSession).where(UserSession.user_id == cast.ben_user)):
            session.data = {**session.data, "csrf_token": "0" * 40}
        db.session.commit()
    tap(page, "First-step pain", "6")
    status(page).to_have_text("Saved")
    assert set(page.evaluate("window.said")) == {"Saving…", "Saved"}
    assert changes_of(app, "first_step_pain") == ["60"]
    # The old token was tried once; the browser notes the refusal by itself.
    assert len([message for message in faults.messages if "status of 400" in message]) == 1
    faults.forgive("status of 400")


def test_two_tabs_that_tap_and_send_at_once_store_each_tap_once(app: Flask, open_phone: OpenPage, cast: Cast) -> None:
    one = open_phone(cast.ben_user)
    other, idle = one.context.new_page(), one.context.new_page()
    for page in (one, other, idle):
        page.goto(_DAY)
        page.wait_for_load_state("networkidle")
    one.evaluate(_TAP_ALL, [["first_step_pain-right", "3"], ["stretch_done", "yes"], ["average_pain-right", "2"]])
    other.evaluate(_TAP_ALL, [["nsaid_taken", "no"], ["first_step_pain-right", "8"], ["average_pain-right", "4"]])
    one.evaluate(_TAP_ALL, [["stretch_done", "no"]])
    for page in (one, other):
        status(page).to_have_text("Saved")
    with app.app_context():
        stored = Counter((change.field, change.new_value) for change in db.session.scalars(select(DiaryChange)))
    twice = [change for change, count in stored.items() if count > 1]
    assert twice == []
    # Of two answers to one question the earlier may have been replaced before it was sent; the last one is there.
    last = {"stretch_done": "no", "nsaid_taken": "no", "first_step_pain": "80", "average_pain": "40"}
    assert last.items() <= set(stored)
    # Each tab shows what was tapped in the others too.
    for page in (one, other, idle):
        for name, value in {"stretch_done": "no", "nsaid_taken": "no", "first_step_pain-right": "8"}.items():
            expect(page.locator(f"[name={name}]:checked")).to_have_value(value)
    assert shown(one) == shown(other) == shown(idle)


def test_two_phones_on_one_day_are_merged_and_the_later_answer_counts(
    app: Flask, open_phone: OpenPage, cast: Cast
) -> None:
    one, other = open_phone(cast.ben_user), open_phone(cast.ben_user)
    for page in (one, other):
        page.goto(_DAY)
        page.wait_for_load_state("networkidle")
    tap(one, "First-step pain", "3")
    status(one).to_have_text("Saved")
    elsewhere = other.locator("[data-log-elsewhere]")
    # It does not know of the 3, so it says what it replaced.
    tap(other, "First-step pain", "7")
    status(other).to_have_text("Saved")
    expect(elsewhere).to_contain_text("Also entered elsewhere: 3.")
    assert changes_of(app, "first_step_pain") == ["30", "70"]
    # Of another answer nothing is replaced; with its own the first phone is told the rest, and shows it.
    tap(one, "Pain over the day", "5")
    status(one).to_have_text("Saved")
    expect(one.locator("[name=first_step_pain-right]:checked")).to_have_value("7")
    expect(one.locator("[data-log-elsewhere]")).to_be_hidden()
    # What it shows it has seen: changing it is no surprise any more.
    tap(one, "First-step pain", "2")
    status(one).to_have_text("Saved")
    expect(one.locator("[data-log-elsewhere]")).to_be_hidden()
    other.goto(_DAY)
    assert shown(one) == shown(other)
    assert changes_of(app, "first_step_pain") == ["30", "70", "20"]
    assert changes_of(app, "average_pain") == ["50"]


def test_a_day_that_the_phone_does_not_keep_stays_as_the_server_showed_it(
    app: Flask, open_phone: OpenPage, cast: Cast, faults: Faults
) -> None:
    long_ago = "/log/2026-07-22"
    page = open_phone(cast.ben_user)
    page.goto(long_ago)
    tap(page, "First-step pain", "6")
    status(page).to_have_text("Saved")
    other = open_phone(cast.ben_user)
    other.add_init_script(NO_BACKGROUND_SYNC)
    other.goto(long_ago)
    other.wait_for_load_state("networkidle")
    pain = other.locator("[name=first_step_pain-right]:checked")
    expect(pain).to_have_value("6")
    # The way back leads to what stood there. It is an entry too, because the first one may have arrived.
    other.route("**/diary/ops", lambda route: route.abort("connectionfailed"))
    tap(other, "First-step pain", "9")
    status(other).to_have_text("On this phone, not sent yet (1)")
    other.get_by_role("button", name="Undo").tap()
    expect(pain).to_have_value("6")
    other.unroute("**/diary/ops")
    status(other).to_have_text("Saved")
    assert changes_of(app, "first_step_pain") == ["60", "90", "60"]
    faults.forgive("ERR_CONNECTION_FAILED")


def test_the_servers_page_is_not_replaced_by_what_the_phone_kept_before(
    open_phone: OpenPage, cast: Cast, faults: Faults
) -> None:
    one, other = open_phone(cast.ben_user), open_phone(cast.ben_user)
    for page, pain in ((one, "3"), (other, "7")):
        page.goto(_DAY)
        tap(page, "First-step pain", pain)
        status(page).to_have_text("Saved")
    one.route("**/diary/days", lambda route: route.abort("connectionfailed"))
    one.goto(_DAY)
    one.wait_for_load_state("networkidle")
    expect(one.locator("[name=first_step_pain-right]:checked")).to_have_value("7")
    faults.forgive("ERR_CONNECTION_FAILED")


@pytest.mark.parametrize("occasion", ["save", "online", "pageshow", "visibilitychange", "timer"])
def test_without_background_sync_each_occasion_sends(
    app: Flask, open_phone: OpenPage, cast: Cast, faults: Faults, occasion: str
) -> None:
    page = open_phone(cast.ben_user)
    page.add_init_script(NO_BACKGROUND_SYNC)
    page.clock.install(time=NOW)
    page.goto(_DAY)
    # No timer runs any more unless the test lets it.
    page.clock.pause_at(NOW + timedelta(minutes=1))
    page.route("**/diary/ops", lambda route: route.abort("connectionfailed"))
    tap(page, "First-step pain", "6")
    status(page).to_have_text("On this phone, not sent yet (1)")
    page.unroute("**/diary/ops")
    assert changes_of(app, "first_step_pain") == []
    let_happen(page, occasion)
    status(page).to_have_text("Saved")
    assert changes_of(app, "first_step_pain") == ["60"]
    faults.forgive("ERR_CONNECTION_FAILED")


def let_happen(page: Page, occasion: str) -> None:
    """Bring about one of the occasions at which the phone sends."""
    if occasion == "save":
        tap(page, "Pain over the day", "5")
    elif occasion == "timer":
        run_until_sent(page)
    elif occasion == "online":
        page.context.set_offline(True)
        page.context.set_offline(False)
    else:
        where = "document" if occasion == "visibilitychange" else "window"
        page.evaluate(f"{where}.dispatchEvent(new Event('{occasion}'))")


def run_until_sent(page: Page) -> None:
    """Let the phone's clock run through its waits: the line says that something waits before the next try is set."""
    line = page.locator("[data-log-status]")
    for _ in range(60):
        page.clock.run_for(1_000)
        # Time of the test's, for the request to come back: the phone's clock stands still meanwhile.
        page.wait_for_timeout(50)
        if line.text_content() == "Saved":
            return
