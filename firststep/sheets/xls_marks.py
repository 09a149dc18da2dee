"""Finds in an .xls what its reader takes for empty: errors, and formulas that were stored without their value.

An .xls is a small file system with a stream of records in it; what cannot be followed there is left to the reader.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from firststep.sheets.cells import Broken

_ENTRY_BYTES: Final = 128
_SHORTEST: Final = 4096
_LAST_SECTOR: Final = 0xFFFFFFFA
_STREAMS: Final = ("Workbook", "Book")
# Kinds of records.
_FORMULA, _END, _SHEET, _BOOL_OR_ERROR, _STRING, _BEGINNING = 0x0006, 0x000A, 0x0085, 0x0205, 0x0207, 0x0809
# What may stand between a formula and the text that it gave.
_BETWEEN: Final = frozenset({0x0221, 0x0236, 0x04BC})
_ERRORS: Final[Mapping[int, str]] = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
_NO_VALUE: Final = Broken("=…")


class _Record(NamedTuple):
    kind: int
    data: bytes


def broken_xls_cells(data: bytes, sheet: int) -> Mapping[tuple[int, int], Broken]:
    """Return the broken cells of a sheet, counted from 0 among all sheets, by (row, column), counted from 0.

    Nothing of a file that is built otherwise than described; whether it can be read at all is the reader's to say.
    """
    try:
        book = _workbook(data)
        starts = [_number(one.data) for one in _records(book, 0) if one.kind == _SHEET]
        return dict(_broken(list(_records(book, starts[sheet]))))
    except (IndexError, ValueError, struct.error):
        return {}


def _workbook(data: bytes) -> bytes:
    """Return the stream with the records; raise IndexError, ValueError or struct.error where there is none."""
    (shift,) = struct.unpack_from("<H", data, 30)
    size = 1 << shift
    if size not in (512, 4096):
        raise ValueError
    count, directory = struct.unpack_from("<II", data, 44)
    # The first 109 sectors of the table that says which sector follows which: no file that is read has more.
    places = struct.unpack_from("<109I", data, 76)[:count]
    following = array("I", b"".join(_sector(data, size, place) for place in places))
    entries = _stream(data, size, following, directory)
    for at in range(0, len(entries), _ENTRY_BYTES):
        entry = entries[at : at + _ENTRY_BYTES]
        (length,) = struct.unpack_from("<H", entry, 64)
        if entry[: max(0, length - 2)].decode("utf-16-le", "replace") in _STREAMS:
            start, long = struct.unpack_from("<II", entry, 116)
            # A shorter one lies among others in a stream of its own; no program writes a workbook that short.
            return _stream(data, size, following, start)[:long] if long >= _SHORTEST else b""
    raise ValueError


def _sector(data: bytes, size: int, place: int) -> bytes:
    found = data[(place + 1) * size : (place + 2) * size]
    return found.ljust(size, b"\x00")


def _stream(data: bytes, size: int, following: array[int], start: int) -> bytes:
    found: list[bytes] = []
    place = start
    # A chain that bites its own tail is no longer than the file.
    while place < _LAST_SECTOR and len(found) <= len(data) // size:
        found.append(_sector(data, size, place))
        place = following[place]
    return b"".join(found)


def _records(book: bytes, start: int) -> Iterator[_Record]:
    """Go through the records of the part that begins there; what is drawn within it has a part of its own."""
    at, depth = start, 0
    while at + 4 <= len(book):
        kind, length = struct.unpack_from("<HH", book, at)
        yield _Record(kind, book[at + 4 : at + 4 + length])
        depth += (kind == _BEGINNING) - (kind == _END)
        if depth <= 0:
            return
        at += 4 + length


def _broken(records: list[_Record]) -> Iterator[tuple[tuple[int, int], Broken]]:
    for number, record in enumerate(records):
        if record.kind == _BOOL_OR_ERROR:
            row, column, _form, code, is_error = struct.unpack_from("<HHHBB", record.data)
            if is_error:
                yield (row, column), _error(code)
        elif record.kind == _FORMULA:
            row, column, _form, kind, _zero, code, *_rest, mark = struct.unpack_from("<HHHBBBBBBH", record.data)
            if mark != 0xFFFF:
                continue
            if kind == 2:
                yield (row, column), _error(code)
            elif kind == 0 and not _has_text(records, number):
                yield (row, column), _NO_VALUE


def _has_text(records: list[_Record], number: int) -> bool:
    """Tell whether the text that a formula gave stands after it."""
    number += 1
    while number < len(records) and records[number].kind in _BETWEEN:
        number += 1
    return number < len(records) and records[number].kind == _STRING


def _error(code: int) -> Broken:
    return Broken(_ERRORS.get(code, "#?"))


def _number(data: bytes) -> int:
    (number,) = struct.unpack_from("<I", data)
    return int(number)
