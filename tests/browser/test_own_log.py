"""With the server killed the phone's own log says of a day what the log of the server says of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from firststep.extensions import db
from firststep.models import Patient, Pause, Plan
from tests import factories
from tests.browser.conftest import sign_in
from tests.browser.test_offline import install
from tests.cast import NOW, TODAY, Cast
from tests.support.servers import serving

pytestmark = pytest.mark.browser


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    """Return a page of a phone, on which it is the cast's day."""
    context = chromium.new_context(viewport={"width": 360, "height": 780}, has_touch=True)
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.clock.set_fixed_time(NOW)
    yield page
    context.close()


@contextmanager
def told(app: Flask, page: Page, cast: Cast) -> Iterator[str]:
    """Serve Ben's log until the phone keeps what it is told, and kill the server at the end."""
    with serving(app) as address:
        sign_in(app, page.context, address, cast.ben_user)
        page.goto(f"{address}/log")
        install(page)
        page.wait_for_load_state("networkidle")
        yield address


def test_days_of_a_pause_are_not_asked_about(app: Flask, phone: Page, cast: Cast) -> None:
    with app.app_context():
        factories.make_diary(db.session, db.session.get_one(Patient, cast.ben), TODAY - timedelta(days=9), [5])
        db.session.add(Pause(patient_id=cast.ben, day=TODAY - timedelta(days=7), ends_on=TODAY - timedelta(days=2)))
        db.session.commit()
    question = phone.get_by_role("heading", name="empty.")
    with told(app, phone, cast) as address:
        expect(question).to_have_text("Sunday 15 November and Sunday are empty.")
    phone.goto(f"{address}/log")
    expect(phone.locator("[data-shell-note]")).to_have_text("Today · no connection")
    expect(question).to_have_text("Sunday 15 November and Sunday are empty.")
    phone.get_by_role("link", name="Fill", exact=True).click()
    expect(phone.locator("[data-shell-words]")).to_have_text("Sunday 15 November")
    expect(phone.get_by_role("link", name="Next empty day: Sunday")).to_be_visible()


def test_the_line_of_the_plan_is_that_of_the_day(app: Flask, phone: Page, cast: Cast) -> None:
    of_ben = {"patient_id": cast.ben}
    with app.app_context():
        db.session.add(Pause(**of_ben, day=TODAY - timedelta(days=4), ends_on=TODAY - timedelta(days=3)))
        first = TODAY - timedelta(days=6)
        plan = Plan(**of_ben, day=first, preset="own", name="Stairs", reps=8, hold_s=20, sets_per_day=3)
        plan.interval_days = 2
        db.session.add(plan)
        db.session.commit()
    addresses = ["/log", *(f"/log/{TODAY - timedelta(days=back)}" for back in (1, 4, 7))]
    with told(app, phone, cast) as address:
        with_server = {path: plan_line(phone, address + path) for path in addresses}
    assert list(with_server.values()) == [
        ("Plan: Stairs, 3 sets", "/stretching/timer#plan=own&hold_s=20&reps=8&sets=3"),
        ("A rest day of your plan: Stairs", ""),
        ("Plan: Stairs, paused", ""),
        ("", ""),
    ]
    assert {path: plan_line(phone, address + path) for path in addresses} == with_server
    expect(phone.locator("[data-shell-words]")).to_be_visible()
    # Two weeks later, still without a connection.
    phone.clock.set_fixed_time(NOW + timedelta(days=14))
    assert plan_line(phone, f"{address}/log") == with_server["/log"]


def plan_line(page: Page, address: str) -> tuple[str, str]:
    """Return what a day says about the plan, and where its timer is; empty where nothing is there."""
    page.goto(address)
    question = page.get_by_role("radiogroup", name="Stretching", exact=True)
    expect(question).to_be_visible()
    described = question.get_attribute("aria-describedby")
    line = page.locator(f"#{described}").inner_text() if described else ""
    way = page.locator(".with-way a:visible")
    if not way.count():
        return line, ""
    expect(way).to_have_text(f"Timer: {line}")
    return line, way.get_attribute("href") or ""
