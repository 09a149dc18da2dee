"""A letter is due at the person's wall time, once a week, in every zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firststep.clinical.week import Month, Week
from firststep.services.mail_schedule import (
    Slots,
    last_complete_month,
    last_complete_week,
    last_slot,
    next_sending,
    spread,
)

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Pacific/Apia",
    "America/Santiago",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "UTC",
)

# The strategy wants its ends without a zone.
FIRST, LAST = (datetime.fromisoformat(text) for text in ("2020-01-01", "2035-01-01"))
moments = st.datetimes(FIRST, LAST, timezones=st.just(UTC))
slots = st.builds(
    Slots,
    weekday=st.integers(0, 6),
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
    zone_name=st.sampled_from(ZONES),
    monthly=st.booleans(),
)


def at(zone_name: str, *parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(zone_name)).astimezone(UTC)


def exists(moment: datetime, zone_name: str, hour: int, minute: int, day: date) -> bool:
    """Tell whether the clocks of the zone show this wall time on the day."""
    wall = datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(zone_name))
    return wall.astimezone(UTC).astimezone(ZoneInfo(zone_name)).replace(tzinfo=None) == wall.replace(tzinfo=None)


@given(slots, moments)
def test_the_next_slot_is_later_at_the_wall_time_and_within_eight_days(slot: Slots, moment: datetime) -> None:
    found = slot.next_after(moment)
    assert moment < found <= moment + timedelta(days=36 if slot.monthly else 8)
    local = found.astimezone(ZoneInfo(slot.zone_name))
    assert not slot.monthly or local.day <= 7
    if exists(found, slot.zone_name, slot.hour, slot.minute, local.date()):
        assert (local.weekday(), local.hour, local.minute) == (slot.weekday, slot.hour, slot.minute)


@given(slots, moments)
def test_last_and_next_slot_enclose_the_moment_and_are_neighbours(slot: Slots, moment: datetime) -> None:
    last, following = slot.last_until(moment), slot.next_after(moment)
    assert last <= moment < following
    assert slot.next_after(last) == following


@given(slots, moments, st.uuids())
def test_a_sending_is_near_its_slot_on_the_same_day_and_never_twice(
    slot: Slots, moment: datetime, patient_id: UUID
) -> None:
    sending = next_sending(slot, patient_id, moment)
    assert sending > moment
    told = last_slot(slot, patient_id, sending)
    assert spread(told, patient_id, slot.zone_name) == sending
    assert abs(sending - told) <= timedelta(minutes=10)
    place = ZoneInfo(slot.zone_name)
    assert sending.astimezone(place).date() == told.astimezone(place).date()
    assert last_slot(slot, patient_id, next_sending(slot, patient_id, sending)) == slot.next_after(told)


def test_people_are_spread_over_twenty_minutes_and_each_keeps_the_place() -> None:
    slot = at("Europe/Berlin", 2026, 11, 23, 7, 30)
    moves = {spread(slot, UUID(int=number), "Europe/Berlin") - slot for number in range(500)}
    assert max(moves) > timedelta(minutes=9)
    assert min(moves) < timedelta(minutes=-9)
    assert spread(slot, UUID(int=1), "Europe/Berlin") == spread(slot, UUID(int=1), "Europe/Berlin")


def test_a_time_that_the_clocks_leave_out_comes_an_hour_later() -> None:
    slot = Slots(weekday=6, hour=2, minute=30, zone_name="Europe/Berlin")
    found = slot.next_after(at("Europe/Berlin", 2027, 3, 27, 12))
    assert found == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    assert found.astimezone(ZoneInfo("Europe/Berlin")).hour == 3
    assert slot.next_after(found) == at("Europe/Berlin", 2027, 4, 4, 2, 30)


def test_a_time_that_comes_twice_counts_once() -> None:
    slot = Slots(weekday=6, hour=2, minute=30, zone_name="Europe/Berlin")
    found = slot.next_after(at("Europe/Berlin", 2026, 10, 24, 12))
    assert found == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert slot.next_after(found) == at("Europe/Berlin", 2026, 11, 1, 2, 30)


def test_lord_howe_moves_its_clocks_by_half_an_hour() -> None:
    slot = Slots(weekday=0, hour=7, minute=30, zone_name="Australia/Lord_Howe")
    before = slot.next_after(datetime(2026, 9, 25, tzinfo=UTC))
    after = slot.next_after(before)
    assert before == datetime(2026, 9, 27, 21, 0, tzinfo=UTC)
    assert after == datetime(2026, 10, 4, 20, 30, tzinfo=UTC)


def test_kolkata_is_half_an_hour_off() -> None:
    slot = Slots(weekday=0, hour=7, minute=30, zone_name="Asia/Kolkata")
    assert slot.next_after(datetime(2026, 11, 20, tzinfo=UTC)) == datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "zone_name", "starts_on", "first"),
    [
        (at("Europe/Berlin", 2026, 11, 23, 7, 30), "Europe/Berlin", 0, date(2026, 11, 16)),
        (at("Europe/Berlin", 2026, 11, 22, 23, 59), "Europe/Berlin", 0, date(2026, 11, 9)),
        (at("Europe/Berlin", 2026, 11, 23, 0, 0), "Europe/Berlin", 0, date(2026, 11, 16)),
        # Sunday first: on Monday the week that ended with Saturday is the last whole one.
        (at("America/New_York", 2026, 11, 23, 7, 30), "America/New_York", 6, date(2026, 11, 15)),
        (at("America/New_York", 2026, 11, 22, 0, 0), "America/New_York", 6, date(2026, 11, 15)),
        (at("America/New_York", 2026, 11, 21, 23, 0), "America/New_York", 6, date(2026, 11, 8)),
        # It is Monday in Auckland while it is still Sunday in UTC.
        (datetime(2026, 11, 22, 18, 30, tzinfo=UTC), "Pacific/Auckland", 0, date(2026, 11, 16)),
    ],
)
def test_the_week_is_the_last_whole_one_of_the_person(
    moment: datetime, zone_name: str, starts_on: int, first: date
) -> None:
    assert last_complete_week(moment, zone_name, starts_on) == Week(first=first, last=first + timedelta(days=6))


@pytest.mark.parametrize(
    ("moment", "zone_name", "last"),
    [
        (at("Europe/Berlin", 2026, 12, 7, 7, 30), "Europe/Berlin", date(2026, 11, 30)),
        (at("Europe/Berlin", 2026, 11, 30, 23, 59), "Europe/Berlin", date(2026, 10, 31)),
        (at("Europe/Berlin", 2028, 3, 1, 0, 0), "Europe/Berlin", date(2028, 2, 29)),
        (at("America/New_York", 2027, 1, 1, 0, 0), "America/New_York", date(2026, 12, 31)),
        # The month is over in Auckland while UTC still has its last evening.
        (datetime(2026, 11, 30, 18, 30, tzinfo=UTC), "Pacific/Auckland", date(2026, 11, 30)),
    ],
)
def test_the_month_is_the_last_whole_one_of_the_person(moment: datetime, zone_name: str, last: date) -> None:
    assert last_complete_month(moment, zone_name) == Month(first=last.replace(day=1), last=last)
