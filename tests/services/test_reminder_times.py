"""Reminders on the wall clock: each local day has at most one at its hour, on days with a change of clocks too."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from firststep.services.reminder_times import REPEAT_AFTER, moment_of, next_slot
from firststep.services.zones import zone


@pytest.mark.parametrize(
    ("zone_name", "day", "hour", "utc"),
    [
        pytest.param("Europe/Berlin", "2026-11-23", 20, "2026-11-23 19:00", id="ordinary"),
        pytest.param("Europe/Berlin", "2026-03-29", 2, "2026-03-29 01:00", id="gap: 03:00 is next"),
        pytest.param("Europe/Berlin", "2026-03-29", 3, "2026-03-29 01:00", id="after the gap"),
        pytest.param("Europe/Berlin", "2026-10-25", 2, "2026-10-25 00:00", id="twice: the first"),
        pytest.param("America/New_York", "2026-03-08", 2, "2026-03-08 07:00", id="gap in the west"),
        pytest.param("America/New_York", "2026-11-01", 1, "2026-11-01 05:00", id="twice in the west"),
        pytest.param("Australia/Lord_Howe", "2026-10-04", 2, "2026-10-03 15:30", id="gap of half an hour: 02:30"),
        pytest.param("Australia/Lord_Howe", "2026-04-05", 2, "2026-04-04 15:30", id="02:00 once, 01:30 twice"),
        pytest.param("Antarctica/Troll", "2026-03-29", 1, "2026-03-29 01:00", id="gap of two hours: 03:00"),
        pytest.param("Antarctica/Troll", "2026-03-29", 2, "2026-03-29 01:00", id="later in the same gap"),
        pytest.param("Africa/Cairo", "2026-04-24", 0, "2026-04-23 22:00", id="gap at midnight: 01:00 of the day"),
        pytest.param("America/Santiago", "2026-09-06", 0, "2026-09-06 04:00", id="gap at midnight in the south"),
        pytest.param("Asia/Kathmandu", "2026-11-23", 9, "2026-11-23 03:15", id="quarter of an hour"),
        pytest.param("Pacific/Apia", "2011-12-30", 9, None, id="a day that never was"),
        pytest.param("Pacific/Apia", "2011-12-31", 9, "2011-12-30 19:00", id="the day after it"),
    ],
)
def test_the_moment_of_an_hour(zone_name: str, day: str, hour: int, utc: str | None) -> None:
    expected = datetime.fromisoformat(utc).replace(tzinfo=UTC) if utc else None
    assert moment_of(date.fromisoformat(day), hour, zone_name) == expected


ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Antarctica/Troll", "Africa/Cairo", "Asia/Tehran")


@pytest.mark.parametrize("zone_name", [*ZONES, "America/Santiago", "Pacific/Chatham", "Africa/Casablanca", "UTC"])
def test_a_year_of_every_hour_has_one_reminder_a_day(zone_name: str) -> None:
    first = date(2026, 1, 1)
    for hour in range(24):
        moments = [moment_of(first + timedelta(days=days), hour, zone_name) for days in range(365)]
        local = [moment.astimezone(zone(zone_name)) for moment in moments if moment]
        assert [moment.date() for moment in local] == [first + timedelta(days=days) for days in range(365)]
        # As chosen, or in a gap the first moment after it.
        for moment in local:
            if moment.hour != hour or moment.minute:
                before = (moment.astimezone(UTC) - timedelta(seconds=1)).astimezone(zone(zone_name))
                assert before.replace(tzinfo=None).hour < hour or (before.hour, moment.hour) == (23, 1)


def test_after_each_slot_comes_the_next_day_s() -> None:
    now, found = datetime(2026, 3, 27, tzinfo=UTC), []
    for _ in range(4):
        slot = next_slot(now, 2, "Europe/Berlin", repeats=False, after=None)
        found.append((slot.on.day, slot.at.hour))
        now = slot.at
    assert found == [(27, 1), (28, 1), (29, 1), (30, 0)]


@pytest.mark.parametrize(("hour", "numbers"), [(0, [1, 2]), (20, [1, 2]), (21, [1, 2]), (22, [1]), (23, [1])])
def test_the_second_of_a_day_stays_on_its_day(hour: int, numbers: list[int]) -> None:
    now, found = datetime(2026, 11, 23, tzinfo=UTC) - timedelta(minutes=1), []
    slot = next_slot(now, hour, "UTC", repeats=True, after=None)
    while slot.on == date(2026, 11, 23):
        found.append(slot.number)
        slot = next_slot(slot.at, hour, "UTC", repeats=True, after=(slot.on, slot.number))
    assert found == numbers
    assert slot.number == 1


def test_a_day_gets_nothing_twice_when_hour_or_zone_change() -> None:
    now = datetime(2026, 11, 23, 10, tzinfo=UTC)
    done = (date(2026, 11, 23), 1)
    assert next_slot(now, 15, "UTC", repeats=False, after=done).on == date(2026, 11, 24)
    again = next_slot(now, 15, "UTC", repeats=True, after=done)
    assert (again.on, again.number, again.at) == (done[0], 2, datetime(2026, 11, 23, 15, tzinfo=UTC) + REPEAT_AFTER)
    # Eastward and back: on an own day that begins later there is nothing twice either.
    assert next_slot(now, 9, "America/New_York", repeats=False, after=done).on == date(2026, 11, 24)
