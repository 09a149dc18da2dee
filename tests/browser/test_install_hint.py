"""The hint about the home screen: what fits the device, once there is an entry, and never again after a no."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Faults, OpenPage, sign_in, watch
from tests.browser.look import colour_problems, problems
from tests.browser.test_offline import status, tap
from tests.cast import Cast

pytestmark = pytest.mark.browser

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " Version/18.1 Mobile/15E148 Safari/604.1"
)
ANDROID_FIREFOX = "Mozilla/5.0 (Android 14; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0"

# What a browser without a window never sends: its offer to install, and the answer of the person.
_OFFER = """
(outcome) => {
  const offer = new Event("beforeinstallprompt", { cancelable: true });
  offer.prompt = async () => { window.asked = (window.asked ?? 0) + 1; };
  offer.userChoice = Promise.resolve({ outcome });
  window.dispatchEvent(offer);
  return offer.defaultPrevented;
}
"""


@pytest.fixture
def device(app: Flask, site: str, chromium: Browser, cast: Cast, faults: Faults) -> Iterator[Callable[[str], Page]]:
    """Return a function that opens a page on Ben's device, which names itself so."""
    contexts = []

    def open_page(agent: str) -> Page:
        context = chromium.new_context(
            base_url=site, user_agent=agent, viewport={"width": 360, "height": 780}, has_touch=True
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        sign_in(app, context, site, cast.ben_user)
        page = context.new_page()
        watch(page, site, faults)
        return page

    yield open_page
    for context in contexts:
        context.close()


def hint(page: Page) -> Locator:
    """Return the card."""
    return page.locator("[data-install]")


def log_something(page: Page) -> None:
    """Make an entry."""
    tap(page, "Stretching", "Done")
    status(page).to_have_text("Saved")


def test_where_the_browser_asks_there_is_a_button(
    open_phone: OpenPage, cast: Cast, take: Callable[[Page, str], None]
) -> None:
    page = open_phone(cast.ben_user)
    page.goto("/log")
    assert page.evaluate(_OFFER, "dismissed")
    page.wait_for_timeout(300)
    # Nothing was entered yet.
    expect(hint(page)).to_be_hidden()
    before = page.get_by_role("radiogroup", name="NSAID taken").bounding_box()
    log_something(page)
    expect(hint(page)).to_be_visible()
    assert page.get_by_role("radiogroup", name="NSAID taken").bounding_box() == before
    take(page, "install-prompt")
    assert problems(page) == []
    page.emulate_media(color_scheme="dark")
    assert colour_problems(page) == []
    page.get_by_role("button", name="Put it on the home screen").click()
    assert page.evaluate("window.asked") == 1
    # The browser asks once for each offer.
    expect(hint(page)).to_be_hidden()
    assert page.evaluate(_OFFER, "accepted")
    page.get_by_role("button", name="Put it on the home screen").click()
    expect(hint(page)).to_be_hidden()
    page.reload()
    assert not page.evaluate(_OFFER, "accepted")
    expect(hint(page)).to_be_hidden()


@pytest.mark.parametrize(
    ("agent", "steps", "others"),
    [
        (IPHONE, "Tap the Share button of Safari.", "Open the menu of Firefox."),
        (ANDROID_FIREFOX, "Open the menu of Firefox.", "Tap the Share button of Safari."),
    ],
    ids=["iphone", "firefox"],
)
def test_elsewhere_the_steps_are_told_until_it_is_refused(
    device: Callable[[str], Page], take: Callable[[Page, str], None], agent: str, steps: str, others: str
) -> None:
    page = device(agent)
    page.goto("/log")
    expect(hint(page)).to_be_hidden()
    log_something(page)
    expect(hint(page).get_by_text(steps)).to_be_visible()
    expect(hint(page).get_by_text(others)).to_be_hidden()
    expect(hint(page).get_by_role("button", name="Put it on the home screen")).to_be_hidden()
    take(page, f"install-{'ios' if agent == IPHONE else 'firefox'}")
    page.reload()
    expect(hint(page)).to_be_visible()
    hint(page).get_by_role("button", name="Do not show again").click()
    expect(hint(page)).to_be_hidden()
    page.reload()
    page.wait_for_load_state("networkidle")
    expect(hint(page)).to_be_hidden()
    # Signing out takes the person's things off the phone; the no was the phone's.
    page.goto("/settings")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    assert page.evaluate("Object.keys(localStorage)") == ["firststep-install"]


def test_without_a_way_nothing_is_said(open_phone: OpenPage, cast: Cast) -> None:
    page = open_phone(cast.ana_user)
    page.goto("/log")
    log_something(page)
    expect(hint(page)).to_be_hidden()


def test_installed_it_says_nothing(device: Callable[[str], Page]) -> None:
    page = device(IPHONE)
    page.add_init_script("Object.defineProperty(navigator, 'standalone', { value: true })")
    page.goto("/log")
    log_something(page)
    page.wait_for_timeout(300)
    expect(hint(page)).to_be_hidden()


def test_who_treats_is_not_asked(open_phone: OpenPage, cast: Cast) -> None:
    page = open_phone(cast.cho_user)
    for address in ("/practice", "/settings"):
        page.goto(address)
        assert not page.evaluate(_OFFER, "accepted")
        expect(hint(page)).to_have_count(0)
