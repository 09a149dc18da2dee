"""What the first view of the chart page weighs on the wire, and that Plotly comes only when it is asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Response, expect

from firststep.extensions import db
from firststep.models import Patient
from tests import factories
from tests.browser.conftest import sign_in
from tests.cast import TODAY, Cast
from tests.support.relay import Relay, counting

pytestmark = pytest.mark.browser

PAGE_BYTES, SCRIPT_BYTES, STYLE_BYTES = 60_000, 25_000, 7_000
PLOTLY_BYTES = 335_000
# The service worker, what opens without a connection (of it 5,000 the forms of dated things), and what drug labels say:
# fetched after the first view.
KEPT_BYTES = 48_500
# How far back the diary reaches that Ana has anyway.
DAYS_OF_CAST = 49


@pytest.fixture
def wire(site: str) -> Iterator[Relay]:
    """Return a relay before the site that counts every byte."""
    with counting(site) as relay:
        yield relay


@pytest.fixture
def page(app: Flask, cast: Cast, wire: Relay, chromium: Browser) -> Iterator[Page]:
    """Return the page of a phone with empty caches on which Ana is signed in; she has logged a year."""
    log_a_year(app, cast)
    context = chromium.new_context(base_url=wire.address, viewport={"width": 360, "height": 780}, has_touch=True)
    sign_in(app, context, wire.address, cast.ana_user)
    yield context.new_page()
    context.close()


def log_a_year(app: Flask, cast: Cast) -> None:
    """Let Ana's diary begin a year ago: no two days of a week alike, and a gap now and then."""
    first = TODAY - timedelta(days=364)
    pains = [None if day % 11 == 0 else 9 - day // 60 - day % 3 for day in range(364 - DAYS_OF_CAST)]
    with app.app_context():
        ana = db.session.get_one(Patient, cast.ana)
        factories.make_diary(db.session, ana, first, pains)
        db.session.commit()


def test_the_first_view_of_the_chart_page_is_light(page: Page, wire: Relay) -> None:
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto("/progress?days=365", wait_until="networkidle")
    by_kind: Counter[str] = Counter()
    for answer in answers:
        by_kind[answer.request.resource_type] += answer.request.sizes()["responseBodySize"]
    # With the table, which comes when it is opened.
    page.locator("summary", has_text="Show as a table").first.click()
    expect(page.locator("#trajectory").get_by_role("row").nth(300)).to_be_attached()
    assert wire.received <= PAGE_BYTES
    assert 0 < by_kind["script"] <= SCRIPT_BYTES
    assert 0 < by_kind["stylesheet"] <= STYLE_BYTES
    assert not [answer.url for answer in answers if "plotly" in answer.url]


def test_what_the_phone_keeps_for_later_is_light_too(page: Page, wire: Relay) -> None:
    page.goto("/progress?days=365", wait_until="networkidle")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_load_state("networkidle")
    assert wire.received <= PAGE_BYTES + KEPT_BYTES


def test_plotly_comes_once_when_it_is_asked_for_and_stays(page: Page, wire: Relay) -> None:
    page.goto("/progress", wait_until="networkidle")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_load_state("networkidle")
    before = wire.received
    page.get_by_role("button", name="Explore").first.tap()
    expect(page.locator("[data-chart-status]").first).to_have_text("Touch the chart, or point at it, to read values.")
    assert 300_000 < wire.received - before <= PLOTLY_BYTES + PAGE_BYTES
    before = wire.received
    page.get_by_role("link", name="1 year").click()
    expect(page.get_by_role("link", name="1 year")).to_have_attribute("aria-current", "true")
    page.reload(wait_until="networkidle")
    page.get_by_role("button", name="Explore").first.tap()
    expect(page.locator("[data-chart-status]").first).to_have_text("Touch the chart, or point at it, to read values.")
    assert wire.received - before <= PAGE_BYTES


def test_static_files_are_brotli_and_kept_for_good(page: Page) -> None:
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto("/progress", wait_until="networkidle")
    page.get_by_role("button", name="Explore").first.tap()
    expect(page.locator("[data-chart-status]").first).to_have_text("Touch the chart, or point at it, to read values.")
    built = [answer for answer in answers if "/static/dist/" in answer.url]
    assert {answer.url.rpartition(".")[2] for answer in built} >= {"js", "css"}
    for answer in built:
        assert "immutable" in answer.headers["cache-control"], answer.url
        if not answer.url.endswith(".png"):
            assert answer.headers["content-encoding"] == "br", answer.url
