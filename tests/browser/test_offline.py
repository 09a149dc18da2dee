"""Without a connection: the shell for a patient's page, nothing in the way of the practitioners' area."""

from __future__ import annotations

import pytest
from playwright.sync_api import Error, Page, expect

from tests.browser.conftest import Faults, OpenPage
from tests.cast import Cast

pytestmark = pytest.mark.browser


def without_connection(page: Page) -> None:
    """Wait until the service worker is at work, and cut the connection of page and worker."""
    page.goto("/")
    page.evaluate("async () => { await navigator.serviceWorker.ready; }")
    page.context.set_offline(True)


def test_a_page_of_the_patient_falls_back_to_a_shell_without_any_person(
    cast: Cast, open_phone: OpenPage, faults: Faults
) -> None:
    page = open_phone(cast.ana_user)
    without_connection(page)
    for address in ("/log", "/progress?days=90", "/settings"):
        page.goto(address)
        expect(page.get_by_role("heading", name="No connection")).to_be_visible()
        assert "Ana" not in page.content()
    page.context.set_offline(False)
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("heading", name="Settings", exact=True)).to_be_visible()
    _forget_failed_loads(faults)


@pytest.mark.parametrize("address", ["/practice", "/practice?order=name", "/diary.csv?days=30"])
def test_the_practice_and_downloads_are_left_to_the_browser(
    cast: Cast, open_phone: OpenPage, faults: Faults, address: str
) -> None:
    page = open_phone(cast.cho_user)
    without_connection(page)
    with pytest.raises(Error, match="ERR_INTERNET_DISCONNECTED"):
        page.goto(address)
    _forget_failed_loads(faults)


def _forget_failed_loads(faults: Faults) -> None:
    """What could not be loaded without a connection is no fault; anything else is."""
    assert [message for message in faults.messages if "net::ERR_" not in message] == []
    faults.messages.clear()
