"""The cohort's page in Chromium: right at every size and in both colours, explored by a tap, whole on paper."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from playwright.sync_api import expect

from blueprints.cohort import found
from firststep.jobs.count_cohorts import count_cohorts
from tests.browser.conftest import OpenPage
from tests.browser.look import colour_problems, problems
from tests.cast import NOW, Cast
from tests.commands.test_sheets import bring_in

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def _sheet(app: Flask, cast: Cast) -> None:
    bring_in(app)


def test_the_page_is_right_on_a_phone_and_on_a_desk(open_phone: OpenPage, cast: Cast) -> None:
    for colours in ("light", "dark"):
        page = open_phone(cast.cho_user, colours=colours)  # type: ignore[arg-type]
        page.goto("/practice/cohort")
        for width, height in ((360, 780), (1280, 800)):
            page.set_viewport_size({"width": width, "height": height})
            assert (problems(page) if colours == "light" else colour_problems(page)) == []


def test_a_tap_explores_the_curves(open_phone: OpenPage, cast: Cast) -> None:
    page = open_phone(cast.cho_user)
    page.goto("/practice/cohort")
    page.locator("#relief").get_by_role("button", name="Explore").click()
    expect(page.locator("#relief[data-chart-state=ready] .scatterlayer .trace").first).to_be_attached()
    expect(page.locator("#relief .annotation-text", has_text="Weeks. Still followed:")).to_be_attached()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_large_practice_is_counted_apart_and_comes_by_itself(
    app: Flask, open_phone: OpenPage, cast: Cast, monkeypatch: pytest.MonkeyPatch, javascript: bool
) -> None:
    monkeypatch.setattr(found, "MOST_AT_ONCE", 10)
    page = open_phone(cast.cho_user, javascript=javascript)
    page.goto("/practice/cohort?lasted=")
    if not javascript:
        page.get_by_role("button", name="Count now").click()
    expect(page.get_by_text("Counting. This takes some seconds")).to_be_visible()
    with app.app_context():
        assert count_cohorts(NOW)["counted"] == 1
    if not javascript:
        page.get_by_role("link", name="Look again").click()
    expect(page.locator("#relief svg").first).to_be_visible()
    expect(page.locator("#waiting")).to_have_count(0)
    expect(page.get_by_text("Counted on 23 Nov 2026, 07:30")).to_be_visible()


def test_paper_has_the_figures_and_what_the_words_mean(open_phone: OpenPage, cast: Cast) -> None:
    page = open_phone(cast.cho_user, javascript=False)
    page.goto("/practice/cohort")
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) <= 6
    page.emulate_media(media="print")
    expect(page.locator("#relief svg").first).to_be_visible()
    expect(page.get_by_text("Nothing here ranks kinds of care or people.")).to_be_visible()
