"""Installed, and without a connection: it says plainly what does not work, keeps what was typed, and tells nobody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Playwright, expect
from sqlalchemy import select

from firststep.extensions import db
from firststep.models import FootDay
from firststep.web.shell import paths as kept_paths
from tests.browser import steps
from tests.browser.conftest import Faults, OpenPage, sign_in
from tests.cast import CANARY_NAME, CANARY_NOTE, TODAY, Cast
from tests.support.browsers import options
from tests.support.servers import serving

pytestmark = pytest.mark.browser

# All that is stored in the browser where pages can reach it, as one text, with the addresses it is stored under.
_KEPT = """
async () => {
  const parts = [JSON.stringify(localStorage), JSON.stringify(sessionStorage)];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) parts.push(request.url, await (await cache.match(request)).text());
  }
  for (const { name } of await indexedDB.databases()) parts.push(`IndexedDB ${name}`);
  return parts.join("\\n");
}
"""
_CACHED = """
async () => {
  const found = [];
  for (const name of await caches.keys())
    for (const request of await (await caches.open(name)).keys()) found.push(new URL(request.url).pathname);
  return found;
}
"""


@pytest.fixture
def lost(faults: Faults) -> Iterator[None]:
    """Forgive what the browser notes as errors when there is no connection."""
    yield
    for words in ("ERR_INTERNET_DISCONNECTED", "ERR_CONNECTION_REFUSED", "Failed to fetch", "status of 404"):
        faults.forgive(words)


def install(page: Page) -> None:
    """Wait until the service worker answers for the page."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    assert page.evaluate("navigator.serviceWorker.controller !== null")


def expect_shell(page: Page) -> None:
    """See the page for no connection, which says it plainly and knows nobody."""
    expect(page.get_by_role("heading", name="No connection")).to_be_visible()
    expect(page.get_by_text("Entries cannot be saved yet.")).to_be_visible()
    expect(page.locator("body")).not_to_contain_text(CANARY_NAME)
    expect(page.locator("nav, meta[name=csrf-token]")).to_have_count(0)


def test_it_can_be_installed(playwright: Playwright, site: str, tmp_path: Path) -> None:
    context = playwright.chromium.launch_persistent_context(tmp_path, **options())
    page = context.new_page()
    page.goto(site)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    session = context.new_cdp_session(page)
    assert session.send("Page.getInstallabilityErrors") == {"installabilityErrors": []}
    said: dict[str, Any] = page.evaluate("fetch('/manifest.webmanifest').then((answer) => answer.json())")
    assert said["display"] == "standalone"
    for icon in said["icons"]:
        answer = context.request.get(f"{site}{icon['src']}")
        assert answer.status == 200
        assert answer.headers["content-type"] == icon["type"]
    assert {icon["purpose"] for icon in said["icons"]} == {"any", "maskable"}
    context.close()


def test_without_a_connection_every_page_is_the_shell(open_phone: OpenPage, cast: Cast, lost: None) -> None:
    page = open_phone(cast.ana_user)
    page.goto("/log")
    install(page)
    page.goto("/progress")
    page.context.set_offline(True)
    for address in ("/log", "/progress", "/log/2026-11-10", "/never-seen"):
        page.goto(address)
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


def test_when_the_server_is_gone_the_shell_comes_too(app: Flask, chromium: Browser, cast: Cast) -> None:
    context = chromium.new_context()
    with serving(app) as address:
        sign_in(app, context, address, cast.ana_user)
        page = context.new_page()
        page.goto(f"{address}/log")
        install(page)
    page.goto(f"{address}/log")
    expect_shell(page)
    context.close()


def test_what_is_typed_stays_when_the_connection_drops(
    app: Flask, open_phone: OpenPage, cast: Cast, lost: None
) -> None:
    page = open_phone(cast.ana_user)
    page.goto("/log")
    install(page)
    page.locator("summary", has_text="More").click()
    page.context.set_offline(True)
    page.get_by_role("radiogroup", name="First-step pain").locator("label").filter(has_text="6").tap()
    status = page.locator("[data-log-status]")
    expect(status).to_have_text("No connection. Entries cannot be saved yet; what you typed stays here.")
    page.get_by_label("Note").fill("Stairs were hard.")
    page.get_by_label("Note").blur()
    page.get_by_role("button", name="Save").tap()
    expect(status).to_have_text("No connection. Entries cannot be saved yet; what you typed stays here.")
    expect(page.get_by_label("Note")).to_have_value("Stairs were hard.")
    expect(page.locator("[name^=first_step_pain]:checked")).to_have_value("6")
    assert "Stairs" not in page.evaluate(_KEPT)
    assert stored_pain(app, cast) is None
    page.context.set_offline(False)
    expect(status).to_have_text("Saved")
    assert stored_pain(app, cast) == 60
    page.reload()
    expect(page.get_by_label("Note")).to_have_value("Stairs were hard.")


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


def test_nothing_of_a_person_is_kept_in_the_browser(open_phone: OpenPage, cast: Cast) -> None:
    page = open_phone(cast.ana_user)
    page.goto("/log/2026-11-10")
    install(page)
    for address in ("/progress", "/share", "/settings", "/log"):
        page.goto(address)
    page.get_by_role("radiogroup", name="First-step pain").locator("label").filter(has_text="6").tap()
    expect(page.locator("[data-log-status]")).to_have_text("Saved")
    page.goto("/progress")
    page.get_by_role("button", name="Explore").first.tap()
    expect(page.locator("[data-chart-status]").first).to_have_text("Touch the chart to read values.")
    cached = page.evaluate(_CACHED)
    # These hold nobody, see tests/web/test_shell.py.
    kept = kept_paths()
    assert kept <= set(cached)
    assert [path for path in cached if path not in kept and not path.startswith("/static/dist/")] == []
    kept = page.evaluate(_KEPT)
    for personal in (CANARY_NAME, CANARY_NOTE, "ana@example.com", "IndexedDB"):
        assert personal not in kept


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
    expect_shell(page)


def stored_pain(app: Flask, cast: Cast) -> int | None:
    """Return what the server holds of today's first steps, in tenths."""
    with app.app_context():
        row = select(FootDay.first_step_pain).where(FootDay.patient_id == cast.ana, FootDay.day == TODAY)
        return db.session.scalar(row)
