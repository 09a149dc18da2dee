"""A practitioner brings the log over: maps it, looks, brings it in, takes it out, mends it and does it again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from firststep.extensions import db
from firststep.models import Visit
from tests.browser.conftest import OpenPage
from tests.browser.look import colour_problems, problems
from tests.cast import Cast
from tests.support.sheets import changed

pytestmark = pytest.mark.browser

DATA = Path(__file__).parent.parent / "data"
SAMPLE = (DATA / "practice_sheet.xlsx").read_bytes()
MAPPING = json.loads((DATA / "practice_sheet.map.json").read_text(encoding="utf-8"))
EXPECTED = json.loads((DATA / "practice_sheet_expected.json").read_text(encoding="utf-8"))


def mended() -> bytes:
    """Return the sample in which the practice wrote one number where a range was."""
    return changed(SAMPLE, "xl/sharedStrings.xml", lambda old: old.replace(b">6-7<", b">6<"))


def choose(page: Page, data: bytes) -> None:
    page.goto("/practice/sheets")
    page.get_by_label("Spreadsheet").set_input_files(
        {"name": "My log.xlsx", "mimeType": "application/octet-stream", "buffer": data}
    )
    page.get_by_role("button", name="Look at it").click()


def say_words(page: Page, key: str, meanings: Mapping[str, str]) -> None:
    """Choose what each word of a column means."""
    folded = {text.casefold(): meaning for text, meaning in meanings.items()}
    for field in page.locator(f"select[name=meaning-{key}]").all():
        word = page.locator(f"label[for={field.get_attribute('id')}]").inner_text().strip("“”")
        if meaning := folded.get(word.casefold()):
            field.select_option(meaning)


def map_sample(page: Page) -> None:
    say_words(page, "arm", MAPPING["arms"])
    for key in ("nsaid", "change"):
        say_words(page, key, {text: one for one, texts in MAPPING[key].items() for text in texts})
    page.get_by_label("What stands for “not recorded”").fill("\n".join(MAPPING["empty"]))


def visits(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Visit)) or 0


def number(page: Page, name: str) -> int:
    shown = page.locator(".stats > div").filter(has=page.locator("dt", has_text=name)).locator("dd")
    return int(shown.inner_text())


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no-javascript"])
def test_a_log_is_mapped_brought_in_taken_out_mended_and_brought_in_again(
    app: Flask, cast: Cast, open_phone: OpenPage, take: Callable[[Page, str], None], javascript: bool
) -> None:
    page = open_phone(cast.cho_user, javascript=javascript)
    page.goto("/practice")
    page.get_by_role("link", name="Bring your own log over").click()
    if javascript:
        assert problems(page) == []
        take(page, "sheets-overview")
    choose(page, SAMPLE)
    expect(page.get_by_role("heading", name="Look at the sheet")).to_be_visible()
    map_sample(page)
    page.get_by_role("button", name="Show the preview").click()
    assert number(page, "Accepted") == len(EXPECTED["accepted"])
    assert number(page, "Rejected") + number(page, "Empty") + number(page, "Accepted") == number(page, "Rows below")
    faults = page.get_by_role("region", name="What is not used, and why").locator("tbody tr")
    expect(faults).to_have_count(len(EXPECTED["reported"]))
    expect(faults.filter(has_text="6-7").first).to_contain_text("more than one way")
    assert visits(app) == 0
    if javascript:
        assert problems(page) == []
        assert colour_problems(page) == []
        take(page, "sheets-preview")
        with page.expect_download() as kept:
            page.get_by_role("button", name="Keep this report").click()
        assert kept.value.suggested_filename == "sheet-report.csv"
    page.get_by_label("Row with the headers").press("Enter")
    expect(page.get_by_role("heading", name="Preview")).to_be_visible()
    assert visits(app) == 0, "Enter in a field brings nothing in"
    page.get_by_role("button", name="Bring it in").click()
    expect(page.get_by_role("heading", name="Brought over")).to_be_visible()
    before = visits(app)
    expect(page.get_by_role("status").filter(has_text=f"{before} visits were added.")).to_be_visible()
    if javascript:
        assert problems(page) == []
        take(page, "sheets-done")
    page.get_by_role("link", name="To the list").click()
    page.locator("summary").filter(has_text="Take it out again").click()
    page.get_by_role("button", name="Take out").click()
    expect(page.get_by_text(f"{before} visits were taken out.")).to_be_visible()
    expect(page.get_by_text("Taken out again:")).to_be_visible()
    assert visits(app) == 0
    choose(page, mended())
    assert number(page, "Accepted") > len(EXPECTED["accepted"]), "the words are remembered, and a row was mended"
    page.get_by_role("button", name="Bring it in").click()
    after = visits(app)
    assert after > before
    choose(page, mended())
    page.get_by_role("button", name="Bring it in").click()
    expect(page.get_by_text("Nothing new in this sheet.")).to_be_visible()
    expect(page.get_by_text(f"Brought over before: {after}")).to_be_visible()
    assert visits(app) == after


def test_while_a_file_is_read_the_page_says_so_and_sends_it_once(cast: Cast, open_phone: OpenPage) -> None:
    page = open_phone(cast.cho_user)
    page.goto("/practice/sheets")
    # A page that is being left is not looked at: it stays, as if the answer took for ever.
    page.evaluate(
        """() => {
          window.sent = [];
          document.addEventListener("submit", (event) => {
            window.sent.push(!event.defaultPrevented);
            event.preventDefault();
          });
        }"""
    )
    button, said = page.get_by_role("button", name="Look at it"), page.locator("[data-sending]")
    expect(said).to_be_hidden()
    button.click()
    expect(said.get_by_role("status")).to_have_text("The file is being read. A long one takes up to half a minute.")
    expect(said).to_contain_text("2 s")
    button.click()
    assert page.evaluate("window.sent") == [True, False]
    # Who goes back to the page finds it ready again.
    page.evaluate("window.dispatchEvent(new Event('pageshow'))")
    expect(said).to_be_hidden()
    button.click()
    assert page.evaluate("window.sent") == [True, False, True]


def test_a_refused_file_and_an_open_question_are_said_at_their_fields(
    cast: Cast, open_phone: OpenPage, take: Callable[[Page, str], None], faults: Any
) -> None:
    page = open_phone(cast.cho_user)
    choose(page, b"\x89PNG\r\n\x1a\n" + bytes(500))
    expect(page.get_by_role("alert")).to_contain_text("This is not a spreadsheet")
    assert problems(page) == []
    faults.forgive("status of 415")
    choose(page, b"Patient,Date,Treatment,VAS\nRM-17,03/04/2026,acu,7\n")
    page.get_by_role("button", name="Show the preview").click()
    expect(page.get_by_role("alert")).to_contain_text("Say how the dates are written")
    faults.forgive("status of 422")
    assert problems(page) == []
    take(page, "sheets-dates")
    page.get_by_text("Day first").click()
    page.get_by_role("button", name="Show the preview").click()
    expect(page.get_by_role("region", name="The first rows, as they are understood")).to_contain_text(
        "3\N{NO-BREAK SPACE}Apr\N{NO-BREAK SPACE}2026"
    )
