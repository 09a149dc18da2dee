"""The first questions: what should be looked at before anything else is asked there, and holds nobody up."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from firststep.extensions import db
from firststep.models import Patient
from tests.browser import steps
from tests.browser.conftest import OpenPage
from tests.browser.look import colour_problems, problems
from tests.cast import TODAY, Cast

pytestmark = pytest.mark.browser


@pytest.fixture
def at_the_start(app: Flask, cast: Cast) -> None:
    """Have Ben before the first questions."""
    with app.app_context():
        db.session.get_one(Patient, cast.ben).feet = None
        db.session.commit()


def test_a_reason_that_is_ticked_says_what_to_do_and_holds_nobody_up(
    open_phone: OpenPage, cast: Cast, at_the_start: None, take: Callable[[Page, str], None]
) -> None:
    page = open_phone(cast.ben_user)
    page.goto("/start")
    said = page.get_by_text("Have this looked at today", exact=False).locator("visible=true")
    expect(said).to_have_count(0)
    page.get_by_text("Is there heel pain together with fever, numbness or tingling?").click()
    expect(said).to_have_count(1)
    take(page, "start-ticked")
    assert problems(page) == []
    page.emulate_media(color_scheme="dark")
    assert colour_problems(page) == []
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or "") if request.method == "POST" else None)
    steps.begin(page, foot="Right", since="2026-08", care="Acupuncture", care_since=TODAY)
    page.wait_for_url("**/log?first=1")
    assert sent[0].startswith("csrf_token=")
    assert "fever" not in sent[0]
    assert "=on" not in sent[0], "a tick went along"
