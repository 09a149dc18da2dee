"""Installed, and without a connection: the log opens and keeps what is entered, and nobody else sees it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Playwright, Route, expect
from sqlalchemy import select

from firststep.extensions import db
from firststep.models import FootDay, Patient, Pause, Plan
from firststep.web.shell import paths as kept_paths
from tests.browser import steps
from tests.browser.conftest import Faults, OpenPage, sign_in
from tests.browser.kept import all_kept, until_kept
from tests.cast import CANARY_NAME, CANARY_NOTE, TODAY, Cast
from tests.support.browsers import options
from tests.support.servers import serving
from tests.support.waiting import wait_until

pytestmark = pytest.mark.browser

_CACHED = """
async () => {
  const found = [];
  for (const name of await caches.keys())
    for (const request of await (await caches.open(name)).keys()) found.push(new URL(request.url).pathname);
  return found;
}
"""


_NO_BACKGROUND_SYNC = "Object.defineProperty(ServiceWorkerRegistration.prototype, 'sync', {value: undefined})"
# The page's scripts have run by then; whatever they wait for has not come yet.
_TAP_SIGN_OUT_AT_ONCE = """
document.addEventListener("DOMContentLoaded", () => document.querySelector('form[action$="/logout"] button').click());
"""
_CANARY_PLAN = "canary-plan-51c0e"
#: What is kept of it all, in the words of the browser's database.
_LASTING = (_CANARY_PLAN, f'"first":"{TODAY - timedelta(days=2)}"', '"name":"Austria"')


@pytest.fixture
def with_plan(app: Flask, cast: Cast) -> None:
    """Let Ana follow a plan that she named, pause it lately, and have the drug labels of another country than Ben."""
    with app.app_context():
        db.session.get_one(Patient, cast.ana).country = "AT"
        plan = Plan(patient_id=cast.ana, day=TODAY - timedelta(days=9), preset="own", name=_CANARY_PLAN, reps=5)
        pause = Pause(patient_id=cast.ana, day=TODAY - timedelta(days=2), ends_on=TODAY - timedelta(days=1))
        db.session.add_all([plan, pause])
        db.session.commit()


@pytest.fixture
def lost(faults: Faults) -> Iterator[None]:
    """Forgive what the browser notes as errors when there is no connection."""
    yield
    for words in (
        "ERR_INTERNET_DISCONNECTED",
        "ERR_CONNECTION_REFUSED",
        "ERR_CONNECTION_FAILED",
        "Failed to fetch",
        "An unknown error occurred when fetching the script",
        "status of 404",
        "status of 401",
    ):
        faults.forgive(words)


def install(page: Page) -> None:
    """Wait until the service worker answers for the page."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    assert page.evaluate("navigator.serviceWorker.controller !== null")


def expect_shell(page: Page) -> None:
    """See the page for no connection, which says it plainly and knows nobody."""
    expect(page.get_by_role("heading", name="No connection")).to_be_visible()
    expect(page.get_by_text("This page needs one. Your log does not.")).to_be_visible()
    expect(page.locator("body")).not_to_contain_text(CANARY_NAME)
    expect(page.locator("nav, meta[name=csrf-token]")).to_have_count(0)


def expect_log(page: Page, words: str) -> None:
    """See the phone's own log of a day."""
    expect(page.locator("[data-shell-words]")).to_have_text(words)
    expect(page.get_by_text("no connection", exact=True)).to_be_visible()


def tap(page: Page, question: str, answer: str) -> None:
    """Answer a question of the day with one tap."""
    page.get_by_role("radiogroup", name=question, exact=True).locator("label").filter(has_text=answer).first.tap()


def status(page: Page) -> Any:
    return expect(page.locator("[data-log-status]"))


def test_it_can_be_installed(playwright: Playwright, site: str, tmp_path: Path) -> None:
    context = playwright.chromium.launch_persistent_context(tmp_path, **options())
    page = context.new_page()
    page.goto(site)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    session = context.new_cdp_session(page)
    assert session.send("Page.getInstallabilityErrors") == {"installabilityErrors": []}
    said: dict[str, Any] = page.evaluate("fetch('/manifest.webmanifest').then((answer) => answer.json())")
    assert (said["id"], said["display"]) == ("/", "standalone")
    # What the phone shows outside the app says nothing about a condition.
    assert [(one["name"], one["url"]) for one in said["shortcuts"]] == [
        ("Log today", "/log"),
        ("My progress", "/progress"),
    ]
    assert said["name"] == said["short_name"] == "Firststep"
    assert {"192x192", "512x512"} <= {icon["sizes"] for icon in said["icons"]}
    for icon in said["icons"]:
        answer = context.request.get(f"{site}{icon['src']}")
        assert answer.status == 200
        assert answer.headers["content-type"] == icon["type"]
    assert {icon["purpose"] for icon in said["icons"]} == {"any", "maskable"}
    context.close()


def test_without_a_connection_the_log_and_the_chart_open_and_other_pages_say_it(
    open_phone: OpenPage, cast: Cast, lost: None
) -> None:
    page = open_phone(cast.ana_user)
    page.goto("/log")
    install(page)
    page.goto("/progress")
    expect(page.locator("figure svg").first).to_be_visible()
    until_kept(page, "<svg")
    page.context.set_offline(True)
    page.goto("/log/2026-11-10")
    expect_log(page, "Tuesday 10 November")
    page.goto("/progress")
    expect(page.get_by_text("No connection. This is the chart as you saw it last,")).to_be_visible()
    expect(page.locator("figure svg").first).to_be_visible()
    page.goto("/never-seen")
    expect_shell(page)
    page.context.set_offline(False)
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("heading", name="Not found")).to_be_visible()


def test_the_reasons_to_see_someone_open_without_a_connection(open_phone: OpenPage, cast: Cast, lost: None) -> None:
    page = open_phone(cast.ana_user)
    page.goto("/log")
    install(page)
    page.context.set_offline(True)
    page.goto("/when-to-see-someone")
    text = page.get_by_text("Call the emergency number now.")
    expect(text).to_be_hidden()
    page.get_by_label("Is your calf swollen, and are you short of breath?").check()
    expect(text).to_be_visible()
    expect(page.locator("body")).not_to_contain_text(CANARY_NAME)
    page.context.set_offline(False)


def test_when_the_server_is_gone_the_log_opens_too(app: Flask, chromium: Browser, cast: Cast) -> None:
    context = chromium.new_context()
    with serving(app) as address:
        sign_in(app, context, address, cast.ana_user)
        page = context.new_page()
        page.goto(f"{address}/log")
        install(page)
    page.goto(f"{address}/log/2026-11-22")
    expect_log(page, "Sunday 22 November")
    context.close()


def test_what_is_entered_without_a_connection_stays_and_is_sent_later(
    app: Flask, open_phone: OpenPage, cast: Cast, lost: None
) -> None:
    page = open_phone(cast.ana_user)
    page.goto("/log/2026-11-22")
    install(page)
    page.context.set_offline(True)
    tap(page, "First-step pain", "6")
    status(page).to_have_text("On this phone, not sent yet (1)")
    page.locator("summary", has_text="More").click()
    page.get_by_label("Note").fill("Stairs were hard.")
    page.get_by_label("Note").blur()
    status(page).to_have_text("On this phone, not sent yet (2)")
    # A second thought replaces the first.
    tap(page, "First-step pain", "4")
    status(page).to_have_text("On this phone, not sent yet (2)")
    page.goto("/log/2026-11-22")
    expect_log(page, "Sunday 22 November")
    status(page).to_have_text("On this phone, not sent yet (2)")
    expect(page.locator("[name=first_step_pain-right]:checked")).to_have_value("4")
    assert stored_pain(app, cast) != 40
    page.context.set_offline(False)
    status(page).to_have_text("Saved")
    expect(page.get_by_text("no connection", exact=True)).to_be_hidden()
    assert stored_pain(app, cast) == 40
    page.goto("/log/2026-11-22")
    expect(page.get_by_label("Note")).to_have_value("Stairs were hard.")


def test_an_entry_is_taken_back_without_a_connection(app: Flask, open_phone: OpenPage, cast: Cast, lost: None) -> None:
    page = open_phone(cast.ben_user)
    page.goto("/log/2026-11-22")
    install(page)
    page.context.set_offline(True)
    page.goto("/log/2026-11-22")
    tap(page, "Stretching", "Done")
    status(page).to_have_text("On this phone, not sent yet (1)")
    page.get_by_role("button", name="Undo").tap()
    expect(page.locator("[name=stretch_done]:checked")).to_have_value("")
    expect(page.locator("[data-log-status]")).not_to_contain_text("not sent")
    # Of a second thought the first comes back.
    for pain in ("6", "4"):
        tap(page, "First-step pain", pain)
        status(page).to_have_text("On this phone, not sent yet (1)")
    page.get_by_role("button", name="Undo").tap()
    expect(page.locator("[name=first_step_pain-right]:checked")).to_have_value("6")
    status(page).to_have_text("On this phone, not sent yet (1)")
    page.context.set_offline(False)


def test_what_may_have_arrived_is_taken_back_by_an_entry_that_says_so(
    open_phone: OpenPage, cast: Cast, lost: None
) -> None:
    page = open_phone(cast.ben_user)
    page.add_init_script(_NO_BACKGROUND_SYNC)
    page.goto("/log/2026-11-22")
    answers_come = False

    def carry(route: Route) -> None:
        """Bring what is sent to the server; the answer is lost on the way until answers come again."""
        answer = route.fetch()
        if answers_come:
            route.fulfill(response=answer)
        else:
            route.abort("connectionfailed")

    page.route("**/diary/ops", carry)
    tap(page, "Stretching", "Done")
    status(page).to_have_text("On this phone, not sent yet (1)")
    page.get_by_role("button", name="Undo").tap()
    status(page).to_have_text("On this phone, not sent yet (2)")
    answers_come = True
    status(page).to_have_text("Saved")
    page.goto("/log/2026-11-22/history")
    lines = page.locator("main li .muted").all_inner_texts()
    assert [line.partition(" · ")[2] for line in lines] == [
        "an entry taken back, on a later day",
        "entered, on a later day",
    ]


def test_what_the_server_refuses_needs_a_look_and_is_mended(open_phone: OpenPage, cast: Cast, lost: None) -> None:
    page = open_phone(cast.ben_user)
    page.goto("/log/2026-11-22")
    tap(page, "Stretching", "Done")
    status(page).to_have_text("Saved")
    page.get_by_label("How long").fill("many")
    page.get_by_label("How long").blur()
    status(page).to_have_text("Needs a look (1)")
    expect(page.locator("[data-refused] li")).to_contain_text(
        "Stretching: how long “many”. This is a whole number from 0 to 600."
    )
    expect(page.locator("#stretch_minutes-error")).to_have_text("This is a whole number from 0 to 600.")
    page.get_by_label("How long").fill("12")
    page.get_by_label("How long").blur()
    status(page).to_have_text("Saved")
    expect(page.locator("[data-refused]")).to_be_hidden()
    expect(page.locator("#stretch_minutes-error")).to_have_count(0)


def with_one_not_sent(open_phone: OpenPage, cast: Cast) -> Page:
    """Open a day of Ana's diary, with one answer that the server cannot be given."""
    page = open_phone(cast.ana_user)
    # A browser without Background Sync: otherwise the service worker may have sent it before the question.
    page.add_init_script(_NO_BACKGROUND_SYNC)
    page.goto("/log/2026-11-22")
    page.route("**/diary/ops", lambda route: route.abort("connectionfailed"))
    tap(page, "First-step pain", "4")
    status(page).to_have_text("On this phone, not sent yet (1)")
    return page


@pytest.mark.parametrize("choice", ["Stay signed in", "Discard them and sign out", "Send them, then sign out"])
def test_signing_out_asks_about_what_was_not_sent(
    app: Flask, open_phone: OpenPage, cast: Cast, lost: None, choice: str
) -> None:
    page = with_one_not_sent(open_phone, cast)
    page.goto("/settings")
    expect(page.locator("#unsent")).to_have_text("On this phone, not sent yet (1)")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("Some of what you entered is only on this phone (1 not sent).")).to_be_visible()
    page.unroute("**/diary/ops")
    page.get_by_role("button", name=choice).click()
    if choice == "Stay signed in":
        expect(page.get_by_role("dialog")).to_be_hidden()
        expect(page.get_by_role("button", name="Sign out")).to_be_visible()
        return
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    assert (stored_pain(app, cast) == 40) is choice.startswith("Send")
    assert '"first_step_pain":' not in all_kept(page)


def test_a_tap_on_sign_out_before_the_phone_is_ready_asks_too(open_phone: OpenPage, cast: Cast, lost: None) -> None:
    page = with_one_not_sent(open_phone, cast)
    page.add_init_script(_TAP_SIGN_OUT_AT_ONCE)
    page.goto("/settings")
    expect(page.get_by_text("Some of what you entered is only on this phone (1 not sent).")).to_be_visible()


def test_when_the_session_is_over_the_entries_are_sealed_until_their_owner_is_back(
    app: Flask, site: str, open_phone: OpenPage, cast: Cast, lost: None, with_plan: None
) -> None:
    page = open_phone(cast.ana_user)
    page.goto("/log/2026-11-22")
    until_kept(page, _CANARY_PLAN)
    page.context.clear_cookies()
    tap(page, "First-step pain", "4")
    status(page).to_have_text("On this phone, not sent yet (1). Sign in again to send.")
    page.get_by_role("link", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    # Somebody else signs in on this phone: nothing of hers is shown or sent.
    sign_in(app, page.context, site, cast.ben_user)
    page.goto("/log/2026-11-22")
    status(page).to_have_text("")
    kept = all_kept(page)
    assert [word for word in (CANARY_NOTE, *_LASTING) if word in kept] == []
    assert stored_pain(app, cast) != 40
    sign_in(app, page.context, site, cast.ana_user)
    page.goto("/log/2026-11-22")
    expect(page.locator("[name=first_step_pain-right]:checked")).to_have_value("4")
    wait_until(lambda: stored_pain(app, cast) == 40)


def test_a_form_of_another_page_stays_too(open_phone: OpenPage, cast: Cast, lost: None) -> None:
    page = open_phone(cast.ana_user)
    page.goto("/share/new")
    install(page)
    page.get_by_label("E-mail address of your practitioner").fill("kim@example.com")
    page.get_by_role("radio", name="The summary One sentence").check()
    page.context.set_offline(True)
    page.get_by_role("button", name="Send the invitation").tap()
    expect(page.get_by_text("No connection. Nothing was sent; what you typed is still here.")).to_be_visible()
    expect(page.get_by_label("E-mail address of your practitioner")).to_have_value("kim@example.com")


def test_no_page_of_a_person_is_cached_and_nothing_is_left_after_signing_out(
    open_phone: OpenPage, cast: Cast, with_plan: None
) -> None:
    page = open_phone(cast.ana_user)
    page.goto("/log/2026-11-10")
    install(page)
    for address in ("/progress", "/share", "/settings", "/log"):
        page.goto(address)
    page.get_by_role("radiogroup", name="First-step pain").locator("label").filter(has_text="6").tap()
    expect(page.locator("[data-log-status]")).to_have_text("Saved")
    page.goto("/progress")
    page.get_by_role("button", name="Explore").first.tap()
    expect(page.locator("[data-chart-status]").first).to_have_text("Touch the chart, or point at it, to read values.")
    cached = page.evaluate(_CACHED)
    # These hold nobody, see tests/web/test_shell.py.
    kept = kept_paths()
    assert kept <= set(cached)
    assert [path for path in cached if path not in kept and not path.startswith("/static/dist/")] == []
    for lasting in _LASTING:
        until_kept(page, lasting)
    page.goto("/settings")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    left = all_kept(page)
    for personal in (
        CANARY_NAME,
        CANARY_NOTE,
        "ana@example.com",
        '"first_step_pain":',
        "IndexedDB firststep-",
        *_LASTING,
    ):
        assert personal not in left


def test_after_signing_out_the_way_back_shows_nothing(
    app: Flask, playwright: Playwright, site: str, cast: Cast
) -> None:
    # Phones keep whole pages for the way back; Playwright switches that off unless it is told not to.
    browser = playwright.chromium.launch(**options(), ignore_default_args=["--disable-back-forward-cache"])
    context = browser.new_context(base_url=site)
    sign_in(app, context, site, cast.ana_user)
    page = context.new_page()
    page.goto("/log/2026-11-10")
    install(page)
    page.goto("/progress")
    page.get_by_role("link", name="1 year").click()
    expect(page.get_by_role("link", name="1 year")).to_have_attribute("aria-current", "true")
    steps.sign_out(page)
    for _ in range(4):
        # A page that was kept whole is not loaded again.
        page.go_back(wait_until="commit")
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        expect(page.locator("body")).not_to_contain_text(CANARY_NAME)
        expect(page.locator("figure, [data-log]")).to_have_count(0)
    browser.close()


def test_after_signing_out_without_a_connection_the_way_back_shows_the_shell(
    open_phone: OpenPage, cast: Cast, lost: None
) -> None:
    page = open_phone(cast.ana_user)
    page.goto("/log")
    install(page)
    page.goto("/progress")
    steps.sign_out(page)
    page.context.set_offline(True)
    page.go_back(wait_until="load")
    expect(page.locator("body")).not_to_contain_text(CANARY_NAME)
    expect(page.locator("figure, [data-log]:visible")).to_have_count(0)


def stored_pain(app: Flask, cast: Cast) -> int | None:
    """Return what the server holds of yesterday's first steps, in tenths."""
    with app.app_context():
        row = select(FootDay.first_step_pain).where(
            FootDay.patient_id == cast.ana, FootDay.day == TODAY - timedelta(days=1)
        )
        return db.session.scalar(row)
