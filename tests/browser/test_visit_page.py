"""The page before a visit in Chromium: one screen of a laptop, one printed page, the arrow keys, the end of a share."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import update

from firststep.extensions import db
from firststep.models import Patient, Practitioner, Share
from tests import cast as people
from tests import factories
from tests.blueprints.test_visit_page import add_noted
from tests.browser.conftest import Faults, OpenPage
from tests.cast import Cast

pytestmark = pytest.mark.browser


@pytest.fixture
def other(app: Flask, cast: Cast) -> Any:
    """Let Ana's share show everything, and return that of somebody who stands after her in the list."""
    with app.app_context():
        add_noted(db.session, cast)
        db.session.execute(update(Share).where(Share.id == cast.share).values(scope="notes"))
        patient = Patient(alias="Zzz", created_at=factories.LONG_AGO)
        db.session.add(patient)
        db.session.flush()
        share = factories.make_share(db.session, patient, db.session.get_one(Practitioner, cast.cho))
        db.session.commit()
        return share.id


@pytest.mark.usefixtures("other")
def test_one_screen_and_one_printed_page(open_phone: OpenPage, cast: Cast) -> None:
    page = open_phone(cast.cho_user)
    page.goto(f"/practice/{cast.share}/visit")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.set_viewport_size({"width": 1280, "height": 800})
    assert page.evaluate("document.documentElement.scrollHeight") == 800
    printed = page.pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1


def test_arrow_keys_go_through_the_list(open_phone: OpenPage, cast: Cast, other: Any) -> None:
    page = open_phone(cast.cho_user)
    # Of neither of them is there a new entry: they stand by name.
    page.goto("/practice")
    page.goto(f"/practice/{cast.share}/visit")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    page.wait_for_url(f"**/practice/{other}/visit")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(f"**/practice/{cast.share}/visit")


@pytest.mark.usefixtures("other")
@pytest.mark.parametrize("way", ["a minute", "into view"])
@pytest.mark.parametrize("path", ["", "/visit", "?days=365&ranges=all", "/sessions", "/sessions/new"])
def test_an_open_page_ends_with_the_share(
    app: Flask, open_phone: OpenPage, cast: Cast, faults: Faults, path: str, way: str
) -> None:
    page = open_phone(cast.cho_user)
    page.clock.install()
    page.goto(f"/practice/{cast.share}{path}")
    expect(page.locator("main")).to_contain_text("Ana")
    people.sign_in(app, cast.ana_user).post(f"/share/{cast.share}/stop")
    if way == "a minute":
        page.clock.fast_forward(60_000)
    else:
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_role("alert")).to_have_text("Access ended")
    expect(page.locator("main")).not_to_contain_text("Ana")
    # Neither the way back nor a store of the browser keeps it.
    page.get_by_role("link", name="Back to the list").click()
    expect(page.get_by_role("heading", name="Patients")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Not found")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("Ana")
    kept = page.evaluate("""async () => {
      const names = await caches.keys();
      const stores = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
      return stores.flat().map((request) => request.url).concat(Object.keys(localStorage), Object.keys(sessionStorage));
    }""")
    assert [one for one in kept if "/practice" in one or "Ana" in one] == []
    # The browser says of the answers that they were 404, which they are meant to be.
    assert [message for message in faults.messages if "404" not in message] == []
    faults.messages.clear()


@pytest.mark.parametrize("way", ["scroll", "tab"])
def test_an_open_page_that_asks_for_more_ends_with_the_share(
    app: Flask, open_phone: OpenPage, cast: Cast, faults: Faults, way: str
) -> None:
    page = open_phone(cast.cho_user)
    page.goto(f"/practice/{cast.share}?days=all")
    expect(page.locator("main")).to_contain_text("Ana")
    people.sign_in(app, cast.ana_user).post(f"/share/{cast.share}/stop")
    if way == "scroll":
        page.locator("#nsaid").scroll_into_view_if_needed()
    else:
        page.get_by_role("link", name="30 days").tap()
    expect(page.get_by_role("alert")).to_have_text("Access ended")
    expect(page.locator("main")).not_to_contain_text("Ana")
    expect(page.locator("main h1")).to_have_count(1)
    assert [message for message in faults.messages if "404" not in message] == []
    faults.messages.clear()


@pytest.mark.usefixtures("other")
@pytest.mark.parametrize("address", ["/practice", "/practice/today?share={share}"])
def test_an_open_list_ends_with_a_share_of_it(
    app: Flask, open_phone: OpenPage, cast: Cast, faults: Faults, address: str
) -> None:
    page = open_phone(cast.cho_user)
    page.clock.install()
    page.goto(address.format(share=cast.share))
    expect(page.locator("main")).to_contain_text("Ana")
    people.sign_in(app, cast.ana_user).post(f"/share/{cast.share}/stop")
    page.clock.fast_forward(60_000)
    expect(page.get_by_role("alert")).to_have_text("Access ended")
    expect(page.locator("main")).not_to_contain_text("Ana")
    assert [message for message in faults.messages if "404" not in message] == []
    faults.messages.clear()
