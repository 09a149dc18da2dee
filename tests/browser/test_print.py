"""On paper a chart is the server's picture in the colours of paper, also when it was explored on a dark screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.cast import Cast

pytestmark = pytest.mark.browser


def test_paper_gets_the_picture_of_an_explored_chart(open_phone: OpenPage, cast: Cast) -> None:
    page = open_phone(cast.ana_user, colours="dark")
    page.goto("/progress")
    chart = page.locator("#trajectory, [data-chart]").first
    page.get_by_role("button", name="Explore").first.tap()
    expect(page.locator("[data-chart-status]").first).to_have_text("Touch the chart, or point at it, to read values.")
    still, plot = chart.locator(".figure__still").first, chart.locator("[data-chart-plot]").first
    expect(still).to_have_css("opacity", "0")
    expect(plot).to_be_visible()
    whose = page.get_by_text("Ana Canary, 23 November 2026")
    expect(whose).to_be_hidden()
    page.emulate_media(media="print", color_scheme="dark")
    expect(still).to_have_css("opacity", "1")
    expect(plot).to_be_hidden()
    expect(whose).to_be_visible()
    # What is folded away cannot be opened on paper.
    expect(page.get_by_text("Show as a table").first).to_be_hidden()
    ink = page.locator("svg .f-ink").first.evaluate("(text) => getComputedStyle(text).fill")
    assert ink == "rgb(27, 36, 48)"
