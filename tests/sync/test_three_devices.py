"""Three devices without a connection and with clocks two years apart: the server's order counts, nothing is silent."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from firststep.extensions import db
from firststep.models import DiaryChange
from tests.cast import NOW, TODAY, Browser, Cast
from tests.sync.one_phone import OnePhone
from tests.sync.phones import Phones
from tests.sync.world import World

DAY = TODAY.isoformat()
RIGHT = ("right", "first_step_pain", None)
TWO_YEARS_S = 2 * 365 * 86400


@pytest.fixture
def world(app: Flask, phones: Phones) -> World:
    """Return three phones of one person, all up to date: one goes right, two are two years wrong."""
    made = World(app, phones, (0, TWO_YEARS_S, -TWO_YEARS_S), Counter())
    for phone in range(3):
        made.refresh(phone, 0)
    return made


def enter(world: World, phone: int, value: int, *, day: str = DAY, field: str = "first_step_pain") -> None:
    world.tap(phone, 0, {"day": day, "foot": "right", "set": {field: value}}, online=False)


def elsewhere(world: World, phone: int) -> list[tuple[str, int]]:
    """Let the phone send; return what it says was also entered elsewhere."""
    answers = world.flush(phone, 0, online=True)
    return [(item["field"], item["value"]) for answer in answers for item in answer["superseded"]]


def test_the_last_to_arrive_stays_and_each_says_what_it_replaced(world: World) -> None:
    for phone, value in ((1, 8), (0, 3), (2, 5)):
        enter(world, phone, value)
    enter(world, 2, 4, field="average_pain")
    assert elsewhere(world, 1) == []
    assert elsewhere(world, 2) == [("first_step_pain", 8)]
    assert elsewhere(world, 0) == [("first_step_pain", 5)]
    ledger = world.people[0].ledger
    assert ledger.state(DAY) == {RIGHT: "30", ("right", "average_pain", None): "40"}
    # What was replaced stays in the history, with the phone's own idea of when it was.
    assert [(row.new_value, row.entered_at.year) for row in ledger.rows] == [
        ("80", 2028), ("50", 2024), ("40", 2024), ("30", 2026)
    ]  # fmt: skip
    world.converge()


def test_what_was_never_seen_on_this_phone_is_not_replaced_in_silence(world: World) -> None:
    """A day from before those that a phone keeps is empty there: whoever fills it in did not see what stood in it."""
    long_ago = "2024-11-22"
    enter(world, 0, 7, day=long_ago)
    assert elsewhere(world, 0) == []
    for phone in (1, 2):
        world.refresh(phone, 0, online=True)
    enter(world, 2, 2, day=long_ago)
    assert elsewhere(world, 2) == [("first_step_pain", 7)]
    # The page that the server made of the day showed it.
    served = {"day": long_ago, "foot": "right", "set": {"first_step_pain": 1}, "served": True}
    world.refresh(1, 0)
    world.tap(1, 0, served, online=False)
    assert elsewhere(world, 1) == []


def test_a_phone_in_2099_puts_no_point_into_the_future(app: Flask, cast: Cast, phones: Phones, ben: Browser) -> None:
    phone = OnePhone(app, phones, cast.ben_user, clock=datetime(2099, 1, 1, 8, tzinfo=UTC))
    phone.open()
    own_today = phone.do("today", zone="Europe/Berlin")["result"]
    assert own_today == "2099-01-01"
    for day, value in ((DAY, 6), (own_today, 9)):
        phone.tap({"day": day, "foot": "right", "set": {"first_step_pain": value}})
    assert [one["error"]["message"] for one in phone.queue] == ["That day has not come yet."]
    with app.app_context():
        rows = db.session.execute(select(DiaryChange.day, DiaryChange.entered_at, DiaryChange.stored_at)).all()
    assert [(row.day, row.entered_at.year, row.stored_at) for row in rows] == [(TODAY, 2099, NOW)]
    figure = ben.get("/progress/figure.json").get_json()
    days = {str(x)[:10] for trace in figure["data"] for x in trace.get("x") or [] if str(x)[:2] == "20"}
    own = [trace for trace in figure["data"] if 6 in (trace.get("y") or [])]
    assert own, "the entry of today is meant to be in the chart"
    assert not any(day.startswith("2099") for day in days)
