"""Who decides the language: the person, before that their browser; and nothing breaks without a catalogue."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from firststep.extensions import db
from firststep.models import User
from tests.cast import Browser, Cast
from tests.support.letters import write
from tests.support.pseudo_locale import LANGUAGE, OPENS

pytestmark = pytest.mark.sqlite_only


def language_of(browser: Browser, path: str, asked: str = "") -> str:
    """Return the language that the page says it is in; its sentences must agree."""
    page = BeautifulSoup(browser.get(path, headers={"Accept-Language": asked} if asked else {}).text, "html.parser")
    assert page.html is not None
    assert page.main is not None
    language = str(page.html["lang"])
    assert (OPENS in page.main.text) is (language == LANGUAGE)
    return language


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("", "en"),
        ("de", "en"),
        (LANGUAGE, LANGUAGE),
        (f"de, {LANGUAGE};q=0.8, en;q=0.5", LANGUAGE),
        (f"en, {LANGUAGE};q=0.8", "en"),
        ("x" * 500, "en"),
        ("*;q=nan,;;,=", "en"),
    ],
)
def test_a_stranger_reads_what_their_browser_asks_for(nobody: Browser, asked: str, language: str) -> None:
    assert language_of(nobody, "/", asked) == language


def test_who_is_signed_in_reads_what_they_chose(ana: Browser) -> None:
    assert language_of(ana, "/log", LANGUAGE) == "en"
    form = {"name": "Ana", "time_zone": "Europe/Berlin", "week_starts_on": "0", "language": LANGUAGE}
    page = ana.post("/settings", data=form, follow_redirects=True)
    assert f"{OPENS}Saved." in page.text
    assert language_of(ana, "/log", "en") == LANGUAGE


def test_a_language_that_is_not_there_is_refused(ana: Browser) -> None:
    form = {"name": "Ana", "time_zone": "Europe/Berlin", "week_starts_on": "0", "language": "tlh"}
    response = ana.post("/settings", data=form)
    assert response.status_code == 422
    assert "Not a valid choice." in response.text


def test_an_account_is_made_in_the_language_of_the_sign_up(app: Flask, nobody: Browser) -> None:
    form = {"role": "patient", "name": "Eva", "email": "eva@example.com", "password": "correct horse battery staple"}
    form |= {"time_zone": "Europe/Berlin", "terms": "y", "privacy": "y", "health_data": "y"}
    assert nobody.post("/sign-up", data=form, headers={"Accept-Language": LANGUAGE}).status_code == 303
    with app.app_context():
        assert db.session.query(User).filter_by(email="eva@example.com").one().locale == LANGUAGE


@pytest.mark.parametrize("gone", ["xx", "zz-Nowhere", ""])
def test_a_language_whose_catalogue_is_gone_falls_back_to_english(
    app: Flask, cast: Cast, ana: Browser, gone: str
) -> None:
    with app.app_context():
        db.session.get_one(User, cast.ana_user).locale = gone
        db.session.commit()
    assert language_of(ana, "/settings") == "en"
    assert OPENS not in write(app, cast, "weekly_summary", detailed=True).text
