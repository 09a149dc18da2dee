"""Mails as a mail program on a phone shows them: 360 px wide, pictures on and off, light and dark, nothing fetched."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Literal

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from firststep.mail.delivery import sender_of
from firststep.mail.message import Letter, to_bytes
from tests.browser.look import mail_problems
from tests.cast import NOW, Cast
from tests.support.letters import EVERY_KIND, write

pytestmark = pytest.mark.browser

Colours = Literal["light", "dark"]
Show = Callable[..., Page]


@pytest.fixture
def show(chromium: Browser) -> Iterator[Show]:
    """Return a function that shows a mail's HTML as a mail program would, and fails if that fetches anything."""
    asked: list[str] = []
    context = chromium.new_context(viewport={"width": 360, "height": 740}, offline=True)

    def open_mail(raw: bytes, *, pictures: bool, colours: Colours) -> Page:
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.emulate_media(color_scheme=colours)
        page.set_content(as_shown(raw, pictures=pictures))
        return page

    yield open_mail
    context.close()
    assert [url for url in asked if not url.startswith("data:")] == []


def as_shown(raw: bytes, *, pictures: bool) -> str:
    """Return the HTML with the mail's own pictures in their places, or with none."""
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(preferencelist=("html",))
    assert body is not None
    html = str(body.get_content())
    for part in message.walk():
        if part.get_content_maintype() == "image":
            png = f"data:image/png;base64,{b64encode(part.get_content()).decode()}" if pictures else ""
            html = html.replace(f"cid:{part['Content-ID'].strip('<>')}", png)
    assert "cid:" not in html
    return html


def sent(app: Flask, cast: Cast, kind: str, *, detailed: bool) -> tuple[Letter, bytes]:
    letter = write(app, cast, kind, detailed=detailed)
    return letter, to_bytes(letter, sender=sender_of(app), message_id="abc", now=NOW)


@pytest.mark.parametrize(("kind", "detailed"), [*((kind, False) for kind in EVERY_KIND), ("weekly_summary", True)])
def test_every_mail_fits_a_phone_and_can_be_read_in_both_schemes(
    app: Flask, cast: Cast, show: Show, take: Callable[[Page, str], None], kind: str, detailed: bool
) -> None:
    letter, raw = sent(app, cast, kind, detailed=detailed)
    page = show(raw, pictures=True, colours="light")
    assert mail_problems(page) == []
    page.emulate_media(color_scheme="dark")
    assert mail_problems(page) == []
    assert page.locator("body").evaluate("(body) => getComputedStyle(body).colorScheme") == "light dark"
    take(page, f"mail-{kind}{'-detailed' if detailed else ''}")
    # What the text part says before its foot, the HTML shows too; large digits need no name.
    said = {word.strip(":") for word in letter.text.partition("\n-- \n")[0].split() if not word.startswith("http")}
    assert said - {word.strip(":") for word in page.inner_text("body").split()} <= {"Code"}


def test_the_chart_is_shown_whole_and_as_wide_as_the_phone_allows(app: Flask, cast: Cast, show: Show) -> None:
    letter, raw = sent(app, cast, "weekly_summary", detailed=True)
    assert letter.picture is not None
    page = show(raw, pictures=True, colours="dark")
    picture = page.locator("img")
    natural = picture.evaluate("(img) => img.decode().then(() => [img.naturalWidth, img.naturalHeight])")
    box = picture.bounding_box()
    assert box is not None
    assert 320 <= box["width"] <= letter.picture.width_px
    assert box["x"] + box["width"] <= 360
    assert abs(box["height"] / box["width"] - natural[1] / natural[0]) < 0.01
    # Phones have two pixels or more for each of these.
    assert natural[0] >= 1.5 * box["width"] - 1


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_without_pictures_the_words_stand_in_their_place(app: Flask, cast: Cast, show: Show, colours: Colours) -> None:
    letter, raw = sent(app, cast, "weekly_summary", detailed=True)
    assert letter.picture is not None
    page = show(raw, pictures=False, colours=colours)
    assert page.locator("img").get_attribute("alt") == letter.picture.alt
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    box = page.locator("img").bounding_box()
    assert box is not None
    # The words are wrapped, not cut off.
    assert box["height"] > 40
    assert "Your first-step pain averaged 2.4." in page.inner_text("body")
