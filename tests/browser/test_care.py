"""Sessions noted by a practitioner in Chromium: one tap, the findings of a first visit, the patient's dispute."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.test_team import is_right
from tests.cast import Cast

pytestmark = pytest.mark.browser


def test_a_session_is_noted_and_disputed(open_phone: OpenPage, cast: Cast, take: Callable[[Page, str], None]) -> None:
    cho, ana = open_phone(cast.cho_user), open_phone(cast.ana_user)
    cho.goto(f"/practice/{cast.share}/visit")
    cho.get_by_role("link", name="Sessions").click()
    take(cho, "care-none")
    is_right(cho)
    cho.get_by_role("link", name="Note a session with its findings").click()
    take(cho, "care-new")
    is_right(cho)
    cho.get_by_role("radio", name="Acupuncture").check()
    cho.get_by_label("Gait").fill("Short step on the right, heel strike avoided")
    cho.get_by_label("Palpation by meridian").fill("Bladder: tender below the calf\nKidney: free")
    cho.get_by_label("Points or techniques used").fill("BL57, KI3, local points")
    cho.get_by_role("button", name="Save").click()
    cho.locator("#today").get_by_role("button", name="Physical therapy").click()
    expect(cho.locator("#noted li")).to_have_count(2)
    expect(cho.locator("#noted")).to_contain_text("Physical therapy, number 2")

    ana.goto("/events")
    take(ana, "care-events")
    is_right(ana)
    ana.locator("#noted").get_by_role("link").first.click()
    ana.get_by_label("What was otherwise?").fill("I was not there on that day.")
    ana.get_by_role("button", name="Dispute it").click()
    expect(ana.locator("#dispute")).to_contain_text("You dispute this session")
    take(ana, "care-disputed")
    is_right(ana)
    ana.goto("/progress")
    expect(ana.locator("main")).to_contain_text("disputed by the patient")

    cho.reload()
    expect(cho.locator("#noted")).to_contain_text("I was not there on that day.")
    take(cho, "care-sessions")
    is_right(cho)
    cho.get_by_role("link", name="Change").first.click()
    take(cho, "care-edit")
    is_right(cho)
