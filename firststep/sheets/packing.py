"""Tells what kind of file it is by what is in it, and looks at a zip's directory before anything is unpacked."""

from __future__ import annotations

import io
import zipfile
import zlib
from math import ceil
from typing import Final, Literal, TypeAlias

from firststep.sheets.problems import (
    MOST_BYTES,
    MOST_PARTS,
    MOST_RATIO,
    MOST_UNPACKED_BYTES,
    SheetProblem,
)

Kind: TypeAlias = Literal["xlsx", "ods", "xls", "csv"]

#: What zipfile raises for bytes that are no zip, or no longer one.
ZIP_DAMAGE: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)
_MEGABYTE: Final = 1_000_000
_ZIP: Final = b"PK\x03\x04"
_ENTRY: Final = b"PK\x01\x02"
_COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# How the streams of a compound file are called in its directory: an old workbook, a new one under a password.
_STREAMS: Final = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le") + b"\x00\x00")
_UNDER_PASSWORD: Final = "EncryptedPackage".encode("utf-16-le")
# A workbook of Excel 97 begins so (its length, its version, what it is); early after it stands whether it is encrypted.
_BEGINNING: Final = b"\x09\x08\x10\x00\x00\x06\x05\x00"
_FILEPASS: Final = 0x2F
_EARLY_RECORDS: Final = 8
_ODS: Final = b"application/vnd.oasis.opendocument.spreadsheet"
_ENCRYPTED: Final = 1
# Beside programs and pictures, which are known by their first bytes, text is what is left.
_NO_TEXT: Final = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"MZ", b"\x7fELF", b"%PDF-", b"\x1f\x8b", b"7z\xbc\xaf")


def check_file(data: bytes) -> Kind:
    """Return the kind of the file, without unpacking it; raise SheetProblem for what is too big, a trap or no sheet.

    It costs milliseconds whatever the file is, so that it can run in the web process.
    """
    if len(data) > MOST_BYTES:
        # Rounded up: "5 MB; 5 MB is the limit" would explain nothing.
        raise SheetProblem("too_big", megabytes=ceil(len(data) / _MEGABYTE), most=_megabytes(MOST_BYTES))
    if data.startswith(_ZIP):
        return _check_zip(data)
    if data.startswith(_COMPOUND):
        return _check_compound(data)
    if not data.strip() or data.startswith(_NO_TEXT):
        raise SheetProblem("not_a_spreadsheet")
    return "csv"


def _check_compound(data: bytes) -> Kind:
    if _UNDER_PASSWORD in data or _is_encrypted_xls(data):
        raise SheetProblem("password")
    if not any(stream in data for stream in _STREAMS):
        raise SheetProblem("not_a_spreadsheet")
    return "xls"


def _is_encrypted_xls(data: bytes) -> bool:
    """Tell whether one of the first records of the workbook says that the others are encrypted."""
    at = data.find(_BEGINNING)
    for _ in range(_EARLY_RECORDS if at >= 0 else 0):
        at += 4 + int.from_bytes(data[at + 2 : at + 4], "little")
        if int.from_bytes(data[at : at + 2], "little") == _FILEPASS:
            return True
    return False


def _check_zip(data: bytes) -> Kind:
    # Counted before zipfile makes an object of each, for which 5 MB of entries would take a second.
    if data.count(_ENTRY) > MOST_PARTS:
        raise SheetProblem("too_many_parts", most=MOST_PARTS)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except ZIP_DAMAGE:
        raise SheetProblem("unreadable") from None
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MOST_UNPACKED_BYTES:
        raise SheetProblem("unpacked_too_big", megabytes=_megabytes(unpacked), most=_megabytes(MOST_UNPACKED_BYTES))
    if unpacked > MOST_RATIO * len(data):
        raise SheetProblem("packed_too_tightly", most=MOST_RATIO)
    kind = _kind_of({part.filename for part in parts}, data)
    if any(part.flag_bits & _ENCRYPTED for part in parts):
        raise SheetProblem("password")
    return kind


def _kind_of(names: set[str], data: bytes) -> Kind:
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "encrypted-package" in names:
        raise SheetProblem("password")
    # Its first part is stored as it is and names the kind, which is what the standard asks for.
    if "content.xml" in names and _ODS in data[:200]:
        return "ods"
    raise SheetProblem("not_a_spreadsheet")


def _megabytes(count: int) -> int:
    return round(count / _MEGABYTE)
