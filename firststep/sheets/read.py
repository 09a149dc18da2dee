"""Reads the rows of a sheet by a mapping."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from firststep.clinical.visits import Sessions
from firststep.sheets.cells import Cell, Grid, Row
from firststep.sheets.mapping import COLUMN_KEYS, SheetMapping, find_columns
from firststep.sheets.people import people_of
from firststep.sheets.problems import MOST_ROWS, SheetProblem
from firststep.sheets.reading import Reading, Reported
from firststep.sheets.rows import Entry, RowReader


def read_sheet(grid: Grid, mapping: SheetMapping, *, today: date) -> Reading:
    """Return what the sheet says; ``grid`` begins with the sheet's first row, ``today`` is the practice's day.

    Raises SheetProblem when the header is not there, a column is not found, or there are too many rows.
    Rule: outcomes, reading a sheet.
    """
    header = header_of(grid, mapping)
    columns = find_columns(mapping, header)
    rows = [Row(number, cells) for number, cells in enumerate(grid[mapping.header_row :], mapping.header_row + 1)]
    if len(rows) > MOST_ROWS:
        raise SheetProblem("too_many_rows", most=MOST_ROWS)
    reader = RowReader(mapping, columns, header, today)
    entries: list[Entry] = []
    reported: list[Reported] = []
    empty: list[int] = []
    for row in rows:
        if reader.says_nothing(row):
            empty.append(row.number)
            continue
        entry, faults = reader.read(row)
        reported += faults
        if entry is not None:
            entries.append(entry)
    people = people_of(entries, wide=mapping.shape == "wide", today=today)
    return Reading(
        cases=tuple(people.cases),
        accepted=tuple(sorted(people.used)),
        reported=tuple(sorted(reported + people.reported, key=_in_order)),
        empty=tuple(empty),
        total=len(rows),
        sessions=_sessions(mapping),
        unused=mapping.unused,
    )


def header_of(grid: Grid, mapping: SheetMapping) -> Sequence[Cell]:
    """Return the header row; raise SheetProblem when the sheet ends before it."""
    if mapping.header_row > len(grid):
        raise SheetProblem("no_header", row=mapping.header_row)
    return grid[mapping.header_row - 1]


def _sessions(mapping: SheetMapping) -> Sessions:
    if mapping.shape == "wide":
        return "unknown"
    return "numbered" if "session" in mapping.columns else "counted"


def _in_order(one: Reported) -> tuple[int, int, int, str]:
    """Return by what reports are sorted: the row, then the mapping's columns, then weeks from left to right."""
    place = COLUMN_KEYS.index(one.column) if one.column in COLUMN_KEYS else len(COLUMN_KEYS)
    return one.row, place, len(one.column), one.column
