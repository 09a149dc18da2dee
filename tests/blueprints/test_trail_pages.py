"""The patient's list of who looked and what changed: each look once, each step with whom it was about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select

from firststep.extensions import db
from firststep.models import AccessEvent
from tests.cast import NOW, Browser, Cast

SetClock = Callable[[datetime], None]


def looks(app: Flask, cast: Cast) -> int:
    """Return how many looks stand in Ana's trail."""
    with app.app_context():
        events = db.session.scalars(select(AccessEvent.what).where(AccessEvent.patient_id == cast.ana))
        return sum(what.startswith("viewed_") for what in events)


def test_the_figure_that_an_open_page_fetches_is_no_second_look(
    app: Flask, cho: Browser, cast: Cast, set_clock: SetClock
) -> None:
    page, figure = f"/practice/{cast.share}", f"/practice/{cast.share}/figure.json"
    for address in (page, figure, figure):
        assert cho.get(address).status_code == 200
    assert looks(app, cast) == 1
    assert cho.get(page).status_code == 200
    assert looks(app, cast) == 2
    set_clock(NOW + timedelta(minutes=11))
    assert cho.get(figure).status_code == 200
    assert looks(app, cast) == 3


def test_a_figure_without_its_page_is_a_look(app: Flask, cho: Browser, cast: Cast) -> None:
    assert cho.get(f"/practice/{cast.share}/figure.json").status_code == 200
    assert looks(app, cast) == 1


def test_the_list_says_whom_a_step_was_about(ana: Browser) -> None:
    wish = {"email": "new@example.com", "scope": "charts", "until_on": "2027-05-23", "from_day": ""}
    assert ana.post("/share/new", data=wish).status_code == 303
    page = BeautifulSoup(ana.get("/share/log").get_data(as_text=True), "html.parser")
    assert [line.get_text(" ", strip=True) for line in page.select("main ol li")] == [
        "You invited somebody 23 Nov 2026, 07:30 · new@example.com"
    ]
