"""Reads a diary from a CSV file: all of its rows, or none and a sentence with the line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID, uuid4

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from firststep.clinical.diary import LAST_DAY, one_answer
from firststep.clinical.measures import DAILY_ITEMS, FEET, DailyItem
from firststep.services.csv_cells import unguarded
from firststep.services.diary_entry import read_entry
from firststep.services.diary_fields import (
    Refused,
    Value,
    parse_cell,
    parse_day,
    parse_note,
)
from firststep.services.diary_ops import Op, Source, apply_op

_ITEMS: Final = tuple(item for item in DAILY_ITEMS if item.csv_column)
COLUMNS: Final = ("day", "foot", *(item.csv_column for item in _ITEMS if item.csv_column))
# Their cells hold the person's own words, of which spaces at either end are a part.
_OWN_WORDS: Final = frozenset(item.csv_column for item in _ITEMS if item.kind == "text")


class BadFile(ValueError):
    """The file cannot be imported; the message is one sentence, with the line where there is one."""


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What an import found and what it changed."""

    rows: int
    days_changed: int


@dataclass(frozen=True, kw_only=True)
class ImportRow:
    """One line of the file; None is an empty cell."""

    line: int
    day: date
    foot: str
    of_foot: Mapping[str, Value]
    of_day: Mapping[str, Value]


def import_diary(
    session: Session, patient_id: UUID, data: bytes, *, now: datetime, zone: str, source: Source = "import"
) -> Imported:
    """Store every row of the file in the running transaction; raise BadFile before anything is written.

    An empty cell leaves what stands in the diary. What stands there already is not written again, so that the
    same file can be imported twice.
    """
    rows = read_rows(data)
    changed = 0
    for day, sets in _by_day(rows).items():
        entry = read_entry(session, patient_id, day)
        new = {
            foot: {name: value for name, value in values.items() if entry.value(foot, name) != value}
            for foot, values in sets.items()
        }
        new = {foot: values for foot, values in new.items() if values}
        if new:
            op = Op(id=uuid4(), day=day, sets=new, entered_at=now, zone=zone, source=source)
            apply_op(session, patient_id, op, now=now)
            changed += 1
    return Imported(rows=len(rows), days_changed=changed)


def read_rows(data: bytes) -> list[ImportRow]:
    """Return the rows of the file; raise BadFile for the first thing that is wrong."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BadFile(_("Line %(line)s: this is not UTF-8 text.", line=line)) from None
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True, restkey="")
    try:
        _check_header(reader.fieldnames or [])
        rows = [_read_row(reader.line_num, raw) for raw in reader]
    except csv.Error as error:
        raise BadFile(_("Line %(line)s: %(error)s.", line=reader.line_num, error=error)) from None
    _refuse_repeats(rows)
    return rows


def _check_header(names: Iterable[str]) -> None:
    found = list(names)
    if "day" not in found or "foot" not in found:
        raise BadFile(_("Line 1: the columns day and foot are needed."))
    for name in found:
        if name not in COLUMNS:
            raise BadFile(_("Line 1: the column %(name)s is not known.", name=repr(name)))
        if found.count(name) > 1:
            raise BadFile(_("Line 1: the column %(name)s is there twice.", name=name))


def _read_row(line: int, raw: Mapping[str, str | list[str] | None]) -> ImportRow:
    cells: dict[str, str] = {}
    for name in COLUMNS:
        cell = raw.get(name, "")
        if cell is None:
            raise BadFile(_("Line %(line)s: there are fewer cells than columns.", line=line))
        text = cell if isinstance(cell, str) else ""
        cells[name] = unguarded(text) if name in _OWN_WORDS else text.strip()
    if "" in raw:
        raise BadFile(_("Line %(line)s: there are more cells than columns.", line=line))
    try:
        return _parse_row(line, cells)
    except Refused as refused:
        raise BadFile(
            _("Line %(line)s, %(column)s: %(sentence)s", line=line, column=refused.field, sentence=refused.sentence)
        ) from None


def _parse_row(line: int, cells: Mapping[str, str]) -> ImportRow:
    day = parse_day(cells["day"], latest=LAST_DAY)
    if cells["foot"] not in FEET:
        raise Refused("foot", _("The foot is left or right."))
    values = {item: parse_cell(item, cells[item.csv_column or item.key]) for item in _ITEMS}
    return ImportRow(
        line=line,
        day=day,
        foot=cells["foot"],
        of_foot={item.key: value for item, value in values.items() if item.per_foot},
        of_day={item.key: value for item, value in values.items() if not item.per_foot},
    )


def _refuse_repeats(rows: Iterable[ImportRow]) -> None:
    seen: dict[tuple[date, str], int] = {}
    for row in rows:
        key = (row.day, row.foot)
        if key in seen:
            raise BadFile(
                _(
                    "Line %(line)s: %(day)s, %(foot)s is also on line %(first)s.",
                    line=row.line,
                    day=row.day.isoformat(),
                    foot=row.foot,
                    first=seen[key],
                )
            )
        seen[key] = row.line


def _by_day(rows: Iterable[ImportRow]) -> dict[date, dict[str, dict[str, Value]]]:
    """Return what the rows set, by day and foot; both feet's rows of a day are read together."""
    of_day: dict[date, list[ImportRow]] = {}
    for row in rows:
        of_day.setdefault(row.day, []).append(row)
    return {day: _sets(of_day[day]) for day in sorted(of_day)}


def _sets(rows: list[ImportRow]) -> dict[str, dict[str, Value]]:
    sets: dict[str, dict[str, Value]] = {row.foot: dict(row.of_foot) for row in rows}
    sets[""] = {item.key: _of_day(item, rows) for item in _ITEMS if not item.per_foot}
    return {foot: {name: value for name, value in values.items() if value is not None} for foot, values in sets.items()}


def _of_day(item: DailyItem, rows: list[ImportRow]) -> Value:
    """Return one value for the day: any yes, the largest number, every text once."""
    values = [row.of_day[item.key] for row in rows]
    if item.kind == "yes_no":
        return one_answer(value for value in values if isinstance(value, bool))
    if item.kind == "count":
        return max((value for value in values if isinstance(value, int)), default=None)
    texts = dict.fromkeys(value for value in values if isinstance(value, str))
    try:
        return parse_note("\n".join(texts), item.key)
    except Refused as refused:
        raise BadFile(
            _(
                "Line %(line)s, %(column)s: %(sentence)s",
                line=rows[-1].line,
                column=item.csv_column,
                sentence=refused.sentence,
            )
        ) from None
