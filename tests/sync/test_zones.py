"""Around each change of the clocks an entry lands on the day that the person saw: here the odd zones, all in soak."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from firststep.extensions import db
from firststep.models import FootDay, User
from firststep.services.zones import local_day
from tests.cast import Cast
from tests.sync.one_phone import OnePhone
from tests.sync.phones import Phones
from tests.sync.zones import SERVER_DATA, changes, compare, moments_around, phone_clock

#: Changes at midnight or by half an hour, in Ramadan, for good, by a law of the year before; offsets of minutes.
ODD = (
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/Asuncion",
    "America/Havana",
    "America/New_York",
    "America/Nuuk",
    "America/Santiago",
    "America/St_Johns",
    "Antarctica/Casey",
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Europe/Volgograd",
    "Pacific/Apia",
    "Pacific/Kiritimati",
)


def test_phone_and_server_see_the_same_day() -> None:
    with phone_clock() as phone:
        found = compare(ODD, phone, days=1)
    assert found.wrong == []
    assert found.zones == len(ODD)
    assert found.moments > 8_000
    # Only other data may show another time, and it is said where.
    assert found.other_data == {} or found.phone_data != SERVER_DATA, found


def _same_day(one: datetime, other: datetime, zone_name: str) -> bool:
    return local_day(one, zone_name) == local_day(other, zone_name)


@pytest.mark.parametrize("zone_name", ["Africa/Cairo", "America/Havana", "Australia/Lord_Howe", "Europe/Berlin"])
def test_an_entry_made_around_a_change_is_stored_on_the_day_that_was_seen(
    app: Flask, cast: Cast, phones: Phones, set_clock: Callable[[datetime], None], zone_name: str
) -> None:
    with app.app_context():
        db.session.execute(update(User).where(User.id == cast.ben_user).values(time_zone=zone_name))
        db.session.commit()
    change = next(one for one in changes(zone_name) if one > datetime(2026, 1, 1, tzinfo=UTC))
    # The phone's clock goes on while the entry is made.
    minute = timedelta(minutes=1)
    near = [at for at in sorted(moments_around(change, zone_name, days=0)) if _same_day(at, at + minute, zone_name)]
    seen = set()
    for moment in near[:: len(near) // 8]:
        set_clock(moment)
        phone = OnePhone(app, phones, cast.ben_user, at=moment)
        phone.open()
        day = phone.do("today", zone=zone_name)["result"]
        assert phone.browser.get("/diary/session").json["today"] == day
        phone.tap({"day": day, "foot": "right", "set": {"first_step_pain": 6}})
        assert phone.queue == []
        seen.add(day)
    with app.app_context():
        columns = FootDay.day, FootDay.first_step_recalled
        rows = db.session.execute(select(*columns).where(FootDay.patient_id == cast.ben)).all()
    assert {(row.day.isoformat(), row.first_step_recalled) for row in rows} == {(day, False) for day in seen}
