"""Logging a day and looking at the course with the keyboard alone; where the focus is can always be seen."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.conftest import OpenPage
from tests.browser.steps import Entry
from tests.cast import Cast

pytestmark = pytest.mark.browser

DAY = date(2026, 11, 20)
MOST_STOPS = 60

# The outline may be drawn on what stands for an invisible radio button: its face, or its card.
_FOCUS = """
() => {
  const element = document.activeElement;
  const marked = [element, element.nextElementSibling, element.closest("label")].filter(Boolean).find((part) => {
    const style = getComputedStyle(part);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  });
  if (!marked) return "no outline";
  const box = marked.getBoundingClientRect();
  const [x, y] = [box.x + box.width / 2, box.y + Math.min(box.height / 2, 20)];
  const top = document.elementFromPoint(x, y);
  if (!top) return "outside the screen";
  const own = marked.contains(top) || top.contains(element) || element.closest("label")?.contains(top);
  return own ? "" : `hidden behind ${top.outerHTML.slice(0, 80)}`;
}
"""


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the wanted element has the focus; at each stop it is seen where the focus is."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        at = page.evaluate("document.activeElement.outerHTML.slice(0, 120)")
        assert page.evaluate(_FOCUS) == "", at
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"{selector} is not reached by {MOST_STOPS} tabs")


def saved(page: Page) -> None:
    """Wait until the server has what was chosen."""
    expect(page.locator("[data-log-status]")).to_have_text("Saved")


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no-javascript"])
def test_a_day_is_logged_and_the_course_is_read(open_phone: OpenPage, cast: Cast, javascript: bool) -> None:
    page = open_phone(cast.ben_user, javascript=javascript)
    page.goto("/log")
    tab_to(page, f"a[href='/log/{DAY.isoformat()}']")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/log/{DAY.isoformat()}")
    tab_to(page, "[name^=first_step_pain]")
    for _ in range(7):
        page.keyboard.press("ArrowRight")
    tab_to(page, "[name^=average_pain]")
    page.keyboard.press("Space")
    tab_to(page, "[name=stretch_done]")
    page.keyboard.press("ArrowRight")
    tab_to(page, "[name=nsaid_taken]")
    page.keyboard.press("ArrowLeft")
    tab_to(page, "[name=stretch_minutes]")
    page.keyboard.type("12")
    tab_to(page, "form > details > summary")
    page.keyboard.press("Enter")
    tab_to(page, "[name=note]")
    page.keyboard.type("Long walk.")
    if javascript:
        page.keyboard.press("Tab")
    else:
        tab_to(page, "[data-log-save]")
        page.keyboard.press("Enter")
    saved(page)
    steps.expect_logged(page, DAY, Entry(first_step_pain=7, average_pain=0, stretching="Done", nsaid="No"))
    expect(page.locator("[name=stretch_minutes]")).to_have_value("12")
    expect(page.locator("[name=note]")).to_have_value("Long walk.")
    tab_to(page, "nav a[href='/progress']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/progress")
    tab_to(page, ".tabs a[href*='365']")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="1 year")).to_have_attribute("aria-current", "true")
    tab_to(page, "summary")
    page.keyboard.press("Enter")
    if not javascript:
        # The table of a year is a page of its own.
        tab_to(page, "a[href*='chart=table']")
        page.keyboard.press("Enter")
    expect(page.get_by_role("row", name="20 Nov 2026")).to_contain_text("7")
    tab_to(page, "[role=region]")


def test_plotly_is_asked_for_by_keyboard(open_phone: OpenPage, cast: Cast) -> None:
    page = open_phone(cast.ana_user)
    page.goto("/progress")
    tab_to(page, "[data-chart-explore]")
    page.keyboard.press("Enter")
    status = page.locator("[data-chart-status]").first
    expect(status).to_have_text("Touch the chart, or point at it, to read values.")
    # The button is gone, and what follows it comes next.
    expect(status).to_be_focused()
    # Who hears the page has the picture with its name as before, and not the parts of what is drawn over it.
    expect(page.locator("#trajectory").get_by_role("img")).to_have_count(1)


def test_the_choice_that_was_made_keeps_the_focus(open_phone: OpenPage, cast: Cast) -> None:
    page = open_phone(cast.ana_user)
    page.goto("/progress")
    for name in ("1 year", "Over the day", "None"):
        choice = page.get_by_role("link", name=name, exact=True)
        choice.focus()
        page.keyboard.press("Enter")
        expect(choice).to_have_attribute("aria-current", "true")
        expect(choice).to_be_focused()


@pytest.mark.parametrize("slower", [1, 6])
def test_quick_steps_end_where_the_last_one_did(open_phone: OpenPage, cast: Cast, slower: int) -> None:
    page = open_phone(cast.ben_user)
    page.goto(f"/log/{DAY.isoformat()}")
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
    page.locator("[name=first_step_pain-right]").first.focus()
    for _ in range(7):
        page.keyboard.press("ArrowRight")
    expect(page.locator("[name=first_step_pain-right]:checked")).to_have_value("7")
    saved(page)
    expect(page.locator("[name=first_step_pain-right]:checked")).to_have_value("7")
    page.reload()
    expect(page.locator("[name=first_step_pain-right]:checked")).to_have_value("7")
