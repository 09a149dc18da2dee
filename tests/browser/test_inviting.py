"""A practitioner's invitation, from the printed page to the share, on a real screen and on real paper."""

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


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no-javascript"])
def test_from_the_hand_out_to_the_look(
    cast: Cast, open_phone: OpenPage, take: Take, faults: Faults, javascript: bool
) -> None:
    dee = open_phone(cast.dee_user, javascript=javascript)
    dee.goto("/practice")
    dee.get_by_role("link", name="Invite a patient").click()
    dee.get_by_label("For whom, in your own words").fill("RM-17")
    dee.get_by_role("button", name="Make a hand-out").click()
    expect(dee.get_by_role("heading", name="Show Dr Dee how things go")).to_be_visible()
    take(dee, "hand-out")
    link = dee.locator(".secret").inner_text()
    ben = open_phone(cast.ben_user, javascript=javascript)
    ben.goto(re.sub(r"^http://[^/]+", "", link))
    expect(ben.get_by_role("heading", name="Dr Dee invites you")).to_be_visible()
    take(ben, "asked")
    if javascript:
        assert problems(ben) + colour_problems(ben) == []
    ben.get_by_role("radio", name="The charts", exact=False).first.check()
    ben.get_by_role("button", name="Let them look").click()
    expect(ben.get_by_text("Please say that this is the person who treats you.").first).to_be_visible()
    faults.forgive("status of 422")
    ben.get_by_label("Dr Dee treats me").check()
    ben.get_by_role("button", name="Let them look").click()
    expect(ben.get_by_text("Dr Dee can look from now on")).to_be_visible()
    dee.goto("/practice")
    expect(dee.get_by_role("link", name="Ben", exact=True)).to_be_visible()
    dee.goto("/practice/invitations")
    dee.get_by_text("Ended (1)").click()
    expect(dee.get_by_text("Taken up", exact=True)).to_be_visible()
    take(dee, "invitations-made")
    if javascript:
        assert problems(dee) + colour_problems(dee) == []


def test_the_hand_out_is_one_printed_page_without_whom_it_is_for(open_phone: OpenPage, cast: Cast) -> None:
    page = open_phone(cast.dee_user)
    page.goto("/practice/invitations")
    page.get_by_label("For whom, in your own words").fill("Mrs Klee")
    page.get_by_role("button", name="Make a hand-out").click()
    expect(page.get_by_text("For Mrs Klee; that is not printed.")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_text("Mrs Klee")).to_be_hidden()
    expect(page.locator("svg.qr")).to_be_visible()
    printed = page.pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
