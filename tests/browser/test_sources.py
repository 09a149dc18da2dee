"""A link from a chart to a source opens it, on the first look and on the same page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser


def test_a_link_to_a_source_opens_it(open_phone: OpenPage, site: str) -> None:
    page = open_phone()
    page.goto(f"{site}/benchmarks#hansen-2018")
    expect(page.locator("#hansen-2018")).to_have_attribute("open", "")
    expect(page.get_by_text("Still had it 1 year after the first symptoms.")).to_be_in_viewport()
    expect(page.locator("#radford-2007")).not_to_have_attribute("open", "")
    page.locator("#hansen-2018").get_by_role("link", name="AAOS handout").click()
    expect(page.locator("#aaos")).to_have_attribute("open", "")
