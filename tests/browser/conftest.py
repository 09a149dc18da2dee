"""A real browser on the real server; every page is watched for faults that a person would not see."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from tests import cast as people
from tests.support.browsers import launch
from tests.support.servers import serving

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
            _sign_in(app, context, site, user_id)
        page = context.new_page()
        _watch(page, site, faults)
        return page

    yield open_page
    for context in contexts:
        context.close()


def _sign_in(app: Flask, context: BrowserContext, site: str, user_id: UUID) -> None:
    name = app.config["SESSION_COOKIE_NAME"]
    cookie = people.sign_in(app, user_id).get_cookie(name)
    assert cookie is not None
    context.add_cookies([{"name": name, "value": cookie.value, "url": site, "httpOnly": True, "sameSite": "Lax"}])


def _watch(page: Page, site: str, faults: Faults) -> None:
    page.on("pageerror", lambda error: faults.messages.append(str(error)))
    page.on("console", lambda message: faults.messages.append(message.text) if message.type == "error" else None)
    page.on("request", lambda request: _note_foreign(request.url, site, faults))


def _note_foreign(url: str, site: str, faults: Faults) -> None:
    parts = urlsplit(url)
    if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != urlsplit(site).netloc:
        faults.foreign.append(url)
