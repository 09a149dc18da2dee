"""Finds in an .ods what its reader passes over: errors, which it takes for empty or 0, and formulas without a value."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from firststep.sheets.cells import Broken
from firststep.sheets.problems import LAST_HEADER_ROW, MOST_COLUMNS, MOST_ROWS, SheetProblem
from firststep.sheets.xlsx_marks import VOLATILE, parse_part

# What a formula's cell shows where the file does not call it an error, as older programs wrote it.
_SHOWN_ERROR: Final = re.compile(r"#\S{2,10}|(Err|Fehler):[0-9]{3}")
_LONGEST_TEXT: Final = 200


def broken_ods_cells(archive: zipfile.ZipFile, sheet: str) -> Mapping[tuple[int, int], Broken]:
    """Return the broken cells of a sheet by (row, column), counted from 0.

    Raises SheetProblem for broken cells outside what is read, and for XML that declares anything of its own.
    """
    marks = _Marks(sheet)
    parse_part(archive, "content.xml", marks)
    return marks.found


@dataclass
class _Marks:
    """Walks the cells of one table; a row or a cell may stand for many that are alike."""

    sheet: str
    found: dict[tuple[int, int], Broken] = field(default_factory=dict)
    _inside: bool = False
    _row: int = 0
    _rows: int = 1
    _column: int = 0
    _columns: int = 1
    _formula: str | None = None
    _kinds: frozenset[str] = frozenset()
    _text: str | None = None
    #: Within a comment, which stands in the cell before what the cell shows.
    _beside: bool = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "table":
            self._inside, self._row = _attribute(attributes, "name") == self.sheet, 0
        elif name == "table-row":
            self._rows, self._column = _times(attributes, "number-rows-repeated"), 0
        elif name in ("table-cell", "covered-table-cell"):
            self._columns = _times(attributes, "number-columns-repeated")
            self._formula = _attribute(attributes, "formula")
            self._kinds = frozenset(kind for key, kind in attributes.items() if key.endswith(":value-type"))
            self._text = ""
        elif name == "annotation":
            self._beside = True

    def text(self, data: str) -> None:
        if self._text is not None and not self._beside and len(self._text) < _LONGEST_TEXT:
            self._text += data

    def end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if name == "table":
            self._inside = False
        elif name == "table-row":
            self._row += self._rows
        elif name == "annotation":
            self._beside = False
        elif name in ("table-cell", "covered-table-cell"):
            if self._inside and (broken := self._broken()):
                self._keep(broken)
            self._column += self._columns
            self._text = None

    def _broken(self) -> Broken | None:
        text = (self._text or "").strip()
        if "error" in self._kinds or (self._formula is not None and _SHOWN_ERROR.fullmatch(text)):
            return Broken(text)
        if self._formula is not None and (VOLATILE.search(self._formula) or not self._kinds):
            # "of:" and the like say in whose language the formula is.
            return Broken("=" + self._formula.partition("=")[2])
        return None

    def _keep(self, broken: Broken) -> None:
        if self._row + self._rows > MOST_ROWS + LAST_HEADER_ROW:
            raise SheetProblem("too_many_rows", most=MOST_ROWS)
        if self._column + self._columns > MOST_COLUMNS:
            raise SheetProblem("too_many_columns", most=MOST_COLUMNS)
        for row in range(self._row, self._row + self._rows):
            for column in range(self._column, self._column + self._columns):
                self.found[row, column] = broken


def _attribute(attributes: Mapping[str, str], name: str) -> str | None:
    """Return an attribute of the table's own; the prefix is the file's choice."""
    return next((value for key, value in attributes.items() if key.rpartition(":")[2] == name), None)


def _times(attributes: Mapping[str, str], name: str) -> int:
    text = _attribute(attributes, name) or "1"
    return int(text) if text.isdecimal() and len(text) <= 9 else 1
