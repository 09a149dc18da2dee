"""Dates and moments are written in one order everywhere, a moment on the reader's own clock."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask_babel import force_locale

from firststep.web.dates import long_date, moment_words, short_date
from tests.cast import Browser

AMERICAN = re.compile(r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* \d{1,2}, \d{4}")


def test_the_day_comes_before_the_month_and_the_year(app: Flask) -> None:
    with app.test_request_context(), force_locale("en"):
        assert long_date(date(2026, 11, 3)) == "3 November 2026"
        assert short_date(date(2026, 11, 3)) == "3 Nov 2026"


@pytest.mark.parametrize(
    ("zone", "words"), [("Europe/Berlin", "4 Nov 2026, 00:05"), ("America/New_York", "3 Nov 2026, 18:05")]
)
def test_a_moment_is_that_of_the_readers_clock(app: Flask, zone: str, words: str) -> None:
    with app.test_request_context(), force_locale("en"):
        assert moment_words(datetime(2026, 11, 3, 23, 5, tzinfo=UTC), zone) == words


@pytest.mark.parametrize("address", ["/progress", "/share", "/settings/sessions", "/settings/consents"])
def test_no_page_writes_the_month_first(ana: Browser, address: str) -> None:
    text = ana.get(address).get_data(as_text=True)
    assert re.search(r"[0-9] [A-Z][a-z]+ 202[67]", text)
    assert AMERICAN.search(text) is None


def test_a_page_shows_moments_in_the_persons_zone(ana: Browser) -> None:
    assert "23 Nov 2026, 07:30" in ana.get("/settings/sessions").get_data(as_text=True)
