"""Reads an export back: one part of the zip, within limits, each thing checked as if it had just been entered.

Only the complete JSON is unpacked. What cannot be taken is counted with its reason and leaves the rest as it is.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, TypeAlias, cast

from flask_babel import gettext as _

from firststep.clinical.diary import ARMS, LAST_DAY, Arm
from firststep.clinical.measures import FEET, FOOT_ITEMS, MOST_PAIN_TENTHS, TENTHS_PER_POINT
from firststep.services.diary_events import KINDS, Event, EventChange, check_event_value, event_after
from firststep.services.diary_fields import (
    DAY_FIELDS,
    Refused,
    Value,
    check_flag,
    check_value,
    parse_day,
    parse_moment,
    parse_uuid,
)
from firststep.services.diary_wire import Unreadable, read_json
from firststep.services.export import COMPLETE, FORMAT, VERSION
from firststep.services.export_tables import EVENT_TABLES

MOST_BYTES: Final = 5_000_000
#: Of the one part that is unpacked.
MOST_UNPACKED_BYTES: Final = 20_000_000
MOST_PARTS: Final = 200
MOST_RATIO: Final = 100
# Ten years of entries with their history have a tenth of them; far more would fill the memory, whatever they say.
_MOST_OBJECTS: Final = 400_000
_MOST_VALUES: Final = 4_000_000
_MEGABYTE: Final = 1_000_000
_DIRECTORY_ENTRY: Final = b"PK\x01\x02"
_ENCRYPTED: Final = 1
_DAMAGE: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)

#: Which tables come back, in the order in which they are counted.
TABLES: Final = ("days", "pain", *EVENT_TABLES, "courses_of_care")


class BadExport(ValueError):
    """Nothing of the file can be used; the message is one sentence. ``too_big`` says that it is its size."""

    def __init__(self, sentence: str, *, too_big: bool = False) -> None:
        super().__init__(sentence)
        self.too_big = too_big


@dataclass(frozen=True, kw_only=True)
class DayRow:
    """What a file says of a day, or of one foot on it (pain in tenths); the marks are those of the first steps."""

    day: date
    foot: str
    values: Mapping[str, Value]
    entered_at: datetime | None = None
    recalled: bool = False


@dataclass(frozen=True, kw_only=True)
class CareRow:
    """A course of care."""

    arm: Arm
    starts_on: date
    ends_on: date | None


Row: TypeAlias = DayRow | Event | CareRow


@dataclass(frozen=True, kw_only=True)
class Rejected:
    """Something that cannot be taken, and why; ``day`` as the file has it."""

    table: str
    day: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ExportRead:
    """What a file holds, by table, and what of it cannot be read."""

    rows: Mapping[str, list[Row]]
    rejected: list[Rejected] = field(default_factory=list)


def read_export(data: bytes) -> ExportRead:
    """Return what the zip holds; raise BadExport when it is none of ours, damaged, or made to fill a memory."""
    found = _document(_unpacked(data))
    rows: dict[str, list[Row]] = {table: [] for table in TABLES}
    rejected: list[Rejected] = []
    for table in TABLES:
        for raw in _listed(found, table):
            try:
                rows[table].extend(_READERS[table](raw))
            except Refused as refused:
                rejected.append(Rejected(table=table, day=_day_of(raw), reason=refused.sentence))
    return ExportRead(rows=rows, rejected=rejected)


def _unpacked(data: bytes) -> bytes:
    if len(data) > MOST_BYTES:
        sentence = _("This file has %(megabytes)s MB; %(most)s MB is the limit.", **_sizes(len(data), MOST_BYTES))
        raise BadExport(sentence, too_big=True)
    # Counted before an object is made of each.
    if data.count(_DIRECTORY_ENTRY) > MOST_PARTS:
        raise BadExport(_("This zip has more than %(most)s parts; it is not read.", most=MOST_PARTS), too_big=True)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            part = archive.getinfo(COMPLETE)
            _check_part(archive, part, len(data))
            with archive.open(part) as member:
                return member.read(MOST_UNPACKED_BYTES)
    except KeyError:
        raise BadExport(_not_ours()) from None
    except BadExport:
        raise
    except _DAMAGE:
        raise BadExport(_("This file is damaged or no zip. Take your data again, or choose another file.")) from None


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, size: int) -> None:
    if part.file_size > MOST_UNPACKED_BYTES:
        sizes = _sizes(part.file_size, MOST_UNPACKED_BYTES)
        sentence = _("Unpacked this file has %(megabytes)s MB; %(most)s MB is the limit.", **sizes)
        raise BadExport(sentence, too_big=True)
    unpacked = sum(one.file_size for one in archive.infolist())
    if unpacked > MOST_RATIO * size or part.file_size > MOST_RATIO * max(part.compress_size, 1):
        sentence = _("Unpacked this file has more than %(most)s times its size; it is not read.", most=MOST_RATIO)
        raise BadExport(sentence, too_big=True)
    if part.flag_bits & _ENCRYPTED:
        raise BadExport(_("This file has a password. Remove it and try again."))


def _sizes(size: int, most: int) -> dict[str, int]:
    return {"megabytes": -(-size // _MEGABYTE), "most": most // _MEGABYTE}


def _not_ours() -> str:
    return _("This is not a zip that “Take my data” made.")


def _document(raw: bytes) -> dict[str, Any]:
    if raw.count(b"{") + raw.count(b"[") > _MOST_OBJECTS or raw.count(b",") > _MOST_VALUES:
        raise BadExport(_("This file holds more than can be read here."), too_big=True)
    try:
        found = read_json(raw)
    except Unreadable:
        raise BadExport(_not_ours()) from None
    if not isinstance(found, dict) or found.get("format") != FORMAT or type(found.get("version")) is not int:
        raise BadExport(_not_ours())
    if found["version"] > VERSION:
        raise BadExport(_("This export was made by a newer version, which this one cannot read."))
    return found


def _listed(found: Mapping[str, Any], table: str) -> list[dict[str, Any]]:
    rows = found.get(table, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadExport(_not_ours())
    return cast("list[dict[str, Any]]", rows)


def _day_of(raw: Mapping[str, Any]) -> str:
    day = raw.get("day", raw.get("starts_on"))
    return day[:10] if isinstance(day, str) else ""


def _read_day(raw: Mapping[str, Any]) -> Iterator[Row]:
    values = {name: check_value(name, raw.get(name)) for name in DAY_FIELDS}
    recorded = {name: value for name, value in values.items() if value is not None}
    day = _day(raw.get("day"))
    if recorded:
        yield DayRow(day=day, foot="", values=recorded)


def _read_pain(raw: Mapping[str, Any]) -> Iterator[Row]:
    day, foot = _day(raw.get("day")), raw.get("foot")
    if foot not in FEET:
        raise Refused("foot", _("The foot is left or right."))
    values: dict[str, Value] = {item.key: _tenths(raw.get(item.key), item.key) for item in FOOT_ITEMS}
    recorded = {name: value for name, value in values.items() if value is not None}
    if recorded:
        yield DayRow(
            day=day,
            foot=foot,
            values=recorded,
            entered_at=parse_moment(raw.get("first_step_entered_at"), "first_step_entered_at"),
            recalled=check_flag(raw.get("first_step_recalled", False), "first_step_recalled"),
        )


def _tenths(value: object, name: str) -> int | None:
    if value is None:
        return None
    if type(value) in (int, float) and isinstance(value, int | float) and 0 <= value <= 10:
        tenths = round(value * TENTHS_PER_POINT)
        if tenths / TENTHS_PER_POINT == value and tenths <= MOST_PAIN_TENTHS:
            return tenths
    raise Refused(name, _("Pain is a number from 0 to 10 with at most one decimal."))


def _event_reader(key: str) -> Callable[[Mapping[str, Any]], Iterator[Row]]:
    kind = KINDS[key]

    def read(raw: Mapping[str, Any]) -> Iterator[Row]:
        values = {name: check_event_value(kind, name, raw[name]) for name in kind.fields if name in raw}
        change = EventChange(kind=key, id=parse_uuid(raw.get("id"), "id"), values=values)
        event = event_after(change, None, _day(raw.get("day")))
        if event:
            yield event

    return read


def _read_care(raw: Mapping[str, Any]) -> Iterator[Row]:
    arm, ends_on = raw.get("arm"), raw.get("ends_on")
    if arm not in ARMS:
        raise Refused("arm", _("Choose one of the answers."))
    care = CareRow(
        arm=arm,
        starts_on=_day(raw.get("starts_on")),
        ends_on=None if ends_on is None else parse_day(ends_on, latest=LAST_DAY),
    )
    if care.ends_on and care.ends_on < care.starts_on:
        raise Refused("ends_on", _("The last day cannot lie before the first."))
    yield care


def _day(value: object) -> date:
    return parse_day(value, latest=LAST_DAY)


_READERS: Final[Mapping[str, Callable[[Mapping[str, Any]], Iterator[Row]]]] = {
    "days": _read_day,
    "pain": _read_pain,
    **{name: _event_reader(key) for name, key in EVENT_TABLES.items()},
    "courses_of_care": _read_care,
}
