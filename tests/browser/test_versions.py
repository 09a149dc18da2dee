"""A later release, and the switch that takes the service worker away: both leave what waits on the phone alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from firststep.extensions import db
from firststep.models import DiaryChange
from tests import factories
from tests.browser.conftest import sign_in
from tests.browser.test_offline import install, status, tap
from tests.browser.test_sending import NO_BACKGROUND_SYNC
from tests.support.applications import migrated
from tests.support.releases import later_release
from tests.support.server_process import ServerProcess

pytestmark = pytest.mark.browser

_CACHED = """
async () => {
  const found = [];
  for (const name of await caches.keys())
    for (const request of await (await caches.open(name)).keys()) found.push(new URL(request.url).pathname);
  return found;
}
"""
_REGISTRATIONS = "async () => (await navigator.serviceWorker.getRegistrations()).length"
_LOOK_FOR_A_NEW_WORKER = "async () => { await (await navigator.serviceWorker.getRegistration())?.update(); }"
_DATABASES = "async () => (await indexedDB.databases()).map(({ name }) => name)"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    """Return a server of its own process, which serves this release."""
    process = ServerProcess(tmp_path)
    yield process
    process.kill()


@pytest.fixture
def site_app(server: ServerProcess) -> Iterator[Flask]:
    """Return an application on the server's database."""
    with migrated(server.settings) as app:
        yield app


@pytest.fixture
def page(server: ServerProcess, site_app: Flask, chromium: Browser) -> Iterator[Page]:
    """Return a patient's page of yesterday on which three answers wait, because the server is gone."""
    with site_app.app_context():
        user_id = factories.make_patient(db.session, "ana@example.com").user_id
        db.session.commit()
    assert user_id is not None
    server.start()
    context = chromium.new_context(base_url=server.address, has_touch=True, reduced_motion="reduce")
    context.add_init_script(NO_BACKGROUND_SYNC)
    sign_in(site_app, context, server.address, user_id, at=datetime.now(UTC))
    opened = context.new_page()
    opened.goto(f"/log/{yesterday().isoformat()}")
    install(opened)
    server.kill()
    tap(opened, "First-step pain", "6")
    tap(opened, "Pain over the day", "4")
    tap(opened, "Stretching", "Done")
    status(opened).to_have_text("On this phone, not sent yet (3)")
    yield opened
    context.close()


def yesterday() -> date:
    return datetime.now(UTC).date() - timedelta(days=1)


def stored(app: Flask) -> Counter[tuple[str, str | None]]:
    """Count what the server has of each answer."""
    with app.app_context():
        rows = db.session.execute(select(DiaryChange.field, DiaryChange.new_value)).all()
        db.session.rollback()
    return Counter((row.field, row.new_value) for row in rows)


def scripts_of(page: Page) -> set[str]:
    """Return the addresses of the page's own scripts."""
    found: list[str] = page.locator("script[src]").evaluate_all("(all) => all.map((one) => new URL(one.src).pathname)")
    return set(found)


def test_an_old_app_is_refused_and_reloaded_by_a_tap_with_all_that_waits(
    page: Page, server: ServerProcess, site_app: Flask, tmp_path: Path
) -> None:
    page.locator("summary", has_text="More").click()
    note = page.get_by_label("Note")
    note.fill("Half a sen")
    old_scripts = scripts_of(page)
    loads: list[Any] = []
    page.on("framenavigated", lambda frame: loads.append(frame))
    server.start(later_release(tmp_path / "later"))
    page.evaluate("window.dispatchEvent(new Event('pageshow'))")
    status(page).to_have_text("On this phone, not sent yet (3). Reload the page to send.")
    page.evaluate("async () => (await navigator.serviceWorker.ready).update()")
    bar = page.locator("#update")
    expect(bar).to_have_text("A new version is ready. Reload")
    # Nothing happens by itself while somebody is typing.
    page.wait_for_timeout(1_500)
    expect(note).to_be_focused()
    expect(note).to_have_value("Half a sen")
    assert loads == []
    assert stored(site_app) == {}
    bar.get_by_role("button", name="Reload").tap()
    status(page).to_have_text("Saved")
    assert len(loads) == 1
    expect(bar).to_be_hidden()
    expect(page.get_by_label("Note")).to_have_value("Half a sen")
    answers = [("first_step_pain", "60"), ("average_pain", "40"), ("stretch_done", "yes"), ("note", "Half a sen")]
    assert stored(site_app) == Counter(answers)
    new_scripts = scripts_of(page)
    cached = set(page.evaluate(_CACHED))
    assert new_scripts != old_scripts
    assert new_scripts - old_scripts <= cached
    assert (old_scripts - new_scripts).isdisjoint(cached)


@pytest.mark.parametrize("asked_by", ["page", "browser"])
def test_the_kill_switch_takes_the_worker_and_its_caches_and_leaves_what_waits(
    page: Page, server: ServerProcess, site_app: Flask, asked_by: str
) -> None:
    assert page.evaluate(_CACHED) != []
    server.start(SW_KILL="1")
    page.route("**/diary/ops", lambda route: route.abort("connectionfailed"))
    page.reload()
    if asked_by == "browser":
        # It looks for a new worker by itself, at a time of its own: here before the page does anything about it.
        page.evaluate(_LOOK_FOR_A_NEW_WORKER)
        page.wait_for_timeout(2_000)
    await_none(page, _REGISTRATIONS)
    await_none(page, "async () => (await caches.keys()).length")
    assert any(name.startswith("firststep-") for name in page.evaluate(_DATABASES))
    status(page).to_have_text("On this phone, not sent yet (3)")
    page.unroute("**/diary/ops")
    # The next page comes without any worker, and sends.
    page.reload()
    status(page).to_have_text("Saved")
    assert stored(site_app) == Counter([("first_step_pain", "60"), ("average_pain", "40"), ("stretch_done", "yes")])
    await_none(page, _REGISTRATIONS)


def test_where_the_browser_refuses_its_caches_the_kill_switch_is_no_fault_of_the_page(
    server: ServerProcess, site_app: Flask, chromium: Browser
) -> None:
    server.start(SW_KILL="1")
    context = chromium.new_context(base_url=server.address)
    context.add_init_script("CacheStorage.prototype.keys = () => Promise.reject(new DOMException('', 'SecurityError'))")
    opened, faults = context.new_page(), list[str]()
    opened.on("pageerror", lambda fault: faults.append(str(fault)))
    with opened.expect_console_message(lambda message: message.text.startswith("no service worker:")):
        opened.goto("/login")
    context.close()
    assert faults == []


def await_none(page: Page, count: str) -> None:
    """Wait until the script counts none."""
    for _ in range(200):
        if page.evaluate(count) == 0:
            return
        page.wait_for_timeout(100)
    raise AssertionError("there is still one")
