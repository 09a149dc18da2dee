"""The whole main job on a phone: signed up, a week logged, charted, shared, stopped, and told by a weekly mail."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from firststep.jobs.weekly_summaries import note_weekly_letters
from tests.browser import steps
from tests.browser.conftest import Faults, OpenPage
from tests.browser.steps import Entry
from tests.support.mailbox import Mailbox, digits_of, html_of, link_of, text_of

pytestmark = pytest.mark.browser

# Sunday evening in Berlin; the letter about this week is due on Monday morning.
SUNDAY = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 6, 45, tzinfo=UTC)
TODAY = date(2026, 11, 22)
EVA, FEE = "eva@example.com", "fee@example.com"
WEEK = [
    Entry(first_step_pain=7, average_pain=5, stretching="Done", nsaid="Yes"),
    Entry(first_step_pain=7, average_pain=4, stretching="Done", nsaid="No"),
    Entry(first_step_pain=6, average_pain=None, stretching="Not done", nsaid="No"),
    Entry(first_step_pain=10, average_pain=6, stretching=None, nsaid="Yes"),
    Entry(first_step_pain=6, average_pain=4, stretching="Done", nsaid=None),
    Entry(first_step_pain=0, average_pain=0, stretching="Done", nsaid="No"),
]
Take = Callable[[Page, str], None]


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no-javascript"])
def test_the_whole_main_job(
    app: Flask,
    open_phone: OpenPage,
    mailbox: Mailbox,
    site: str,
    faults: Faults,
    set_clock: Callable[[datetime], None],
    take: Take,
    javascript: bool,
) -> None:
    set_clock(SUNDAY)
    show: Take = take if javascript else lambda page, name: None
    eva = open_phone(javascript=javascript)
    become_a_patient(eva, mailbox, show)
    log_the_first_day(eva, show, javascript=javascript)
    log_the_week(eva, javascript=javascript)
    see_the_course(eva, show)
    invite(eva, show)
    fee = open_phone(javascript=javascript)
    become_a_practitioner(fee, mailbox, site, show)
    confirm(eva, show)
    chart = read_the_course(fee, eva, show)
    stop(eva, show)
    answer = fee.goto(chart)
    assert answer is not None
    assert answer.status == 404
    faults.forgive("status of 404")
    expect(fee.locator("main")).not_to_contain_text("Eva")
    show(fee, "practice-stopped")
    get_the_weekly_mail(app, mailbox, site, set_clock)


def become_a_patient(page: Page, mailbox: Mailbox, show: Take) -> None:
    """Sign up, type the code of the mail, and answer the first questions."""
    steps.sign_up(page, role="patient", name="Eva", email=EVA)
    show(page, "confirm")
    mailbox.deliver(SUNDAY)
    page.get_by_label("Code from the mail").fill(digits_of(mailbox.newest(EVA)))
    page.get_by_role("button", name="Confirm", exact=True).click()
    steps.sign_in(page, EVA)
    show(page, "start")
    steps.begin(page, foot="Right", since="2026-08", care="Acupuncture", care_since=TODAY - timedelta(days=7))


def log_the_first_day(page: Page, show: Take, *, javascript: bool) -> None:
    """Make the first entry, and see it on the chart at once."""
    show(page, "log-empty")
    steps.choose(page, Entry(first_step_pain=5, average_pain=3, stretching="Done", nsaid="No"), javascript=javascript)
    show(page, "log-first")
    if javascript:
        page.get_by_role("link", name="See it on your chart").click()
    else:
        page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/progress")
    row = page.get_by_role("table").get_by_role("row", include_hidden=True).nth(1)
    show(page, "progress-first")
    page.locator("summary", has_text="Show as a table").first.click()
    expect(row).to_contain_text("22 Nov 2026")
    expect(row).to_contain_text("5")


def log_the_week(page: Page, *, javascript: bool) -> None:
    """Fill in the six days before, and see that each stands as it was logged."""
    days = [TODAY - timedelta(days=back) for back in range(6, 0, -1)]
    for day, entry in zip(days, WEEK, strict=True):
        steps.log(page, day, entry, javascript=javascript)
    for day, entry in zip(days, WEEK, strict=True):
        steps.expect_logged(page, day, entry)


def see_the_course(page: Page, show: Take) -> None:
    """Look at the chart beside the published ranges, over each period and beside the other kinds of care."""
    page.locator("nav.bar").get_by_role("link", name="Progress").click()
    for label in ("90 days", "1 year", "30 days"):
        page.get_by_role("link", name=label).click()
        expect(page.get_by_role("link", name=label)).to_have_attribute("aria-current", "true")
    expect(page.locator("figure svg").first).to_be_visible()
    expect(page.locator(".legend").first).to_contain_text("Acupuncture: clinic-reported, not peer-reviewed")
    expect(page.get_by_role("link", name="Standard care")).to_be_visible()
    show(page, "progress-week")
    page.locator("main ul a[href*='/benchmarks#']").first.click()
    expect(page.get_by_text("Clinic-reported, not peer-reviewed").first).to_be_visible()


def invite(page: Page, show: Take) -> None:
    """Invite a practitioner to see the charts."""
    page.locator("nav.bar").get_by_role("link", name="Share").click()
    page.get_by_role("link", name="Invite a practitioner").click()
    page.get_by_label("E-mail address of your practitioner").fill(FEE)
    page.get_by_role("radio", name="The charts", exact=False).first.check()
    show(page, "share-new")
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_role("heading", name=FEE)).to_be_visible()
    show(page, "share-invited")


def become_a_practitioner(page: Page, mailbox: Mailbox, site: str, show: Take) -> None:
    """Sign up by the mailed link with a second factor, sign in again with it, and accept the invitation."""
    mailbox.deliver(SUNDAY)
    invitation = mailbox.newest(FEE)
    assert "Eva" not in str(invitation)
    link = link_of(invitation, site)
    page.goto(link)
    show(page, "invitation")
    steps.sign_up(page, role="practitioner", name="Dr Fee", email=FEE)
    mailbox.deliver(SUNDAY)
    page.goto(link_of(mailbox.newest(FEE), site))
    page.get_by_role("button", name="Yes, confirm").click()
    steps.sign_in(page, FEE)
    show(page, "factor")
    key = steps.set_up_authenticator(page)
    show(page, "recovery-codes")
    steps.sign_out(page)
    steps.sign_in_with_code(page, FEE, key=key)
    expect(page.get_by_role("heading", name="Patients")).to_be_visible()
    page.goto(link)
    page.get_by_role("button", name="Accept the invitation").click()
    expect(page.get_by_text("1 invitation waits for the person to confirm you")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("Eva")
    show(page, "practice-waiting")


def confirm(page: Page, show: Take) -> None:
    """Check that it is the right person, and let them look."""
    page.goto("/share")
    expect(page.get_by_role("heading", name="Is this the right person?")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Dr Fee")
    show(page, "share-accepted")
    page.get_by_role("button", name="Yes, let them look").click()
    expect(page.get_by_role("heading", name="Dr Fee")).to_be_visible()


def read_the_course(reader: Page, owner: Page, show: Take) -> str:
    """Open the patient's course as the practitioner, compare it with what the patient sees; return its address."""
    reader.goto("/practice")
    show(reader, "practice")
    reader.get_by_role("link", name="Eva", exact=True).click()
    expect(reader.get_by_role("heading", name="Eva")).to_be_visible()
    show(reader, "practice-patient")
    for page in (reader, owner):
        if page is owner:
            page.goto("/progress")
        page.get_by_role("link", name="1 year").click()
        expect(page.get_by_role("link", name="1 year")).to_have_attribute("aria-current", "true")
    seen, own = (_table_of_a_year(page) for page in (reader, owner))
    assert seen == own
    assert "22 Nov 2026" in seen.replace("\N{NO-BREAK SPACE}", " ")
    drawn, own_drawn = (_drawn(page) for page in (reader, owner))
    assert "<path" in drawn
    assert drawn == own_drawn
    owner.goto("/share/log")
    expect(owner.locator("main")).to_contain_text("Dr Fee")
    show(owner, "share-log")
    return reader.url


def _table_of_a_year(page: Page) -> str:
    """Open the table, which comes when somebody wants it, without scripts on a page of its own; return its text."""
    page.locator("#trajectory summary").click()
    if page.locator("#trajectory details[data-htmx-powered]").count():
        return page.locator("#trajectory table").text_content() or ""
    address = page.url
    page.locator("#trajectory").get_by_role("link", name="Show the table").click()
    told = page.locator("main table").text_content() or ""
    page.goto(address)
    return told


def _drawn(page: Page) -> str:
    """Return the picture without its title, which speaks to whoever reads it, and the ids that come of it."""
    whole = page.locator("#trajectory .only-narrow svg").inner_html()
    without_title, titles = re.subn(r"<title.*?</title>", "", whole)
    assert titles == 1
    return re.sub(r"\bc[0-9a-f]{8}", "", without_title)


def stop(page: Page, show: Take) -> None:
    """Stop the share."""
    page.goto("/share")
    show(page, "share-active")
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("You share with nobody")).to_be_visible()


def get_the_weekly_mail(app: Flask, mailbox: Mailbox, site: str, set_clock: Callable[[datetime], None]) -> None:
    """Let Monday morning come: the letter about the week arrives whole, and only once."""
    with app.app_context():
        assert not note_weekly_letters(SUNDAY)
    set_clock(MONDAY)
    with app.app_context():
        assert note_weekly_letters(MONDAY)["letter"] == 1
        assert note_weekly_letters(MONDAY)["letter"] == 0
    assert mailbox.deliver(MONDAY)["sent"] >= 1
    mail = mailbox.newest(EVA)
    assert mail["Subject"] == "Your weekly summary (16-22 Nov)"
    assert "7 of 7 days logged." in text_of(mail)
    assert "7 of 7 days logged." in html_of(mail)
    assert mail["List-Unsubscribe"].startswith(f"<{site}/mail/unsubscribe/")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
