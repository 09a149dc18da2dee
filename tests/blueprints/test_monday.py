"""The page of the Monday summary, and stopping it from the mail itself."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from firststep.extensions import db
from firststep.models import DigestPreference
from tests.cast import CANARY_NAME, Cast, sign_in
from tests.support.letters import write

PAGE = "/settings/monday"


def wish(app: Flask, cast: Cast) -> DigestPreference | None:
    with app.app_context():
        return db.session.get(DigestPreference, cast.cho)


def buttons(html: str) -> list[str]:
    card = BeautifulSoup(html, "html5lib").select_one("#when")
    assert card is not None
    return [button.get_text(strip=True) for button in card.find_all("button")]


def test_it_is_off_until_the_practitioner_switches_it_on_and_off_again(app: Flask, cast: Cast) -> None:
    browser = sign_in(app, cast.cho_user)
    page = browser.get(PAGE).text
    assert buttons(page) == ["Send it each Monday"]
    assert wish(app, cast) is None
    assert browser.post(PAGE, data={"time": "08:15"}).status_code == 303
    chosen = wish(app, cast)
    assert chosen is not None
    assert (chosen.wanted, chosen.hour, chosen.minute, chosen.next_at is None) == (True, 8, 15, False)
    assert buttons(browser.get(PAGE).text) == ["Save", "Switch off"]
    assert browser.post(PAGE, data={"time": "08:15", "wanted": "no"}).status_code == 303
    chosen = wish(app, cast)
    assert chosen is not None
    assert (chosen.wanted, chosen.next_at) == (False, None)


def test_the_page_shows_the_mail_as_it_would_be_sent_without_names(app: Flask, cast: Cast) -> None:
    page = BeautifulSoup(sign_in(app, cast.cho_user).get(PAGE).text, "html5lib")
    text = page.select_one("#mail").get_text()
    assert "1 person shares with you." in text
    assert "Silent: 1" in text
    assert CANARY_NAME not in text
    nobody = BeautifulSoup(sign_in(app, cast.dee_user).get(PAGE).text, "html5lib")
    assert "Nobody shares with you now" in nobody.select_one("#mail").get_text()


@pytest.mark.parametrize("time", ["", "25:00", "half past seven"])
def test_a_time_that_is_none_is_refused_beside_its_field(app: Flask, cast: Cast, time: str) -> None:
    answer = sign_in(app, cast.cho_user).post(PAGE, data={"time": time})
    assert answer.status_code == 422
    assert "Enter a time" in answer.text
    assert wish(app, cast) is None


def test_the_mail_itself_stops_it_signed_out_and_only_by_post(app: Flask, cast: Cast) -> None:
    letter = write(app, cast, "monday_counts", detailed=False)
    assert letter.list_unsubscribe is not None
    path = urlsplit(letter.list_unsubscribe).path
    stranger = app.test_client()
    asking = stranger.get(path)
    assert "Stop the Monday summary?" in asking.text
    assert wish(app, cast).wanted
    assert "Unsubscribed" in stranger.post(path, data={"List-Unsubscribe": "One-Click"}).text
    assert not wish(app, cast).wanted
    assert "You get the Monday summary again" in stranger.post(path, data={"undo": "yes"}).text
    assert wish(app, cast).wanted
    with app.app_context():
        db.session.delete(db.session.get(DigestPreference, cast.cho))
        db.session.commit()
    # Somebody whose account is gone is unsubscribed as well.
    answer = stranger.post(path)
    assert (answer.status_code, "Unsubscribed" in answer.text) == (200, True)
