"""The page of the whole course, in Chromium: what it leaves for later comes when it is scrolled to, or opened."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, ViewportSize, expect

from firststep.extensions import db
from tests.browser.conftest import Faults, OpenPage
from tests.browser.kept import until_kept
from tests.browser.look import colour_problems, problems
from tests.browser.test_offline import install, lost
from tests.cast import TODAY, Cast
from tests.support.crowd import add_year

pytestmark = pytest.mark.browser
__all__ = ["lost"]

#: Below the width at which a browser explores by itself.
WIDE_SCREEN: ViewportSize = {"width": 1000, "height": 800}


@pytest.fixture
def long_course(app: Flask, cast: Cast) -> None:
    """Let Ben answer every day for three years."""
    with app.app_context():
        add_year(db.session, cast.ben, TODAY - timedelta(days=1), 1_100)
        db.session.commit()


def asked_parts(page: Page) -> list[str]:
    """Return a list that each part goes into when the page asks for it."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "chart=" in request.url else None)
    return asked


def scroll_to(page: Page, key: str) -> None:
    """Scroll as a finger would: what comes takes the place of what was scrolled to."""
    page.evaluate("(id) => document.getElementById(id).scrollIntoView()", key)


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_charts_come_when_somebody_scrolls_to_them(
    open_phone: OpenPage, cast: Cast, long_course: None, colours: str
) -> None:
    page = open_phone(cast.ben_user, colours="dark" if colours == "dark" else "light")
    asked = asked_parts(page)
    page.goto("/progress?days=all")
    expect(page.locator("#trajectory .only-narrow svg")).to_be_visible()
    expect(page.locator("[data-later]")).to_have_count(4)
    assert asked == []
    for key in ("change", "nsaid", "stretching"):
        scroll_to(page, key)
        expect(page.locator(f"#{key} .figure__still svg")).to_be_visible()
    # Once each: what has come is not asked for again.
    page.evaluate("scrollTo(0, 0)")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(page.locator("#stretching .figure__still svg")).to_be_visible()
    assert len(asked) == 3
    assert problems(page) + colour_problems(page) == []
    page.locator("#nsaid").get_by_role("button", name="Explore").tap()
    expect(page.locator("#nsaid [data-chart-status]")).to_have_text("Touch the chart, or point at it, to read values.")
    expect(page.locator("#nsaid [data-chart-plot] .bars")).to_have_count(0)
    expect(page.locator("#nsaid .figure__still")).to_have_css("opacity", "0")


def test_another_choice_leaves_the_reader_where_they_are(open_phone: OpenPage, cast: Cast, long_course: None) -> None:
    page = open_phone(cast.ben_user)
    page.goto("/progress?days=all")
    for key in ("change", "nsaid", "stretching"):
        scroll_to(page, key)
        expect(page.locator(f"#{key} .figure__still svg")).to_be_visible()
    high = page.locator(".panels").evaluate("(panels) => panels.offsetHeight")
    choice = page.get_by_role("link", name="All three")
    choice.tap()
    expect(choice).to_have_attribute("aria-current", "true")
    expect(page.locator(".panels > [data-later]").first).to_be_attached()
    assert page.locator(".panels").evaluate("(panels) => panels.offsetHeight") == pytest.approx(high, abs=1)


def test_a_chart_that_comes_under_the_focus_has_it(open_phone: OpenPage, cast: Cast, long_course: None) -> None:
    page = open_phone(cast.ben_user)
    page.goto("/progress?days=all")
    page.locator("#change").get_by_role("link", name="Show the chart").focus()
    expect(page.locator("#change .figure__still svg")).to_be_visible()
    expect(page.locator("#change .figure__sentence")).to_be_focused()


def test_the_table_comes_when_it_is_opened(open_phone: OpenPage, cast: Cast, long_course: None) -> None:
    page = open_phone(cast.ben_user)
    asked = asked_parts(page)
    page.goto("/progress?days=all")
    summary = page.locator("#trajectory summary")
    summary.tap()
    expect(page.locator("#trajectory table")).to_be_visible()
    expect(page.locator("#trajectory tbody tr")).to_have_count(37)
    summary.tap()
    summary.tap()
    expect(page.locator("#trajectory table")).to_be_visible()
    assert len([url for url in asked if "chart=table" in url]) == 1
    assert problems(page) == []


def test_paper_tells_which_charts_were_not_opened(open_phone: OpenPage, cast: Cast, long_course: None) -> None:
    page = open_phone(cast.ben_user)
    page.goto("/progress?days=all")
    scroll_to(page, "change")
    expect(page.locator("#change .figure__still svg")).to_be_visible()
    told = page.get_by_text("Not drawn: the page was printed before this chart was opened.")
    expect(told.first).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.locator("#stretching").get_by_text("Not drawn")).to_be_visible()
    expect(page.locator("#change").get_by_text("Not drawn")).to_have_count(0)
    page.emulate_media(media="screen")
    page.goto("/progress?days=all&chart=nsaid")
    whose = page.get_by_text("Ben, 23 November 2026")
    expect(whose).to_be_hidden()
    page.emulate_media(media="print")
    expect(whose).to_be_visible()


def test_without_scripts_a_chart_is_a_tap_away(open_phone: OpenPage, cast: Cast, long_course: None) -> None:
    page = open_phone(cast.ben_user, javascript=False)
    page.goto("/progress?days=all")
    page.locator("#nsaid").get_by_role("link", name="Show the chart").click()
    expect(page.get_by_role("heading", name="NSAIDs: 0.0 days a week", exact=False)).to_be_visible()
    page.get_by_role("link", name="All charts").click()
    expect(page.locator("#nsaid").get_by_role("link", name="Show the chart")).to_be_in_viewport()


def test_a_chart_that_did_not_come_is_a_tap_away(
    open_phone: OpenPage, cast: Cast, long_course: None, faults: Faults
) -> None:
    page = open_phone(cast.ben_user)
    page.goto("/progress?days=all")
    page.context.set_offline(True)
    scroll_to(page, "change")
    expect(page.locator("#toast")).to_contain_text("No connection. This part of the page could not be loaded.")
    expect(page.locator("#change").get_by_role("link", name="Show the chart")).to_be_visible()
    page.context.set_offline(False)
    page.locator("#change").get_by_role("link", name="Show the chart").tap()
    expect(page.locator("#change .figure__still svg")).to_be_visible()
    for words in ("ERR_INTERNET_DISCONNECTED", "Failed to fetch", "htmx:error"):
        faults.forgive(words)


def test_what_came_later_is_seen_again_without_a_connection(
    open_phone: OpenPage, cast: Cast, long_course: None, lost: None
) -> None:
    page = open_phone(cast.ben_user)
    page.goto("/progress?days=all")
    install(page)
    page.locator("#trajectory summary").tap()
    expect(page.locator("#trajectory table")).to_be_visible()
    # Of a chart that is being explored the phone keeps the picture below it.
    page.locator("#trajectory").get_by_role("button", name="Explore").tap()
    expect(page.locator("#trajectory [data-chart-plot] .main-svg").first).to_be_visible()
    scroll_to(page, "nsaid")
    until_kept(page, "nsaid-sentence")
    page.context.set_offline(True)
    page.goto("/progress")
    expect(page.get_by_text("No connection. This is the chart as you saw it last,")).to_be_visible()
    expect(page.locator("#trajectory .only-narrow svg")).to_be_visible()
    expect(page.locator("#nsaid .figure__still svg")).to_be_visible()
    expect(page.locator("#trajectory tbody tr")).to_have_count(37)
    page.locator("#trajectory summary").tap()
    page.locator("#trajectory summary").tap()
    expect(page.locator("#trajectory table")).to_be_visible()
    expect(page.locator("#toast")).to_be_hidden()
    # Nothing is there that leads nowhere.
    sources = page.get_by_text("All sources, what they measured, and what could not be verified")
    expect(sources).to_be_visible()
    expect(sources.and_(page.get_by_role("link"))).to_have_count(0)
    expect(page.locator("[data-later] a, section[data-later]")).to_have_count(0)


def test_a_wide_screen_gets_its_own_picture_and_nothing_moves(
    open_phone: OpenPage, cast: Cast, long_course: None
) -> None:
    page = open_phone(cast.ben_user)
    page.set_viewport_size(WIDE_SCREEN)
    held: list[Route] = []
    page.route("**/progress?*chart=wide*", lambda route: held.append(route))
    with page.expect_request(lambda request: "chart=wide" in request.url):
        page.goto("/progress?days=all")
    picture, legend = page.locator("#trajectory .figure__still").first, page.locator("#trajectory .legend")
    expect(picture.locator(".only-narrow svg")).to_be_visible()
    stood_at = legend.bounding_box()
    (route,) = held
    route.continue_()
    expect(picture.locator(".only-wide svg")).to_be_visible()
    expect(picture.locator(".only-narrow svg")).to_be_hidden()
    assert legend.bounding_box() == stood_at
    assert problems(page) + colour_problems(page) == []


def test_a_low_screen_gets_the_wide_picture_before_its_end_is_seen(
    open_phone: OpenPage, cast: Cast, long_course: None
) -> None:
    page = open_phone(cast.ben_user)
    page.set_viewport_size({"width": 844, "height": 300})
    page.goto("/progress?days=all")
    scroll_to(page, "trajectory")
    expect(page.locator("#trajectory .legend")).not_to_be_in_viewport()
    expect(page.locator("#trajectory .only-wide svg")).to_be_visible()


def test_a_phone_that_is_turned_gets_the_wide_picture(open_phone: OpenPage, cast: Cast, long_course: None) -> None:
    page = open_phone(cast.ben_user)
    page.goto("/progress?days=all")
    expect(page.locator("#trajectory .only-narrow svg")).to_be_visible()
    page.set_viewport_size({"width": 780, "height": 360})
    scroll_to(page, "trajectory")
    expect(page.locator("#trajectory .only-wide svg")).to_be_visible()


def test_without_scripts_a_wide_screen_shows_the_narrow_picture(
    open_phone: OpenPage, cast: Cast, long_course: None
) -> None:
    page = open_phone(cast.ben_user, javascript=False)
    page.set_viewport_size(WIDE_SCREEN)
    page.goto("/progress?days=all")
    expect(page.locator("#trajectory .only-narrow svg")).to_be_visible()
