"""A real browser on the real server; every page is watched for faults that a person would not see."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests import cast as people
from tests.support.browsers import launch
from tests.support.mailbox import Mailbox
from tests.support.servers import serving
from tests.support.smtp import Post, post_office

# A machine on which other tests run too needs longer than the five seconds that are usual for what comes in one.
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)

# Reports what the content security policy refused; the page itself shows nothing of it.
_WATCH_POLICY = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`policy refused ${event.violatedDirective}: ${event.blockedURI}`);
});
"""


@dataclass
class Faults:
    """What went wrong in a page without a person seeing it."""

    messages: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def forgive(self, words: str) -> None:
        """Forget what the browser noted as an error and the test had brought about."""
        self.messages[:] = [message for message in self.messages if words not in message]


OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Return Playwright, started once."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Return the browser, started once; each test opens a context of its own."""
    browser = launch(playwright)
    yield browser
    browser.close()


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    """Return the address at which the application is served."""
    with serving(app) as address:
        yield address


@pytest.fixture
def faults() -> Iterator[Faults]:
    """Collect faults of all pages of the test, and fail it if there was one."""
    seen = Faults()
    yield seen
    assert seen.messages == []
    assert seen.foreign == []


@pytest.fixture
def post() -> Iterator[Post]:
    """Return a running mail server; Playwright's event loop holds this thread, so it starts in another."""
    office = post_office()
    with ThreadPoolExecutor(1) as thread:
        yield thread.submit(office.__enter__).result()
        thread.submit(office.__exit__, None, None, None).result()


@pytest.fixture
def mailbox(app: Flask, site: str, post: Post) -> Iterator[Mailbox]:
    """Return everybody's mailboxes; the mails lead to the address at which the application is served."""
    settings = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(settings, base_url=site, smtp_url=post.url)
    yield Mailbox(app, post)
    app.config["SETTINGS"] = settings


@pytest.fixture(scope="session")
def take() -> Callable[[Page, str], None]:
    """Return a function that takes pictures of a page for people to look at, where PICTURES_DIR names a folder."""
    folder = os.environ.get("PICTURES_DIR")

    def take_all(page: Page, name: str) -> None:
        before = page.viewport_size
        if not folder or before is None:
            return
        Path(folder).mkdir(parents=True, exist_ok=True)
        for width, height in ((1280, 800), (360, 780)):
            page.set_viewport_size({"width": width, "height": height})
            for colours in ("dark", "light"):
                page.emulate_media(color_scheme=colours)
                page.screenshot(path=f"{folder}/{name}-{width}-{colours}.png", full_page=True, animations="disabled")
        page.set_viewport_size(before)

    return take_all


@pytest.fixture
def open_phone(app: Flask, site: str, chromium: Browser, faults: Faults) -> Iterator[OpenPage]:
    """Return a function that opens a page of 360×780 in which a user, or nobody, is signed in."""
    contexts: list[BrowserContext] = []

    def open_page(
        user_id: UUID | None = None,
        *,
        colours: Literal["light", "dark"] = "light",
        javascript: bool = True,
    ) -> Page:
        context = chromium.new_context(
            base_url=site,
            viewport={"width": 360, "height": 780},
            has_touch=True,
            color_scheme=colours,
            java_script_enabled=javascript,
            reduced_motion="reduce",
        )
        contexts.append(context)
        context.add_init_script(_WATCH_POLICY)
        if user_id is not None:
            sign_in(app, context, site, user_id)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        watch(page, site, faults)
        return page

    yield open_page
    for context in contexts:
        context.close()


def sign_in(app: Flask, context: BrowserContext, site: str, user_id: UUID, *, at: datetime = people.NOW) -> None:
    """Give the browser a session of the user, begun at the moment."""
    name = app.config["SESSION_COOKIE_NAME"]
    cookie = people.sign_in(app, user_id, at=at).get_cookie(name)
    assert cookie is not None
    context.add_cookies([{"name": name, "value": cookie.value, "url": site, "httpOnly": True, "sameSite": "Lax"}])


def watch(page: Page, site: str, faults: Faults) -> None:
    """Note the page's faults and its requests to other hosts."""
    page.on("pageerror", lambda error: faults.messages.append(str(error)))
    page.on("console", lambda message: faults.messages.append(message.text) if message.type == "error" else None)
    page.on("request", lambda request: _note_foreign(request.url, site, faults))


def _note_foreign(url: str, site: str, faults: Faults) -> None:
    parts = urlsplit(url)
    if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != urlsplit(site).netloc:
        faults.foreign.append(url)
