"""The preview from the form and from a share, and the renewal by one tap, in Chromium."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import update

from firststep.extensions import db
from firststep.models import Share
from tests.browser.conftest import OpenPage
from tests.browser.look import colour_problems, problems
from tests.cast import TODAY, Cast

pytestmark = pytest.mark.browser
Take = Callable[[Page, str], None]


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no-javascript"])
def test_what_was_typed_stays_while_the_preview_is_looked_at(
    cast: Cast, open_phone: OpenPage, take: Take, javascript: bool
) -> None:
    page = open_phone(cast.ana_user, javascript=javascript)
    page.goto("/share/new")
    page.get_by_label("E-mail address of your practitioner").fill("fee@example.com")
    page.get_by_role("radio", name="The charts", exact=False).first.check()
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="See what they would see").click()
    preview = opened.value
    expect(preview.get_by_text("Looking here is not noted as a look of theirs.")).to_be_visible()
    expect(preview.get_by_role("heading", name="Ana Canary")).to_be_visible()
    take(preview, "preview")
    if javascript:
        preview.get_by_role("link", name="30 days").click()
        preview.wait_for_url("**/share/preview?scope=charts&days=30**")
        assert problems(preview) + colour_problems(preview) == []
    preview.get_by_role("link", name="Before the visit, on one page").click()
    expect(preview.get_by_role("heading", name="What stands out")).to_be_visible()
    take(preview, "preview-visit")
    expect(page.get_by_label("E-mail address of your practitioner")).to_have_value("fee@example.com")


def test_a_share_that_ended_by_itself_is_opened_by_one_tap(
    app: Flask, cast: Cast, open_phone: OpenPage, take: Take
) -> None:
    with app.app_context():
        over = {"state": "expired", "until_on": TODAY - timedelta(days=1)}
        db.session.execute(update(Share).where(Share.id == cast.share).values(over))
        db.session.commit()
    page = open_phone(cast.ana_user)
    page.goto("/share")
    expect(page.get_by_text("shows the same as before, with the days since then")).to_be_visible()
    take(page, "share-ended")
    page.get_by_role("button", name="Open again").click()
    expect(page.get_by_text("It lasts until 23 May 2027 now.")).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    take(page, "share-renewed")
    page.goto("/share/log")
    page.get_by_text("Checked just now").click()
    take(page, "share-log-sealed")
    assert problems(page) + colour_problems(page) == []
