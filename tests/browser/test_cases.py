"""A case of a sheet is handed over in Chromium: the practitioner invites, the person owns it and removes a part."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from firststep.extensions import db
from firststep.models import Practitioner
from tests import factories
from tests.blueprints.test_cases import link
from tests.browser.conftest import OpenPage
from tests.browser.test_team import is_right
from tests.cast import CANARY_EMAIL, Cast

pytestmark = pytest.mark.browser


def test_a_case_is_handed_over(app: Flask, open_phone: OpenPage, cast: Cast, take: Callable[[Page, str], None]) -> None:
    with app.app_context():
        author = db.session.get_one(Practitioner, cast.cho)
        factories.make_sheet(db.session, author, alias="RM-17", note="Limps on the first steps")
        factories.make_sheet(db.session, author, alias="RM-18")
        db.session.commit()
    cho, ana = open_phone(cast.cho_user), open_phone(cast.ana_user)
    cho.goto("/practice/sheets")
    cho.get_by_role("link", name="Cases from your sheets").click()
    cho.get_by_role("link", name="Invite: RM-17").or_(cho.locator("#open a").first).first.click()
    take(cho, "case-ask")
    is_right(cho)
    cho.get_by_label("E-mail address of the person").fill(CANARY_EMAIL)
    cho.get_by_role("button", name="Send the invitation").click()
    expect(cho.locator("#open")).to_contain_text("is invited until")
    take(cho, "case-list")
    is_right(cho)

    ana.goto(link(app))
    expect(ana.locator("main")).to_contain_text("Limps on the first steps")
    take(ana, "case-offer")
    is_right(ana)
    ana.get_by_role("button", name="Yes, take them over").click()
    expect(ana.locator("#visits li")).to_have_count(2)
    take(ana, "case-visits")
    is_right(ana)

    cho.reload()
    expect(cho.locator("#claimed li")).to_have_text("rm-17")
    cho.goto(f"/practice/{cast.share}")
    expect(cho.locator("#visits li")).to_have_count(2)
    is_right(cho)

    ana.get_by_role("link", name=re.compile("Remove.*17 March 2025")).click()
    take(ana, "case-visit-remove")
    is_right(ana)
    ana.get_by_role("button", name="Remove").click()
    expect(ana.locator("main")).to_contain_text("The visit of 17 March 2025 is removed.")
    expect(ana.locator("#visits li")).to_have_count(1)
    ana.get_by_text("Removed (1)").click()
    take(ana, "case-visits-removed")
    is_right(ana)
    cho.reload()
    expect(cho.locator("#visits li")).to_have_count(1)
