"""The log without an account: kept on the phone only, and taken into one diary once, or into none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from firststep.extensions import db
from firststep.models import DiaryChange, FootDay, Patient, User
from tests import factories
from tests.browser import steps
from tests.browser.conftest import Faults, OpenPage, sign_in
from tests.browser.look import colour_problems, problems
from tests.browser.test_offline import install, status, tap
from tests.cast import NOW, TODAY, Cast
from tests.support.mailbox import Mailbox, digits_of

pytestmark = pytest.mark.browser

EVA = "eva@example.com"
_DATABASES = "indexedDB.databases().then((all) => all.map(({ name }) => name))"
_NO_GUEST = "indexedDB.databases().then((all) => all.every(({ name }) => name !== 'firststep-guest'))"


def open_try(page: Page, *, at: datetime = NOW) -> None:
    """Go from the first page to the log without an account; it is the tests' moment in this browser too."""
    page.clock.set_fixed_time(at)
    page.goto("/")
    page.get_by_role("link", name="Try without an account").click()
    page.wait_for_url("**/try")
    expect(page.get_by_role("heading", name="Try without an account")).to_be_visible()


def try_it(page: Page, *, foot: str = "Right") -> None:
    """Enter two answers without an account."""
    tap(page, "Which foot hurts?", foot)
    tap(page, "First-step pain", "6")
    tap(page, "Stretching", "Done")
    status(page).to_have_text("On this phone only")
    expect(page.get_by_role("button", name="Forget it")).to_be_visible()


def pain(page: Page) -> list[str]:
    """Return what is chosen as the first-step pain of the right foot."""
    chosen: list[str] = page.locator("[name=first_step_pain-right]:checked").evaluate_all(
        "(all) => all.map((one) => one.value)"
    )
    return chosen


def databases(page: Page) -> list[str]:
    """Return the names of the browser's databases."""
    names: list[str] = page.evaluate(_DATABASES)
    return names


def stored(app: Flask, email: str) -> tuple[list[tuple[date, str, int | None]], int]:
    """Return the days with a first-step pain in tenths, and how many changes the account's diary has seen."""
    with app.app_context():
        own = select(Patient.id).join(User).where(User.email == email).scalar_subquery()
        rows = db.session.execute(
            select(FootDay.day, FootDay.foot, FootDay.first_step_pain).where(FootDay.patient_id == own)
        )
        changes = db.session.scalars(select(DiaryChange.seq).where(DiaryChange.patient_id == own)).all()
        return [(row.day, row.foot, row.first_step_pain) for row in rows], len(changes)


def test_what_is_tried_stays_on_the_phone_and_is_never_called_saved(open_phone: OpenPage, faults: Faults) -> None:
    page = open_phone()
    sent = []
    page.on("request", lambda request: sent.append(f"{request.method} {request.url}"))
    open_try(page)
    expect(page.get_by_text("nothing is sent")).to_be_visible()
    expect(page.get_by_text("It is lost when the data of this browser are cleared")).to_be_visible()
    expect(page.get_by_role("radiogroup", name="First-step pain")).to_be_hidden()
    try_it(page)
    page.wait_for_load_state("networkidle")
    before = len(sent)
    tap(page, "First-step pain", "4")
    tap(page, "NSAID taken", "No")
    status(page).to_have_text("On this phone only")
    expect(page.get_by_role("main")).not_to_contain_text("Saved")
    page.wait_for_timeout(1_500)
    assert sent[before:] == []
    page.reload()
    expect(page.get_by_role("radiogroup", name="First-step pain")).to_be_visible()
    assert pain(page) == ["4"]
    status(page).to_have_text("On this phone only")
    tap(page, "First-step pain", "Clear")
    page.reload()
    expect(page.get_by_role("radiogroup", name="First-step pain")).to_be_visible()
    assert pain(page) == []
    assert not [one for one in sent if not one.startswith("GET") or "/diary" in one]
    assert problems(page) == []


def test_it_is_forgotten_at_once(open_phone: OpenPage) -> None:
    page = open_phone()
    open_try(page)
    expect(page.get_by_role("button", name="Forget it")).to_be_hidden()
    try_it(page)
    page.get_by_role("button", name="Forget it").click()
    expect(page.get_by_text("It is forgotten: nothing of it is on this phone any more.")).to_be_visible()
    expect(page.get_by_role("button", name="Forget it")).to_be_hidden()
    expect(page.get_by_role("radiogroup", name="First-step pain")).to_be_hidden()
    tap(page, "Which foot hurts?", "Right")
    assert pain(page) == []


def test_it_opens_without_a_connection(open_phone: OpenPage, faults: Faults) -> None:
    page = open_phone()
    open_try(page)
    install(page)
    page.context.set_offline(True)
    page.goto("/try")
    try_it(page)
    page.goto("/try")
    status(page).to_have_text("On this phone only")
    assert pain(page) == ["6"]
    page.context.set_offline(False)
    faults.forgive("ERR_INTERNET_DISCONNECTED")


@pytest.mark.parametrize(("choice", "words"), [("Yesterday", "Sunday 22 November"), ("Today", "Monday 23 November")])
def test_at_night_it_asks_which_day_is_meant(open_phone: OpenPage, choice: str, words: str) -> None:
    page = open_phone()
    open_try(page, at=datetime(2026, 11, 23, 1, 30, tzinfo=UTC))
    expect(page.get_by_role("heading", name="Yesterday or today?")).to_be_visible()
    expect(page.locator("form[data-log]")).to_be_hidden()
    page.get_by_role("button", name=choice).click()
    expect(page.locator("[data-shell-words]")).to_have_text(words)
    expect(page.get_by_role("heading", name="Yesterday or today?")).to_be_hidden()


def test_without_javascript_it_is_not_offered(open_phone: OpenPage) -> None:
    page = open_phone(javascript=False)
    page.goto("/")
    expect(page.get_by_role("link", name="Start").first).to_be_visible()
    expect(page.get_by_role("link", name="Try without an account")).to_be_hidden()
    page.goto("/try")
    expect(page.locator("form, [data-shell-day], [data-shell-night]").locator("visible=true")).to_have_count(0)
    # The browser reads the page as if there were scripts, though it runs none.
    assert "This page needs JavaScript." in page.content()


def test_a_new_account_takes_it_over_once(
    app: Flask,
    open_phone: OpenPage,
    mailbox: Mailbox,
    set_clock: Callable[[datetime], None],
    take: Callable[[Page, str], None],
) -> None:
    set_clock(NOW)
    page = open_phone()
    page.goto("/")
    take(page, "try-home")
    open_try(page)
    take(page, "try-empty")
    try_it(page)
    take(page, "try-entered")
    steps.sign_up(page, role="patient", name="Eva", email=EVA)
    mailbox.deliver(NOW)
    page.get_by_label("Code from the mail").fill(digits_of(mailbox.newest(EVA)))
    page.get_by_role("button", name="Confirm", exact=True).click()
    assert "firststep-guest" in databases(page)
    steps.sign_in(page, EVA)
    # The foot was chosen already.
    expect(page.get_by_role("radio", name="Right", exact=True)).to_be_checked()
    steps.begin(page, foot="Right", since="2026-08", care="Acupuncture", care_since=TODAY - timedelta(days=7))
    expect(
        page.get_by_text("The entry of 23 November that was tried on this phone is in your diary now.")
    ).to_be_visible()
    status(page).to_have_text("Saved")
    assert pain(page) == ["6"]
    take(page, "try-adopted")
    assert stored(app, EVA) == ([(TODAY, "right", 60)], 2)
    assert "firststep-guest" not in databases(page)
    page.goto("/log")
    expect(page.locator("[data-tried], [data-tried-done]").first).to_be_hidden()
    assert pain(page) == ["6"]
    assert stored(app, EVA) == ([(TODAY, "right", 60)], 2)
    # Whoever is signed in has a log of their own.
    page.goto("/try")
    expect(page.get_by_role("heading", name="Somebody is signed in on this phone")).to_be_visible()
    expect(page.locator("form[data-log]")).to_be_hidden()
    assert problems(page) == []
    take(page, "try-signed-in")


@pytest.mark.parametrize("answer", ["Yes, add", "No"])
def test_a_diary_that_is_not_empty_is_asked_first(
    app: Flask, site: str, open_phone: OpenPage, cast: Cast, take: Callable[[Page, str], None], answer: str
) -> None:
    with app.app_context():
        ben = db.session.get_one(Patient, cast.ben)
        factories.make_diary(db.session, ben, TODAY - timedelta(days=1), [3])
        db.session.commit()
    page = open_phone()
    sign_in(app, page.context, site, cast.ben_user)
    page.goto("/log")
    tap(page, "NSAID taken", "Yes")
    status(page).to_have_text("Saved")
    before = stored(app, "ben@example.com")
    steps.sign_out(page)
    open_try(page)
    try_it(page)
    tap(page, "NSAID taken", "No")
    sign_in(app, page.context, site, cast.ben_user)
    page.goto("/log")
    question = page.get_by_role("heading", name="Add the entry of 23 November that was tried on this phone?")
    expect(question).to_be_visible()
    take(page, "try-asked")
    assert problems(page) == []
    page.emulate_media(color_scheme="dark")
    assert colour_problems(page) == []
    assert stored(app, "ben@example.com") == before
    # Not answered is not answered: it is asked again.
    page.reload()
    expect(question).to_be_visible()
    page.get_by_role("button", name=answer, exact=True).click()
    expect(question).to_be_hidden()
    if answer == "Yes, add":
        expect(page.get_by_text("is in your diary now")).to_be_visible()
        status(page).to_have_text("Saved")
        days, changes = before
        assert stored(app, "ben@example.com") == ([*days, (TODAY, "right", 60)], changes + 2)
    else:
        page.wait_for_timeout(500)
        assert stored(app, "ben@example.com") == before
    # What stood there stays.
    expect(page.locator("[name=nsaid_taken]:checked")).to_have_value("yes")
    page.wait_for_function(_NO_GUEST)
    page.reload()
    expect(page.get_by_role("radiogroup", name="First-step pain")).to_be_visible()
    expect(question).to_be_hidden()


def test_a_foot_that_the_account_does_not_ask_about_is_asked_first(
    app: Flask, site: str, open_phone: OpenPage, cast: Cast
) -> None:
    page = open_phone()
    open_try(page)
    try_it(page, foot="Left")
    sign_in(app, page.context, site, cast.ben_user)
    page.goto("/log")
    expect(page.get_by_role("heading", name="Add the entry of 23 November")).to_be_visible()
    assert stored(app, "ben@example.com") == ([], 0)


def test_a_page_that_was_closed_on_the_way_adds_nothing_twice(
    app: Flask, site: str, open_phone: OpenPage, cast: Cast, faults: Faults
) -> None:
    page = open_phone()
    open_try(page)
    try_it(page)
    sign_in(app, page.context, site, cast.ben_user)
    # The guest's entry is taken over, but the page ends before it is off the phone.
    page.add_init_script("indexedDB.deleteDatabase = () => { throw new Error('closed') }")
    with page.expect_event("pageerror"):
        page.goto("/log")
    faults.forgive("closed")
    assert "firststep-guest" in databases(page)
    again = page.context.new_page()
    page.close()
    again.clock.set_fixed_time(NOW)
    again.goto("/log")
    status(again).to_have_text("Saved")
    expect(again.get_by_role("radiogroup", name="First-step pain").locator("input:checked")).to_have_value("6")
    # The server has told of the entry before the page turns to what is left of the guest.
    again.wait_for_function(_NO_GUEST)
    assert stored(app, "ben@example.com") == ([(TODAY, "right", 60)], 2)


@pytest.mark.parametrize("role", ["patient", "practitioner"])
def test_signing_out_leaves_nothing_of_it(app: Flask, site: str, open_phone: OpenPage, cast: Cast, role: str) -> None:
    page = open_phone()
    open_try(page)
    try_it(page)
    sign_in(app, page.context, site, cast.ana_user if role == "patient" else cast.cho_user)
    page.goto("/settings")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    assert "firststep-guest" not in databases(page)
    open_try(page)
    expect(page.get_by_role("radiogroup", name="First-step pain")).to_be_hidden()
    expect(page.get_by_role("button", name="Forget it")).to_be_hidden()
