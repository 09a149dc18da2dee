"""Every change of a zone's offset, and whether phone and server see the same day around it."""

from __future__ import annotations

import json
import re
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
    #: Places where the data agree and the clocks do not, or where an entry lands on another day.
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
        said: dict[str, Any] = self._ask(zone=zone_name, moments=[int(moment.timestamp()) for moment in moments])
        return said

    def offset(self, zone_name: str, moment: datetime) -> timedelta:
        """Return the zone's offset in the phone's data, which wallClock() has no part in."""
        (said,) = self._ask(zone=zone_name, offsets=[int(moment.timestamp())])
        sign, *parts = re.fullmatch(r"GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?", said).groups()  # type: ignore[union-attr]
        hours, minutes, seconds = (int(part or 0) for part in parts)
        return (-1 if sign == "-" else 1) * timedelta(hours=hours, minutes=minutes, seconds=seconds)

    def _ask(self, **question: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


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
            _compare_moment(findings, zone_name, moment, (date.fromisoformat(day), hour), phone)
    return findings


def _compare_moment(
    findings: Findings, zone_name: str, moment: datetime, on_phone: tuple[date, int], phone: PhoneClock
) -> None:
    local = moment.astimezone(ZoneInfo(zone_name))
    on_server = clock.local_day(moment, zone_name), local.hour
    stored, recalled = _read_entry(zone_name, moment, on_phone[0])
    if stored != on_phone[0]:
        findings.wrong.append(f"{zone_name} {moment}: entered on {on_phone[0]}, stored on {stored}")
    if on_server == on_phone:
        if recalled:
            findings.wrong.append(f"{zone_name} {moment}: entered on its day and taken for a later entry")
    elif phone.offset(zone_name, moment) == local.utcoffset():
        findings.wrong.append(f"{zone_name} {moment}: {on_phone} on the phone, {on_server} on the server")
    elif moment.year not in findings.other_data.setdefault(zone_name, []):
        findings.other_data[zone_name].append(moment.year)


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
