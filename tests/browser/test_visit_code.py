"""A visit on two screens: the phone shows a code, the other device enters it, the phone allows and ends it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Faults, OpenPage
from tests.browser.look import colour_problems, problems
from tests.cast import Cast

pytestmark = pytest.mark.browser
Take = Callable[[Page, str], None]


def shown_digits(phone: Page) -> str:
    """Return the six digits that the phone shows, as they are written there."""
    return phone.locator("#visit dd").first.inner_text()


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no-javascript"])
def test_a_visit_from_the_code_to_its_end(
    cast: Cast, open_phone: OpenPage, take: Take, faults: Faults, javascript: bool
) -> None:
    phone, other = open_phone(cast.ana_user, javascript=javascript), open_phone(javascript=javascript)

    def look_again(page: Page) -> None:
        # With scripts the page asks by itself.
        if not javascript:
            page.reload()

    phone.goto("/share")
    phone.get_by_role("link", name="Show it at a visit").click()
    take(phone, "visit-begin")
    phone.get_by_role("radio", name="The charts", exact=False).first.check()
    phone.get_by_role("button", name="Make a code").click()
    expect(phone.get_by_role("img", name="QR code for the device")).to_be_visible()
    take(phone, "visit-shown")
    code = shown_digits(phone)
    assert re.fullmatch(r"\d{3} \d{3}", code)
    other.goto("/visit")
    take(other, "visit-enter")
    other.get_by_label("The six digits on their phone").fill(code)
    other.get_by_label("Your name, as the person knows you").fill("Dr Somebody")
    other.get_by_role("button", name="Ask to look").click()
    expect(other.get_by_role("heading", name="The person is asked now")).to_be_visible()
    take(other, "visit-waits")
    look_again(phone)
    expect(phone.get_by_role("heading", name="May they look?")).to_be_visible()
    take(phone, "visit-asked")
    if javascript:
        assert problems(phone) + colour_problems(phone) + problems(other) + colour_problems(other) == []
    sign = other.locator("#standing dd").inner_text()
    assert phone.locator("#visit dd").inner_text() == sign
    phone.get_by_role("button", name="Allow for one hour").click()
    expect(phone.get_by_role("heading", name="They can look now")).to_be_visible()
    take(phone, "visit-open")
    look_again(other)
    other.wait_for_url("**/visit/page")
    expect(other.get_by_role("heading", name="Ana Canary")).to_be_visible()
    take(other, "visit-reads")
    if javascript:
        assert problems(other) + colour_problems(other) == []
    other.get_by_role("link", name="Whole course").click()
    expect(other.get_by_role("heading", name="First-step pain: from")).to_be_visible()
    phone.get_by_role("button", name="End it now").click()
    expect(phone.get_by_text("Ended. Nobody sees anything.")).to_be_visible()
    if javascript:
        other.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    else:
        other.reload()
    other.wait_for_url("**/visit")
    expect(other.get_by_text("The person ended the look.")).to_be_visible()
    take(other, "visit-ended")
    other.go_back()
    expect(other.locator("main")).not_to_contain_text("Ana")
    faults.forgive("status of 401")


def test_an_open_page_at_a_visit_is_gone_within_a_minute(cast: Cast, open_phone: OpenPage, faults: Faults) -> None:
    phone, other = open_phone(cast.ana_user), open_phone()
    other.clock.install()
    phone.goto("/share/visit")
    phone.get_by_role("radio", name="The charts", exact=False).first.check()
    phone.get_by_role("button", name="Make a code").click()
    code = shown_digits(phone)
    other.goto("/visit")
    other.get_by_label("The six digits on their phone").fill(code)
    other.get_by_label("Your name, as the person knows you").fill("Dr Somebody")
    other.get_by_role("button", name="Ask to look").click()
    expect(other.get_by_role("heading", name="The person is asked now")).to_be_visible()
    phone.reload()
    phone.get_by_role("button", name="Allow for one hour").click()
    expect(phone.get_by_role("heading", name="They can look now")).to_be_visible()
    other.clock.fast_forward(3_000)
    other.wait_for_url("**/visit/page")
    expect(other.get_by_role("heading", name="Ana Canary")).to_be_visible()
    phone.get_by_role("button", name="End it now").click()
    expect(phone.get_by_text("Ended. Nobody sees anything.")).to_be_visible()
    other.clock.fast_forward(60_000)
    expect(other.get_by_text("The person ended the look.")).to_be_visible()
    expect(other.locator("main")).not_to_contain_text("Ana")
    faults.forgive("status of 401")
