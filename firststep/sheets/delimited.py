"""Reads a table out of text: in which encoding it is, and what separates its cells."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from typing import Final

from firststep.sheets.cells import Cell
from firststep.sheets.problems import LAST_HEADER_ROW, MOST_COLUMNS, MOST_ROWS, SheetProblem

_DELIMITERS: Final = (";", "\t", ",")
_SAMPLE_ROWS: Final = 200
# Excel's own hint on a first line of its own; a spreadsheet program does not count that line.
_HINT: Final = re.compile(r"sep=([;,\t])\r?\n", re.IGNORECASE)
_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Text has none of these; a picture or a program has them soon.
_BINARY: Final = re.compile("[\x00-\x08\x0e-\x1f]")
# Other kinds of text that are no table: markup (an HTML page called .xls too), PDF, RTF.
_OTHER_TEXT: Final = re.compile(r"\s*(<[!?a-z]|%pdf-|\{\\rtf)", re.IGNORECASE)
# What our own exports put before a cell that a spreadsheet program would take for a formula.
_GUARDED: Final = re.compile("'[=+\\-@\t\r＝＋－＠]")


def read_delimited(data: bytes) -> list[list[Cell]]:
    """Return the cells of a CSV file; raise SheetProblem for what is no text or no table.

    UTF-8 and UTF-16 (with its mark) are known by their bytes, anything else is read as Windows-1252.
    """
    text = _decode(data)
    if not text.strip() or _OTHER_TEXT.match(text):
        raise SheetProblem("not_a_spreadsheet")
    if binary := _BINARY.search(text):
        if len(text) < 512 or binary.start() < 512:
            raise SheetProblem("not_a_spreadsheet")
        raise SheetProblem("bad_line", line=text.count("\n", 0, binary.start()) + 1)
    hint = _HINT.match(text)
    text = text[hint.end() :] if hint else text
    return _rows(text, hint[1] if hint else _delimiter_of(text))


def _decode(data: bytes) -> str:
    encoding = "utf-16" if data.startswith(_UTF_16) else "utf-8-sig" if _is_utf_8(data) else "cp1252"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        if b"\x00" in data and encoding == "cp1252":
            raise SheetProblem("not_a_spreadsheet") from None
        raise SheetProblem("bad_line", line=_line_at(data, error.start, encoding)) from None


def _is_utf_8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _line_at(data: bytes, start: int, encoding: str) -> int:
    return data[:start].decode(encoding, errors="ignore").count("\n") + 1


def _delimiter_of(text: str) -> str:
    """Return the separator by which most of the first rows have the same, largest number of cells."""

    def score(delimiter: str) -> float:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            widths = Counter(len(row) for _, row in zip(range(_SAMPLE_ROWS), rows, strict=False) if row)
        except csv.Error:
            return 0
        width, often = max(widths.items(), key=lambda item: (item[1] * (item[0] - 1), item[0]), default=(1, 0))
        return often * (width - 1) / max(1, widths.total())

    return max(_DELIMITERS, key=score)


def _rows(text: str, delimiter: str) -> list[list[Cell]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[Cell]] = []
    last = 0
    try:
        for cells in reader:
            rows.append([_unguarded(cell) for cell in cells])
            if any(cell.strip() for cell in cells):
                last = len(rows)
            if last > MOST_ROWS + LAST_HEADER_ROW:
                raise SheetProblem("too_many_rows", most=MOST_ROWS)
            if any(cell.strip() for cell in cells[MOST_COLUMNS:]):
                raise SheetProblem("too_many_columns", most=MOST_COLUMNS)
    except csv.Error:
        raise SheetProblem("bad_line", line=reader.line_num) from None
    return rows[:last]


def _unguarded(cell: str) -> str:
    return cell[1:] if _GUARDED.match(cell) else cell
