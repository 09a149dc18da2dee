"""The frame of every page works on a small phone, with and without JavaScript, in light and dark."""

from __future__ import annotations

from typing import Literal

import pytest

from tests.browser.conftest import OpenPage
from tests.cast import Cast

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_the_start_page_fits_a_small_phone(open_phone: OpenPage, colours: Literal["light", "dark"]) -> None:
    page = open_phone(colours=colours)
    answer = page.goto("/")
    assert answer is not None
    assert answer.status == 200
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    brightness = sum(int(part) for part in light.removeprefix("rgb(").removesuffix(")").split(",")[:3])
    assert (brightness > 600) is (colours == "light")


def test_the_first_tab_stop_leads_to_the_content(open_phone: OpenPage) -> None:
    page = open_phone()
    page.goto("/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


@pytest.mark.parametrize("javascript", [True, False])
def test_a_patient_walks_from_page_to_page(open_phone: OpenPage, cast: Cast, javascript: bool) -> None:
    page = open_phone(cast.ana_user, javascript=javascript)
    page.goto("/")
    for address in ("/progress", "/share", "/settings", "/log"):
        page.locator(f"nav a[href='{address}']").click()
        page.wait_for_url(f"**{address}")
        assert page.locator("h1").count() == 1
        assert page.locator("nav a[aria-current=page]").get_attribute("href") == address
