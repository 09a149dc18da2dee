"""Writes the spreadsheets of tests: real ones in each format, and hostile ones."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter
import xlwt
from msoffcrypto.format.ooxml import OOXMLFile
from xlwt.CompoundDoc import XlsDoc

Rows = Sequence[Sequence[Any]]


def xlsx(rows: Rows, *, name: str = "Sheet1", **options: Any) -> bytes:
    """Return an .xlsx; dates become dates, a text that begins with = a formula without a value."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, **options}) as book:
        sheet = book.add_worksheet(name)
        day, moment = (book.add_format({"num_format": form}) for form in ("dd/mm/yyyy", "dd/mm/yyyy hh:mm"))
        for place, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, str) and cell.startswith("="):
                    sheet.write_formula(place, column, cell, None, "")
                elif isinstance(cell, str):
                    sheet.write_string(place, column, cell)
                elif isinstance(cell, date):
                    sheet.write_datetime(place, column, cell, moment if isinstance(cell, datetime) else day)
                elif cell is not None:
                    sheet.write(place, column, cell)
    return file.getvalue()


def xls(rows: Rows, *, name: str = "Sheet1", from_1904: bool = False, password: bool = False) -> bytes:
    """Return an .xls of Excel 97; with ``password`` it says that the rest is encrypted."""
    book = xlwt.Workbook()
    book.dates_1904 = from_1904
    sheet = book.add_sheet(name)
    day = xlwt.easyxf(num_format_str="DD/MM/YYYY")
    for place, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            if cell is not None:
                sheet.write(place, column, cell, day) if isinstance(cell, date) else sheet.write(place, column, cell)
    stream = book.get_biff_data()
    if password:
        # After the first record stands FILEPASS, as Excel writes it before everything that it encrypts.
        first = 4 + int.from_bytes(stream[2:4], "little")
        stream = stream[:first] + bytes.fromhex("2f00060000003412cdab") + stream[first:]
    file = io.BytesIO()
    XlsDoc().save(file, stream)
    return file.getvalue()


def ods(rows: Rows, *, name: str = "Sheet1", password: bool = False) -> bytes:
    """Return an .ods; with ``password`` its manifest says that the content is encrypted."""
    table = "".join(f"<table:table-row>{''.join(map(_ods_cell, cells))}</table:table-row>" for cells in rows)
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
        for short, long in (("office", "office"), ("table", "table"), ("text", "text"))
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} office:version="1.2"><office:body>'
        f'<office:spreadsheet><table:table table:name="{escape(name)}">{table}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    encrypted = '<manifest:encryption-data manifest:checksum="x"/>' if password else ""
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest '
        'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry '
        f'manifest:full-path="content.xml" manifest:media-type="text/xml">{encrypted}</manifest:file-entry>'
        "</manifest:manifest>"
    )
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content,
            "META-INF/manifest.xml": manifest,
        },
        stored=("mimetype",),
    )


def _ods_cell(cell: Any) -> str:
    if cell is None:
        return "<table:table-cell/>"
    if isinstance(cell, date):
        return f'<table:table-cell office:value-type="date" office:date-value="{cell.isoformat()}"/>'
    if isinstance(cell, int | float):
        return f'<table:table-cell office:value-type="float" office:value="{cell}"/>'
    return f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'


def zipped(parts: Mapping[str, str | bytes], *, stored: Sequence[str] = ()) -> bytes:
    """Return a zip of these parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            kind = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(name, content, compress_type=kind)
    return file.getvalue()


def changed(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """Return the zip with one part changed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return zipped(parts | {part: change(parts.get(part, b""))}, stored=("mimetype",))


def under_password(data: bytes) -> bytes:
    """Return the .xlsx encrypted, as Excel does it."""
    file = io.BytesIO()
    OOXMLFile(io.BytesIO(data)).encrypt("a password", file)
    return file.getvalue()
