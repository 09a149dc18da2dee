"""The list of patients in Chromium: by keyboard, without scripts, printed, in order, and how it looks."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from firststep.extensions import db
from tests.blueprints.test_panel_pages import add
from tests.browser.conftest import OpenPage
from tests.cast import CANARY_NAME, Cast

pytestmark = pytest.mark.browser


@pytest.fixture
def shares(app: Flask, cast: Cast) -> dict[str, UUID]:
    """Return the shares of a list in which every reason but one stands."""
    courses: dict[str, list[int | None]] = {
        "Bea Berg": [4] * 21,
        "Nia Novak": [6] * 16,
        "Udo Ulm": [5] * 60,
        "Wim Wolf": [*[4] * 14, *[6] * 7],
    }
    with app.app_context():
        made = {name: add(db.session, cast, name, pains=pains)[0] for name, pains in courses.items()}
    return {CANARY_NAME: cast.share, **made}


def focused(page: Page) -> str:
    """Return the name of the person in whose line the focus is."""
    return str(page.evaluate("document.activeElement.closest('li')?.querySelector('h2').innerText ?? ''"))


def test_the_list_by_keyboard(open_phone: OpenPage, cast: Cast, shares: dict[str, UUID]) -> None:
    page = open_phone(cast.cho_user)
    page.goto("/practice")
    order = []
    for key in ("j", "ArrowDown", "k", "ArrowDown", "j", "j", "j"):
        page.keyboard.press(key)
        order.append(focused(page).split()[0])
    assert order == ["Ana", "Wim", "Ana", "Wim", "Nia", "Udo", "Bea"]
    page.keyboard.press("j")
    assert focused(page) == "Bea Berg"
    page.keyboard.press("/")
    page.keyboard.type("jk")
    expect(page.get_by_role("searchbox")).to_have_value("jk")
    page.keyboard.press("Control+a")
    page.keyboard.type("wo")
    page.keyboard.press("Enter")
    page.wait_for_url("**/practice?name=wo*")
    expect(page.locator(".person h2")).to_have_text(["Wim Wolf"])
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/practice/{shares['Wim Wolf']}/visit")
    # From here the arrows go through the whole list, in its order.
    for key, name in (("ArrowRight", "Nia Novak"), ("ArrowRight", "Udo Ulm"), ("ArrowLeft", "Nia Novak")):
        page.keyboard.press(key)
        page.wait_for_url(f"**/practice/{shares[name]}/visit")


@pytest.mark.parametrize("javascript", [True, False])
def test_who_is_picked_is_printed_each_on_a_page(
    open_phone: OpenPage, cast: Cast, shares: dict[str, UUID], javascript: bool
) -> None:
    page = open_phone(cast.cho_user, javascript=javascript)
    page.goto("/practice")
    for name in (CANARY_NAME, "Wim Wolf"):
        page.get_by_label(f"Pick for today: {name}").check()
    # What is picked stays picked while one looks for others.
    page.get_by_label("Name").fill("bea")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".person h2")).to_have_text(["Bea Berg"])
    page.get_by_label("Pick for today: Bea Berg").check()
    page.get_by_role("button", name="Print all who are picked").click()
    expect(page.locator(".sheet__name")).to_have_text([CANARY_NAME, "Wim Wolf", "Bea Berg"])
    assert page.evaluate("document.documentElement.scrollWidth") == 360 if javascript else True
    printed = page.pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 3


@pytest.mark.usefixtures("shares")
def test_how_the_pages_of_the_list_look(open_phone: OpenPage, cast: Cast, take: Callable[[Page, str], None]) -> None:
    page = open_phone(cast.cho_user)
    for name, address in {
        "panel": "/practice",
        "panel-rules": "/practice/rules",
        "panel-snooze": f"/practice/{cast.share}/snooze",
        "panel-today": f"/practice/today?share={cast.share}",
        "panel-nobody": "/practice?name=xyz",
    }.items():
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") == 360, address
        take(page, name)
