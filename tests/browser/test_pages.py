"""Every page, for everybody who may open it, on a phone and on a desk, in light and dark: nothing is wrong with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Final, Literal
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.conftest import Faults, watch
from tests.browser.look import colour_problems, problems
from tests.browser.walk import Site, make_site
from tests.cast import Cast

pytestmark = pytest.mark.browser

SIZES = ((360, 780), (1280, 800))
LOOKS: Final[tuple[tuple[Literal["light", "dark"], Callable[[Page], list[str]]], ...]] = (
    ("light", problems),
    ("dark", colour_problems),
)

_FORMS_WITHOUT_BUTTON = """
() => {
  const seen = (form, selector) => [...form.querySelectorAll(selector)].some((part) => part.checkVisibility());
  return [...document.querySelectorAll("main form")]
    .filter((form) => seen(form, "input:not([type=hidden]), select, textarea, button"))
    .filter((form) => !seen(form, "button:not([type=button])"))
    .map((form) => form.action);
}
"""


@pytest.fixture
def people(app: Flask, cast: Cast) -> Site:
    """Return the visitors and the addresses."""
    return make_site(app, cast)


@pytest.fixture
def window(chromium: Browser, site: str, faults: Faults) -> Iterator[Callable[..., BrowserContext]]:
    """Return a function that opens a browser window of its own settings."""
    opened: list[BrowserContext] = []

    def open_window(**settings: bool) -> BrowserContext:
        context = chromium.new_context(base_url=site, reduced_motion="reduce", service_workers="block", **settings)
        context.set_default_timeout(10_000)
        context.on("page", lambda page: watch(page, site, faults))
        opened.append(context)
        return context

    yield open_window
    for context in opened:
        context.close()


def enter(context: BrowserContext, people: Site, site: str, visitor: str) -> None:
    """Make the window that visitor's."""
    context.clear_cookies()
    cookie = {"name": people.app.config["SESSION_COOKIE_NAME"], "value": people.cookies[visitor], "url": site}
    if people.cookies[visitor]:
        context.add_cookies([cookie])  # type: ignore[list-item]


def test_every_page_is_right_at_every_size_in_every_colour(
    window: Callable[..., BrowserContext], people: Site, site: str, faults: Faults, take: Callable[[Page, str], None]
) -> None:
    # A phone of their own for each: one that knew somebody before leads them to their log.
    phones = {visitor: window(has_touch=True) for visitor in people.cookies}
    pages = {visitor: phone.new_page() for visitor, phone in phones.items()}
    wrong: defaultdict[str, list[str]] = defaultdict(list)
    visits = list(people.visits())
    assert {visit.visitor for visit in visits} == set(people.cookies)
    assert {"/settings/password", "/settings/factor/app", "/practice"} <= {visit.address for visit in visits}
    for visit in visits:
        page = pages[visit.visitor]
        enter(phones[visit.visitor], people, site, visit.visitor)
        page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
        page.goto(visit.address)
        # The phone's own pages are filled by their scripts.
        page.locator("h1:visible").first.wait_for()
        take(page, f"page-{visit.visitor}{visit.address.replace('/', '_')[:40]}")
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            for colours, look in LOOKS:
                page.emulate_media(color_scheme=colours)
                for problem in look(page):
                    wrong[problem].append(f"{visit}, {width} wide, {colours}")
    faults.forgive("status of 404")
    assert not wrong, "\n".join(f"{problem}\n    {len(at)} times, as {at[0]}" for problem, at in wrong.items())


def test_every_link_leads_somewhere_and_every_form_can_be_sent_without_javascript(
    window: Callable[..., BrowserContext], people: Site, site: str, faults: Faults
) -> None:
    context = window(java_script_enabled=False)
    page = context.new_page()
    wrong, tried = [], set()
    # What leads to a page that the walk found needs no second try.
    visits = list(people.visits())
    for visit in visits:
        enter(context, people, site, visit.visitor)
        page.goto(visit.address)
        wrong += [f"{visit}: no button to send {action}" for action in page.evaluate(_FORMS_WITHOUT_BUTTON)]
        wrong += [f"{visit}: a button that does nothing"] * page.locator("button[type=button]:visible").count()
        for address in _links(page, site):
            if (visit.visitor, address) in tried:
                continue
            tried.add((visit.visitor, address))
            if (visit.visitor, address.removeprefix(site)) in people.pages:
                continue
            answer = context.request.get(address, max_redirects=5)
            if answer.status != 200:
                wrong.append(f"{visit}: {address} is answered with {answer.status}")
    faults.forgive("status of 404")
    assert not wrong, "\n".join(wrong)
    assert len(tried) > 100


def _links(page: Page, site: str) -> set[str]:
    """Return where the page's links lead on this site, without the mark within a page."""
    links: list[str] = page.locator("a[href]").evaluate_all("(all) => all.map((link) => link.getAttribute('href'))")
    paths = {link.partition("#")[0] for link in links if not urlsplit(link).scheme}
    return {f"{site}{path}" if path.startswith("/") else f"{page.url}{path}" for path in paths if path}
