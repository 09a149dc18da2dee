"""The frame of every page: where one is."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from tests.cast import Browser


@pytest.mark.parametrize(
    ("address", "label"),
    [
        ("/log", "Log"),
        ("/log/2026-11-10/history", "Log"),
        ("/progress", "Progress"),
        ("/share/new", "Share"),
        ("/settings", "Settings"),
        ("/settings/episodes", "Settings"),
        ("/settings/mail", "Settings"),
        ("/settings/sessions", "Settings"),
    ],
)
def test_the_navigation_marks_where_one_is(ana: Browser, address: str, label: str) -> None:
    page = BeautifulSoup(ana.get(address).get_data(as_text=True), "html.parser")
    assert [link.get_text() for link in page.select('nav [aria-current="page"]')] == [label]


@pytest.mark.parametrize("address", ["/settings/episodes", "/terms", "/privacy"])
def test_pages_below_the_settings_lead_back(ana: Browser, address: str) -> None:
    page = BeautifulSoup(ana.get(address).get_data(as_text=True), "html.parser")
    assert page.select_one('main .way a[href="/settings"]')


@pytest.mark.parametrize("address", ["/terms", "/privacy"])
def test_what_is_agreed_to_leads_back_to_signing_up(nobody: Browser, address: str) -> None:
    page = BeautifulSoup(nobody.get(address).get_data(as_text=True), "html.parser")
    assert page.select_one('main .way a[href="/sign-up"]')
