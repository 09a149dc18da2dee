"""A practitioner's profile and practice in Chromium: begun, joined, handed over, on a phone and on a desk."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from firststep.extensions import db
from firststep.models import Practitioner
from tests.blueprints.test_team import newest_link
from tests.browser.conftest import Faults, OpenPage
from tests.browser.look import colour_problems, problems
from tests.cast import Cast

pytestmark = pytest.mark.browser


def is_right(page: Page) -> None:
    """Check the page at both sizes, in light and dark."""
    for width, height in ((360, 780), (1280, 800)):
        page.set_viewport_size({"width": width, "height": height})
        for colours in ("light", "dark"):
            page.emulate_media(color_scheme=colours)
            found = problems(page) if colours == "light" else colour_problems(page)
            assert found == [], (width, colours)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 360, "height": 780})


def test_a_practice_from_its_beginning_to_its_handing_over(
    app: Flask, open_phone: OpenPage, cast: Cast, faults: Faults, take: Callable[[Page, str], None]
) -> None:
    cho, dee = open_phone(cast.cho_user), open_phone(cast.dee_user)
    cho.goto("/settings")
    cho.get_by_role("link", name="Profession and credential").click()
    cho.get_by_role("radio", name="Acupuncturist", exact=True).check()
    cho.get_by_role("radio", name="NCCAOM certificate").check()
    cho.get_by_role("button", name="Save").click()
    expect(cho.get_by_role("alert")).to_contain_text("Enter the number")
    faults.forgive("status of 422")
    take(cho, "profile-refused")
    cho.get_by_label("Number (optional)").fill("123456")
    cho.get_by_role("button", name="Save").click()
    expect(cho.locator("#seen")).to_contain_text("Acupuncturist, NCCAOM 123456")
    take(cho, "profile")
    is_right(cho)

    cho.get_by_role("link", name="Your practice and its members").click()
    take(cho, "team-none")
    is_right(cho)
    cho.get_by_label("Name of the practice").fill("Heel House")
    cho.get_by_role("button", name="Begin").click()
    cho.get_by_label("E-mail address of your colleague").fill("dee@example.com")
    cho.get_by_role("button", name="Send the invitation").click()
    expect(cho.locator("#invite")).to_contain_text("dee@example.com")

    dee.goto(newest_link(app, "dee@example.com"))
    take(dee, "team-offer")
    is_right(dee)
    dee.get_by_role("button", name="Join the practice").click()
    expect(dee.locator("#members li")).to_have_count(2)
    take(dee, "team-member")
    is_right(dee)

    cho.reload()
    cho.get_by_label("E-mail address of your colleague").fill("eve@example.com")
    cho.get_by_role("button", name="Send the invitation").click()
    cho.get_by_text("Change: Dr Dee").click()
    take(cho, "team-owner")
    is_right(cho)
    cho.get_by_role("button", name="Hand the practice over").click()
    expect(cho.locator("#members li").first).to_contain_text("Dr Dee")
    with app.app_context():
        assert db.session.get_one(Practitioner, cast.dee).practice_role == "owner"
