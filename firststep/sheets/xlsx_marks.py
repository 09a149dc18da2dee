"""Finds in an .xlsx what its reader passes over: errors, formulas without a lasting value, and a sheet's true size."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol
from xml.parsers import expat

from firststep.sheets.cells import Broken
from firststep.sheets.problems import LAST_HEADER_ROW, MOST_COLUMNS, MOST_ROWS, SheetProblem

#: A cell that says something else each time it is opened is no record of anything.
VOLATILE: Final = re.compile(r"\b(RAND|RANDBETWEEN|RANDARRAY|NOW|TODAY)\(", re.IGNORECASE)
_PLACE: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_LONGEST_TEXT: Final = 200
_RELATIONS: Final = "xl/_rels/workbook.xml.rels"


def broken_cells(archive: zipfile.ZipFile, sheet: str) -> Mapping[tuple[int, int], Broken]:
    """Return the broken cells of a sheet by (row, column), counted from 0.

    Raises SheetProblem for a sheet with values outside what is read, and for XML that declares anything of its own.
    """
    part = _part_of(archive, sheet)
    marks = _Marks()
    parse_part(archive, part, marks)
    return marks.found


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str:
    sheets, targets = _Attributes("sheet"), _Attributes("Relationship")
    parse_part(archive, "xl/workbook.xml", sheets)
    parse_part(archive, _RELATIONS, targets)
    # The id's prefix is the file's choice.
    wanted = next((one for one in sheets.found if one.get("name") == sheet), {})
    number = next((value for name, value in wanted.items() if name.endswith(":id")), "")
    target = next((one.get("Target", "") for one in targets.found if one.get("Id") == number), "")
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))


class Walker(Protocol):
    """What is told of each element, by its name in the file, and of each piece of text."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take note of an element that begins."""

    def end(self, name: str) -> None:
        """Take note of an element that ends."""

    def text(self, data: str) -> None:
        """Take note of text."""


def parse_part(archive: zipfile.ZipFile, part: str, into: Walker) -> None:
    """Walk through a part of the file; raise SheetProblem where it is no XML or declares anything of its own."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = into.start
    parser.EndElementHandler = into.end
    parser.CharacterDataHandler = into.text
    # No spreadsheet program writes one, and entities are how a small file becomes a large one.
    parser.StartDoctypeDeclHandler = _refuse
    try:
        with archive.open(part) as member:
            parser.ParseFile(member)
    # A part that is not there, an encoding that nobody knows or that has no table, and a number of thousands of digits.
    except (expat.ExpatError, LookupError, ValueError):
        raise SheetProblem("unreadable") from None


def _refuse(*_declared: object) -> None:
    raise SheetProblem("unreadable")


@dataclass
class _Attributes:
    """Collects the attributes of each element of one name."""

    element: str
    found: list[dict[str, str]] = field(default_factory=list)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == self.element:
            self.found.append(attributes)

    def end(self, name: str) -> None:
        """Nothing ends that matters here."""

    def text(self, data: str) -> None:
        """Nothing is written between these elements."""


@dataclass
class _Marks:
    """Walks the cells of a sheet and keeps the broken ones."""

    found: dict[tuple[int, int], Broken] = field(default_factory=dict)
    _row: int = -1
    _column: int = -1
    _kind: str = ""
    _inside: str = ""
    _texts: dict[str, str] = field(default_factory=dict)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "row":
            self._row = int(attributes["r"]) - 1 if attributes.get("r", "").isdecimal() else self._row + 1
            self._column = -1
        elif name == "c":
            self._kind, self._texts = attributes.get("t", ""), {}
            place = _PLACE.fullmatch(attributes.get("r", ""))
            self._column = _column_of(place[1]) if place else self._column + 1
        elif name in ("f", "v", "is"):
            self._inside = name
            self._texts[name] = ""

    def text(self, data: str) -> None:
        if self._inside and len(self._texts[self._inside]) < _LONGEST_TEXT:
            self._texts[self._inside] += data

    def end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if name == self._inside:
            self._inside = ""
        elif name == "c" and self._texts:
            self._close()

    def _close(self) -> None:
        formula, value = self._texts.get("f"), self._texts.get("v", "") or self._texts.get("is", "")
        if self._row >= MOST_ROWS + LAST_HEADER_ROW:
            raise SheetProblem("too_many_rows", most=MOST_ROWS)
        if self._column >= MOST_COLUMNS and value:
            raise SheetProblem("too_many_columns", most=MOST_COLUMNS)
        if self._kind == "e":
            self.found[self._row, self._column] = Broken(value)
        elif formula is not None and (VOLATILE.search(formula) or (not value and self._kind != "str")):
            self.found[self._row, self._column] = Broken(f"={formula}")


def _column_of(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
