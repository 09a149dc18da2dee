"""Opens a file of any kind that is read, as sheets with the cells that a person sees. Runs in the limited child."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import python_calamine as calamine

from firststep.sheets.cells import Broken, Cell, fold, is_blank
from firststep.sheets.delimited import read_delimited
from firststep.sheets.ods_marks import broken_ods_cells
from firststep.sheets.packing import ZIP_DAMAGE, Kind, check_file
from firststep.sheets.problems import LAST_HEADER_ROW, MOST_COLUMNS, MOST_ROWS, SheetProblem
from firststep.sheets.xls_marks import broken_xls_cells
from firststep.sheets.xlsx_marks import broken_cells

# Where an .ods lists its parts, and which of them are encrypted.
_MANIFEST: Final = "META-INF/manifest.xml"
_DECLARATIONS: Final = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))


@dataclass
class Workbook:
    """An opened file; a CSV file is a workbook with one sheet without a name."""

    kind: Kind
    names: tuple[str, ...]
    _data: bytes
    _opened: calamine.CalamineWorkbook | None = None
    _rows: list[list[Cell]] = field(default_factory=list)

    def grid(self, name: str | None) -> list[list[Cell]]:
        """Return the rows of a sheet from its first on, None for the first sheet; the last row is not blank.

        Raises SheetProblem for a name that is not there, and for a sheet that is larger than what is read.
        """
        if self._opened is None:
            return self._rows
        name = self._found(name)
        broken = self._broken(name)
        try:
            sheet = self._opened.get_sheet_by_name(name)
        except calamine.CalamineError:
            raise SheetProblem("unreadable") from None
        return _grid_of(sheet, broken)

    def _found(self, name: str | None) -> str:
        """Return the sheet's name as the file writes it."""
        alike = self.names if name is None else [one for one in self.names if fold(one) == fold(name)]
        if not alike:
            raise SheetProblem("no_such_sheet", name=name or "")
        # Two may differ in a capital letter only.
        return name if name in self.names and name is not None else alike[0]

    def _broken(self, name: str) -> Mapping[tuple[int, int], Broken]:
        if self.kind == "xls" and self._opened is not None:
            everything = [sheet.name for sheet in self._opened.sheets_metadata]
            return broken_xls_cells(self._data, everything.index(name))
        find = {"xlsx": broken_cells, "ods": broken_ods_cells}[self.kind]
        with zipfile.ZipFile(io.BytesIO(self._data)) as archive:
            return find(archive, name)


def open_workbook(data: bytes) -> Workbook:
    """Open the file; raise SheetProblem for what is none, is under a password, or cannot be read."""
    kind = check_file(data)
    if kind == "csv":
        return Workbook(kind=kind, names=("",), _data=data, _rows=read_delimited(data))
    if kind in ("xlsx", "ods"):
        _check_parts(data)
    try:
        opened = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except calamine.CalamineError:
        raise SheetProblem("unreadable") from None
    sheets = [sheet for sheet in opened.sheets_metadata if sheet.typ == calamine.SheetTypeEnum.WorkSheet]
    return Workbook(kind=kind, names=tuple(sheet.name for sheet in sheets), _data=data, _opened=opened)


def _check_parts(data: bytes) -> None:
    """Unpack each part once, which stops where the directory says that it ends: one that lies or declares is refused.

    Raises SheetProblem. Declared entities are how a small file becomes a large one; no spreadsheet program writes any.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                part = archive.read(name)
                if any(word in part for word in _DECLARATIONS):
                    raise SheetProblem("unreadable")
                if name == _MANIFEST and b"encryption-data" in part:
                    raise SheetProblem("password")
    except ZIP_DAMAGE:
        raise SheetProblem("unreadable") from None


def _grid_of(sheet: calamine.CalamineSheet, broken: Mapping[tuple[int, int], Broken]) -> list[list[Cell]]:
    if sheet.start is None:
        return []
    left: list[Cell] = [""] * sheet.start[1]
    grid: list[list[Cell]] = []
    last = 0
    for number, values in enumerate(sheet.iter_rows()):
        cells: list[Cell] = [*left, *values]
        if any(not is_blank(cell) for cell in cells[MOST_COLUMNS:]):
            raise SheetProblem("too_many_columns", most=MOST_COLUMNS)
        cells = cells[:MOST_COLUMNS]
        if any(not is_blank(cell) for cell in cells):
            last = number + 1
        if last > MOST_ROWS + LAST_HEADER_ROW:
            raise SheetProblem("too_many_rows", most=MOST_ROWS)
        if number < MOST_ROWS + LAST_HEADER_ROW:
            grid.append(cells)
    for (row, column), cell in broken.items():
        if row < len(grid) and column < MOST_COLUMNS:
            grid[row] += [""] * (column + 1 - len(grid[row]))
            grid[row][column] = cell
    return grid[: max([last, *(row + 1 for row, _column in broken if row < len(grid))])]
