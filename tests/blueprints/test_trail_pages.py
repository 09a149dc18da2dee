"""The patient's list of who looked and what changed: each look once, each step with whom it was about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select, text

from firststep.extensions import db
from firststep.models import AccessEvent
from firststep.services.audit import Actor, record, verify
from firststep.services.diary_ops import Op, apply_op
from firststep.web.trail import sealing_key
from tests.cast import NOW, TODAY, Browser, Cast
from tests.services.test_audit import without_guards

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


def read_pages(browser: Browser, path: str) -> list[list[str]]:
    """Return the rows of each page of a list, following its link to earlier ones."""
    pages: list[list[str]] = []
    while path:
        page = BeautifulSoup(browser.get(path).get_data(as_text=True), "html.parser")
        pages.append([row.get_text(" ", strip=True) for row in page.select("main ol li")])
        link = page.find("a", string="Earlier ones")
        path = str(link["href"]) if link else ""
    return pages


def test_a_long_list_of_looks_comes_in_pages(app: Flask, ana: Browser, cast: Cast) -> None:
    with app.test_request_context():
        for number in range(205):
            actor = Actor(user_id=cast.cho_user, name=f"look {number}", now=NOW, key=sealing_key())
            record(db.session, actor, cast.ana, "viewed_charts", share_id=cast.share)
        db.session.commit()
    pages = read_pages(ana, "/share/log")
    assert [len(rows) for rows in pages] == [100, 100, 5]
    assert [row.split()[1] for rows in pages for row in rows] == [str(number) for number in reversed(range(205))]
    for odd in ("x", "-1", "٣", "9" * 5000, "0"):
        assert ana.get("/share/log", query_string={"before": odd}).status_code == 200


def test_a_long_history_of_a_day_comes_in_pages(app: Flask, ben: Browser, cast: Cast) -> None:
    with app.app_context():
        for number in range(101):
            op = Op(id=uuid4(), day=TODAY, sets={"": {"note": f"word {number}"}}, entered_at=NOW, zone="Europe/Berlin")
            apply_op(db.session, cast.ben, op, now=NOW)
        db.session.commit()
    pages = read_pages(ben, f"/log/{TODAY}/history")
    assert [len(rows) for rows in pages] == [100, 1]
    assert "word 0" in pages[1][0]


def test_the_list_says_that_it_was_checked(app: Flask, ana: Browser, cho: Browser, cast: Cast) -> None:
    assert "seal" not in ana.get("/share/log").text
    for _look in range(3):
        cho.get(f"/practice/{cast.share}")
    page = ana.get("/share/log").text
    with app.test_request_context():
        head = verify(db.session, cast.ana, key=sealing_key())
    assert "every line is as it was sealed" in page
    assert f"{head.count} {head.hash}" in page
    assert head.count == 3
    assert "This list was changed" not in page


@pytest.mark.parametrize("harm", ["UPDATE access_event SET actor_name = 'Dr Who'", "DELETE FROM access_event"])
def test_a_list_that_was_changed_says_so(app: Flask, ana: Browser, cho: Browser, cast: Cast, harm: str) -> None:
    for _look in range(3):
        cho.get(f"/practice/{cast.share}")
    with app.app_context():
        middle = db.session.scalars(select(AccessEvent.seq).order_by(AccessEvent.seq)).all()[1]
        without_guards(db.session, lambda: db.session.execute(text(f"{harm} WHERE seq = {middle}")))
    page = ana.get("/share/log").text
    assert "This list was changed" in page
    assert "as it was sealed" not in page


def test_the_list_says_whom_a_step_was_about(ana: Browser) -> None:
    wish = {"email": "new@example.com", "scope": "charts", "until_on": "2027-05-23", "from_day": ""}
    assert ana.post("/share/new", data=wish).status_code == 303
    page = BeautifulSoup(ana.get("/share/log").get_data(as_text=True), "html.parser")
    assert [line.get_text(" ", strip=True) for line in page.select("main ol li")] == [
        "You invited somebody 23 Nov 2026, 07:30 · new@example.com"
    ]
