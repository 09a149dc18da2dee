"""When a daily reminder is due on the person's wall clock, on days with a change of clocks as well."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count

from firststep.services.zones import local_day, zone

# The second reminder of a day comes so long after the first, and never on another day.
REPEAT_AFTER = timedelta(hours=2)
LAST_OF_DAY = 2


@dataclass(frozen=True, kw_only=True, order=True)
class Slot:
    """The first or second reminder of one local day, and its moment in UTC."""

    on: date
    number: int
    at: datetime


def moment_of(day: date, hour: int, zone_name: str) -> datetime | None:
    """Return the moment of the hour on the day in UTC; None where the zone has no such day.

    An hour that the clocks leave out is the next moment that exists; of one that comes twice the first counts.
    """
    place = zone(zone_name)
    wall = datetime.combine(day, time(hour), tzinfo=place)
    early, late = (wall.replace(fold=fold).astimezone(UTC) for fold in (1, 0))
    # In a gap the two readings are the other way round, and the clocks change between them.
    while early < late:
        middle = (early + (late - early) / 2).replace(microsecond=0)
        if middle.astimezone(place).replace(tzinfo=None) < wall.replace(tzinfo=None):
            early = middle + timedelta(seconds=1)
        else:
            late = middle
    return late if local_day(late, zone_name) == day else None


def next_slot(now: datetime, hour: int, zone_name: str, *, repeats: bool, after: tuple[date, int] | None) -> Slot:
    """Return the first reminder that is later than now and than the one that came last."""
    return next(
        slot
        for slot in _slots(local_day(now, zone_name) - timedelta(days=1), hour, zone_name, repeats=repeats)
        if slot.at > now and (after is None or (slot.on, slot.number) > after)
    )


def _slots(first: date, hour: int, zone_name: str, *, repeats: bool) -> Iterator[Slot]:
    for days in count():
        day = first + timedelta(days=days)
        at = moment_of(day, hour, zone_name)
        if at is None:
            continue
        yield Slot(on=day, number=1, at=at)
        if repeats and local_day(at + REPEAT_AFTER, zone_name) == day:
            yield Slot(on=day, number=LAST_OF_DAY, at=at + REPEAT_AFTER)
