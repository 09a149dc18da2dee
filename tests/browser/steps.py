"""The steps of the main job, as people take them in the browser; each works with and without JavaScript."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import date

from playwright.sync_api import Page, expect

from tests.factories import PASSWORD
from tools.screenshots import code_of


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What a patient logs for one day; None is left open."""

    first_step_pain: int | None = None
    average_pain: int | None = None
    stretching: str | None = None
    nsaid: str | None = None


def sign_up(page: Page, *, role: str, name: str, email: str) -> None:
    """Fill in the sign-up form with every consent, and send it."""
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name="Start").click()
    page.get_by_role("radio", name=f"I am a {role}").check()
    page.get_by_label("Name").fill(name)
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Time zone").select_option("Europe/Berlin")
    for consent in ("I agree to the terms", "I have read how my data is handled", "I agree that what I enter"):
        page.get_by_role("checkbox", name=consent).check()
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", name="Look at your mail")).to_be_visible()


def begin(page: Page, *, foot: str, since: str, care: str, care_since: date) -> None:
    """Answer the questions of the first two minutes."""
    expect(page.get_by_role("heading", name="Before your first entry")).to_be_visible()
    page.get_by_role("radio", name=foot, exact=True).check()
    page.get_by_label("Since about when?").fill(since)
    page.get_by_role("radio", name=care).check()
    page.get_by_label("Since which day?").fill(care_since.isoformat())
    expect(page.get_by_label("Time zone")).to_have_value("Europe/Berlin")
    page.get_by_role("button", name="Go to your first entry").click()
    expect(page.get_by_role("radiogroup", name="First-step pain")).to_be_visible()


def choose(page: Page, entry: Entry, *, javascript: bool) -> None:
    """Tap the answers of the entry; with JavaScript each tap is saved before the next."""
    answers = {
        "First-step pain": entry.first_step_pain,
        "Pain over the day": entry.average_pain,
        "Stretching": entry.stretching,
        "NSAID taken": entry.nsaid,
    }
    for question, answer in answers.items():
        if answer is None:
            continue
        cell = (
            page.get_by_role("radiogroup", name=question, exact=True)
            .locator("label")
            .filter(has_text=_starting(str(answer)))
        )
        if javascript:
            cell.first.tap()
            expect(page.locator("[data-log-status]")).to_have_text("Saved")
        else:
            cell.first.click()


def log(page: Page, day: date, entry: Entry, *, javascript: bool) -> None:
    """Open a day, log the entry, and see that it is said to be saved."""
    page.goto(f"/log/{day.isoformat()}")
    choose(page, entry, javascript=javascript)
    if not javascript:
        page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-log-status]")).to_have_text("Saved")


def expect_logged(page: Page, day: date, entry: Entry) -> None:
    """Look at the day again: the server has what was logged, and nothing more."""
    page.goto(f"/log/{day.isoformat()}")
    for question, answer in (("First-step pain", entry.first_step_pain), ("Pain over the day", entry.average_pain)):
        checked = page.get_by_role("radiogroup", name=question, exact=True).locator("input:checked")
        if answer is None:
            expect(checked).to_have_count(0)
        else:
            expect(checked).to_have_value(str(answer))
    for question, answer in (("Stretching", entry.stretching), ("NSAID taken", entry.nsaid)):
        checked = page.get_by_role("radiogroup", name=question, exact=True).locator("label:has(:checked)")
        expect(checked).to_have_text(answer or "No answer")


def set_up_authenticator(page: Page) -> str:
    """Set up an authenticator app as a second factor; return its key."""
    expect(page.get_by_role("heading", name="Second factor")).to_be_visible()
    page.get_by_role("link", name="Set up an app").click()
    key = page.locator("code.secret").inner_text()
    page.get_by_role("textbox", name="Code").fill(code_of(key, time.time()))
    page.get_by_role("button", name="Finish").click()
    expect(page.locator(".codes code").first).to_be_visible()
    return key


def sign_in(page: Page, email: str) -> None:
    """Sign in with the password."""
    page.goto("/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda address: not address.endswith("/login"))


def sign_in_with_code(page: Page, email: str, *, key: str) -> None:
    """Sign in with the password and the code that the authenticator app shows next: none is taken twice."""
    sign_in(page, email)
    expect(page.get_by_role("heading", name="Your code, please")).to_be_visible()
    page.get_by_role("textbox", name="Code").fill(code_of(key, time.time() + 30))
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    """Sign out by the settings page."""
    page.goto("/settings")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/")


def _starting(text: str) -> re.Pattern[str]:
    return re.compile(rf"^\s*{re.escape(text)}(?![0-9])")
