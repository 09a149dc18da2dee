"""Puts rows together by person: one arm, one start, one visit a day; what contradicts that is reported."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from firststep.clinical.diary import Arm
from firststep.clinical.visits import Visit
from firststep.sheets.cells import Reason
from firststep.sheets.mapping import ColumnKey
from firststep.sheets.reading import Case, Reported, SheetVisit
from firststep.sheets.rows import Entry, Pain


@dataclass
class People:
    """What the rows say about people: cases in the order of the sheet, the rows that are used, what is reported."""

    cases: list[Case] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    reported: list[Reported] = field(default_factory=list)


def people_of(entries: Iterable[Entry], *, wide: bool, today: date) -> People:
    """Put together what can be read; ``entries`` come in the order of the sheet.

    A row that is reported gives nothing to the person's other rows. Rule: outcomes, reading a sheet.
    """
    rows_of: dict[str, list[Entry]] = {}
    for entry in entries:
        rows_of.setdefault(entry.key, []).append(entry)
    people = People()
    for rows in rows_of.values():
        kept, arm, starts_on = _agreed(rows, people.reported)
        if arm is None:
            people.reported += [_about(row, "arm", "missing") for row in kept]
        elif wide and starts_on is None:
            people.reported += [_about(row, "start", "missing") for row in kept]
        else:
            visits = _last_of_each_day(kept, starts_on, today, people.reported)
            people.used |= {row.row for row in kept} if wide else {visit.row for visit in visits}
            people.cases.append(
                Case(key=kept[0].key, alias=kept[0].alias, arm=arm, starts_on=starts_on, visits=tuple(visits))
            )
    return people


def _agreed(rows: list[Entry], reported: list[Reported]) -> tuple[list[Entry], Arm | None, date | None]:
    """Return the rows that agree about arm and start, and both, as the first row that says something has it."""
    kept: list[Entry] = []
    arm: Arm | None = None
    starts_on: date | None = None
    for row in rows:
        if row.arm is not None and arm is not None and row.arm != arm:
            reported.append(_about(row, "arm", "conflict"))
        elif row.starts_on is not None and starts_on is not None and row.starts_on != starts_on:
            reported.append(_about(row, "start", "conflict"))
        else:
            arm, starts_on = arm or row.arm, starts_on or row.starts_on
            kept.append(row)
    return kept, arm, starts_on


def _last_of_each_day(
    rows: list[Entry], starts_on: date | None, today: date, reported: list[Reported]
) -> list[SheetVisit]:
    """Return one visit a day, in order of days; the last in the sheet counts whole, earlier ones are reported."""
    of_day: dict[date, tuple[Entry, Pain]] = {}
    for row in rows:
        for pain in row.pains:
            day = _day(row, pain, starts_on)
            if day > today:
                reported.append(_about_pain(row, pain, "invalid"))
                continue
            if day in of_day:
                reported.append(_about_pain(*of_day[day], "same_date"))
            of_day[day] = (row, pain)
    return [_visit(row, pain, day) for day, (row, pain) in sorted(of_day.items(), key=lambda item: item[0])]


def _day(row: Entry, pain: Pain, starts_on: date | None) -> date:
    if pain.week is None:
        assert row.day is not None
        return row.day
    assert starts_on is not None
    return starts_on + timedelta(weeks=pain.week)


def _visit(row: Entry, pain: Pain, day: date) -> SheetVisit:
    visit = Visit(day, pain.tenths, row.session, row.nsaid, row.change)
    return SheetVisit(row=row.row, visit=visit, note=row.note)


def _about(row: Entry, column: ColumnKey, reason: Reason) -> Reported:
    return Reported(row=row.row, column=column, reason=reason, value=row.texts.get(column, ""))


def _about_pain(row: Entry, pain: Pain, reason: Reason) -> Reported:
    if pain.week is None:
        return _about(row, "visit_date", reason)
    return Reported(row=row.row, column=pain.column, reason=reason, value=pain.text)
