"""When a letter is due in the person's own time zone, and which days it is about."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from firststep.clinical.week import DAYS_IN_WEEK, Month, Week, month_with, week_with
from firststep.services.zones import zone

_SEVEN_DAYS = timedelta(days=DAYS_IN_WEEK)
# A letter that could not be made for this long after its time is left out: the next one is near.
LATEST = timedelta(hours=48)
#: When somebody whose mail could not be worked out is looked at again.
LATER = timedelta(hours=1)
_JITTER_SECONDS = 600


@dataclass(frozen=True, kw_only=True)
class Slots:
    """The moments of one weekly time on a person's wall clock, or of each month's first such day; Monday is 0."""

    weekday: int
    hour: int
    minute: int
    zone_name: str
    monthly: bool = False

    def on(self, day: date) -> datetime:
        """Return the moment of the wall time on this day, in UTC.

        A time that the clocks leave out comes as much later as they jump (02:30 becomes 03:30);
        of a time that comes twice the first one counts.
        """
        wall = datetime.combine(day, time(self.hour, self.minute), tzinfo=zone(self.zone_name))
        return wall.astimezone(UTC)

    def next_after(self, moment: datetime) -> datetime:
        """Return the first slot that is strictly later than the moment, in UTC."""
        today = moment.astimezone(zone(self.zone_name)).date()
        first = today - timedelta(days=1)
        day = first + timedelta(days=(self.weekday - first.weekday()) % 7)
        while self.on(day) <= moment or not self._counts(day):
            day += _SEVEN_DAYS
        return self.on(day)

    def last_until(self, moment: datetime) -> datetime:
        """Return the last slot that is not later than the moment, in UTC."""
        day = moment.astimezone(zone(self.zone_name)).date() + timedelta(days=1)
        day -= timedelta(days=(day.weekday() - self.weekday) % 7)
        while self.on(day) > moment or not self._counts(day):
            day -= _SEVEN_DAYS
        return self.on(day)

    def _counts(self, day: date) -> bool:
        return not self.monthly or day.day <= DAYS_IN_WEEK


def last_complete_week(moment: datetime, zone_name: str, week_starts_on: int) -> Week:
    """Return the last seven-day week that is over on the person's calendar at the moment."""
    return week_with(moment.astimezone(zone(zone_name)).date(), week_starts_on).previous


def last_complete_month(moment: datetime, zone_name: str) -> Month:
    """Return the last calendar month that is over on the person's calendar at the moment."""
    return month_with(moment.astimezone(zone(zone_name)).date()).previous


def spread(slot: datetime, patient_id: UUID, zone_name: str) -> datetime:
    """Return the slot moved by up to ten minutes, always the same for a person, and never to another day."""
    seed = int.from_bytes(hashlib.sha256(patient_id.bytes).digest()[:4])
    moved = slot + timedelta(seconds=seed % (2 * _JITTER_SECONDS + 1) - _JITTER_SECONDS)
    place = zone(zone_name)
    return moved if moved.astimezone(place).date() == slot.astimezone(place).date() else slot


def next_sending(slots: Slots, patient_id: UUID, now: datetime) -> datetime:
    """Return when this person's next letter goes out: strictly later than now."""
    slot = slots.last_until(now)
    while (moment := spread(slot, patient_id, slots.zone_name)) <= now:
        slot = slots.next_after(slot)
    return moment


def last_slot(slots: Slots, patient_id: UUID, now: datetime) -> datetime:
    """Return the last slot whose letter was to go out by now."""
    slot = slots.next_after(now)
    while spread(slot, patient_id, slots.zone_name) > now:
        slot = slots.last_until(slot - timedelta(microseconds=1))
    return slot
