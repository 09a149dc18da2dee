"""Everything that is kept of one patient, as one zip: CSV, a spreadsheet, JSON, a FHIR bundle, and pages to read.

Each table is read once and goes, row by row, into all forms at the same time; docs/export_format.md describes them.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, BinaryIO, Final
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from firststep.services import audit
from firststep.services.diary_import import COLUMNS as DIARY_COLUMNS
from firststep.services.export_fhir import Bundle
from firststep.services.export_tables import Record, Table, read_amended, read_diary_rows, tables
from firststep.services.table_files import csv_cell, plain_workbook, shown, write_cell
from firststep.services.zones import zone

FORMAT: Final = "firststep-export"
VERSION: Final = 1
#: The one part that `data import` reads.
COMPLETE: Final = "everything.json"


@dataclass(frozen=True, kw_only=True)
class Owner:
    """Whose export it is, and in which zone their days are."""

    patient_id: UUID
    time_zone: str


def write_export(session: Session, owner: Owner, into: BinaryIO, *, now: datetime, pages: Iterable[str]) -> None:
    """Write the zip of what the running transaction sees; ``pages`` are the pieces of the readable page.

    Nothing of it stays on the disk: the forms that grow beside each other lie in temporary files without a name, or in
    a folder that goes with them.
    """
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive, ExitStack() as stack:
        document = stack.enter_context(_Document.opened(now))
        bundle = stack.enter_context(_bundle(session, owner, now))
        folder = stack.enter_context(TemporaryDirectory(prefix="firststep-export-"))
        sheets = stack.enter_context(_Workbook.opened(folder))
        diary = Table(name="diary", columns=DIARY_COLUMNS, read=read_diary_rows)
        for table in (diary, *tables()):
            records = table.read(session, owner.patient_id)
            if table is not diary:
                records = bundle.passing(table.name, document.passing(table.name, records))
            _write_csv(archive, table, sheets.passing(table, records))
        document.finish(audit.trail_head(session, owner.patient_id))
        bundle.finish()
        sheets.finish()
        _add(archive, COMPLETE, document.file)
        _add(archive, "fhir-bundle.json", bundle.file)
        _add(archive, "everything.xlsx", sheets.file)
        with archive.open("read-me-first.html", "w") as page:
            for piece in pages:
                page.write(piece.encode())


def _write_csv(archive: zipfile.ZipFile, table: Table, records: Iterable[Record]) -> None:
    with archive.open(f"csv/{table.name}.csv", "w") as raw, io.TextIOWrapper(raw, "utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(table.columns)
        for record in records:
            writer.writerow([csv_cell(record[name]) for name in table.columns])


def _add(archive: zipfile.ZipFile, name: str, file: IO[bytes]) -> None:
    file.seek(0)
    with archive.open(name, "w") as part:
        while chunk := file.read(1 << 16):
            part.write(chunk)


class _Document:
    """The complete JSON, written while the rows pass by."""

    def __init__(self, file: IO[bytes], now: datetime) -> None:
        self.file = file
        head = {"format": FORMAT, "version": VERSION, "made_at": now.isoformat()}
        self.file.write(orjson.dumps(head)[:-1])

    @classmethod
    @contextmanager
    def opened(cls, now: datetime) -> Iterator[_Document]:
        with TemporaryFile() as file:
            yield cls(file, now)

    def passing(self, name: str, records: Iterable[Record]) -> Iterator[Record]:
        self.file.write(b',"%s":[' % name.encode())
        for number, record in enumerate(records):
            self.file.write(b"%s%s" % (b",\n" if number else b"\n", orjson.dumps(record)))
            yield record
        self.file.write(b"]")

    def finish(self, head: audit.Head) -> None:
        values = {"access_log_head": {"count": head.count, "hash": head.hash}}
        self.file.write(b"," + orjson.dumps(values)[1:] + b"\n")


@contextmanager
def _bundle(session: Session, owner: Owner, now: datetime) -> Iterator[Bundle]:
    amended = read_amended(session, owner.patient_id)
    with TemporaryFile() as file:
        yield Bundle(file, patient_id=owner.patient_id, zone=zone(owner.time_zone), now=now, amended=amended)


class _Workbook:
    """The spreadsheet: a sheet per table, each text as text and never as a formula or a link."""

    def __init__(self, folder: str) -> None:
        self._path = f"{folder}/everything.xlsx"
        self._book = plain_workbook(self._path, folder)
        self._head = self._book.add_format({"bold": True})
        self._closed = False
        self.file: IO[bytes]

    @classmethod
    @contextmanager
    def opened(cls, folder: str) -> Iterator[_Workbook]:
        book = cls(folder)
        try:
            yield book
        finally:
            book.finish()
            book.file.close()

    def passing(self, table: Table, records: Iterable[Record]) -> Iterator[Record]:
        sheet = self._book.add_worksheet(table.name)
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(table.columns):
            sheet.write_string(0, column, name, self._head)
        for row, record in enumerate(records, start=1):
            for column, name in enumerate(table.columns):
                write_cell(sheet, row, column, shown(record[name]))
            yield record

    def finish(self) -> None:
        if not self._closed:
            self._closed = True
            self._book.close()
            self.file = open(self._path, "rb")  # noqa: PTH123, SIM115 - closed by ``opened``
