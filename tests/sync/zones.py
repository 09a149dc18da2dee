"""Every change of a zone's offset, and whether phone and server see the same day around it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import tzdata

from firststep.services.diary_wire import parse_op
from firststep.web import clock
from tools.node import node_environment

FIRST, LAST = date(2020, 1, 1), date(2030, 12, 31)
#: What the server goes by; a phone goes by its own, which may be older or newer.
SERVER_DATA: Final[str] = tzdata.IANA_VERSION

_STEP: Final = timedelta(minutes=15)
_NEAR: Final = timedelta(hours=3)
_PROGRAM: Final = Path(__file__).with_name("zones.mjs")


@dataclass
class Findings:
    """What was compared, and what differs: each place named, nothing left out."""

    zones: int = 0
    changes: int = 0
    moments: int = 0
    phone_data: str = ""
    server_data: str = SERVER_DATA
    #: Names that the phone's data does not have: such a phone goes by its own zone.
    unknown_to_the_phone: list[str] = field(default_factory=list)
    #: zone -> years in which the phone's clock shows another time than the server's: other data, not another rule.
    other_data: dict[str, list[int]] = field(default_factory=dict)
    #: Places where the clocks agree and the days do not, or where an entry lands on another day.
    wrong: list[str] = field(default_factory=list)


def changes(zone_name: str) -> list[datetime]:
    """Return the moments from 2020 to 2030 at which the zone's offset changes, in UTC."""
    zone = ZoneInfo(zone_name)
    found = []
    before = datetime.combine(FIRST, time(), UTC)
    while before.date() <= LAST:
        after = before + timedelta(days=1)
        if _offset(before, zone) != _offset(after, zone):
            found.append(_change_between(before, after, zone))
        before = after
    return found


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()


def _change_between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    old = _offset(before, zone)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        before, after = (middle, after) if _offset(middle, zone) == old else (before, middle)
    return after


def moments_around(change: datetime, zone_name: str, *, days: int) -> set[datetime]:
    """Return every 15 minutes of 3 hours on both sides, and the turn of each day of so many days on both sides."""
    steps = range(-(_NEAR // _STEP), _NEAR // _STEP + 1)
    found = {change + step * _STEP for step in steps} | {change - timedelta(seconds=1)}
    zone = ZoneInfo(zone_name)
    for offset in range(-days, days + 1):
        midnight = datetime.combine(change.astimezone(zone).date() + timedelta(days=offset), time(), zone)
        # Where the clocks change at midnight there are two of them, or none.
        for turn in (midnight, midnight.replace(fold=1)):
            found |= {turn.astimezone(UTC) + timedelta(seconds=seconds) for seconds in (-1, 0, 1)}
    return found


@contextmanager
def phone_clock() -> Iterator[PhoneClock]:
    """Start the phone's own clock under Node."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(["node", str(_PROGRAM)], env=node_environment(), text=True, **pipes) as process:
        try:
            yield PhoneClock(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()


class PhoneClock:
    """Asks wallClock() of the phone."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, zone_name: str, moments: Iterable[datetime]) -> dict[str, Any]:
        """Return {"data": version, "clocks": [[ISO day, hour], …] or None for a zone that it does not know}."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        seconds = [int(moment.timestamp()) for moment in moments]
        self._process.stdin.write(json.dumps({"zone": zone_name, "moments": seconds}) + "\n")
        self._process.stdin.flush()
        said: dict[str, Any] = json.loads(self._process.stdout.readline())
        return said


def compare(zone_names: Iterable[str], phone: PhoneClock, *, days: int) -> Findings:
    """Compare phone and server around each change, and let each moment's entry be read by the server."""
    findings = Findings()
    for zone_name in zone_names:
        of_zone = changes(zone_name) or [datetime(2025, 6, 1, tzinfo=UTC)]
        moments = sorted(set().union(*(moments_around(change, zone_name, days=days) for change in of_zone)))
        said = phone.ask(zone_name, moments)
        findings.phone_data = said["data"]
        findings.zones += 1
        findings.changes += len(changes(zone_name))
        if said["clocks"] is None:
            findings.unknown_to_the_phone.append(zone_name)
            continue
        findings.moments += len(moments)
        for moment, (day, hour) in zip(moments, said["clocks"], strict=True):
            _compare_moment(findings, zone_name, moment, date.fromisoformat(day), hour)
    return findings


def _compare_moment(findings: Findings, zone_name: str, moment: datetime, day: date, hour: int) -> None:
    on_server = clock.local_day(moment, zone_name)
    stored, recalled = _read_entry(zone_name, moment, day)
    if stored != day:
        findings.wrong.append(f"{zone_name} {moment}: entered on {day}, stored on {stored}")
    if (on_server, moment.astimezone(ZoneInfo(zone_name)).hour) == (day, hour):
        if recalled:
            findings.wrong.append(f"{zone_name} {moment}: entered on its day and taken for a later entry")
        return
    if hour == moment.astimezone(ZoneInfo(zone_name)).hour:
        findings.wrong.append(f"{zone_name} {moment}: {day} on the phone, {on_server} on the server, both at {hour}")
    years = findings.other_data.setdefault(zone_name, [])
    if moment.year not in years:
        years.append(moment.year)


def _read_entry(zone_name: str, moment: datetime, day: date) -> tuple[date, bool]:
    """Return on which day the server stores an entry of the phone, and whether it takes it for a later one."""
    raw = {
        "op": str(uuid4()),
        "v": 1,
        "day": day.isoformat(),
        "foot": "right",
        "set": {"first_step_pain": 6},
        "entered_at": moment.isoformat(),
        "zone": zone_name,
        "recalled": False,
    }
    today = clock.local_day(moment, zone_name)
    op = parse_op(raw, patient_id=UUID(int=0), today=today, zone=zone_name, now=moment)
    return op.day, clock.local_day(op.entered_at, op.zone) > op.day
