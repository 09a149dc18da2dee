"""Tables as files to take along: a workbook and a zip of CSV, written row by row, in which nothing can be run."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Any, Final, Protocol, TypeAlias

import xlsxwriter

from firststep.services.csv_cells import guarded

#: What a cell can hold; None is "not recorded", a list are words.
Plain: TypeAlias = str | int | float | bool | list[str] | None
#: The columns of each table, by its name.
Tables: TypeAlias = Mapping[str, tuple[str, ...]]

# So long a text fits into a cell of a spreadsheet.
_LONGEST_CELL: Final = 32_767


#: The forms of a file with tables: how its name ends, and what it is.
FORMS: Final = {
    "xlsx": (".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": ("-csv.zip", "application/zip"),
}


class TableFile(Protocol):
    """A file with several tables, each of which grows at its end."""

    def add(self, table: str, record: Mapping[str, Plain]) -> None:
        """Add a row; a column that the record does not name stays empty."""

    def finish(self) -> IO[bytes]:
        """Return the finished file, to be read from its beginning; whoever takes it closes it."""


def shown(value: Plain) -> str | float | None:
    """Return what stands in a cell: words for yes and no, nothing for "not recorded"."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, list) else value


def csv_cell(value: Plain) -> str | float | None:
    """Return what stands in a cell of a CSV file, which no spreadsheet takes for a formula."""
    found = shown(value)
    return guarded(found) if isinstance(found, str) else found


def plain_workbook(path: str, folder: str) -> Any:
    """Return a workbook that holds little in memory and takes each text as text, never as a formula or a link."""
    options = {
        "constant_memory": True,
        "tmpdir": folder,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    return xlsxwriter.Workbook(path, options)


def write_cell(sheet: Any, row: int, column: int, value: str | float | None) -> None:
    """Write a cell of a workbook: text, a number, or nothing."""
    if isinstance(value, str):
        sheet.write_string(row, column, value[:_LONGEST_CELL])
    elif value is not None:
        sheet.write_number(row, column, value)


def opened(form: str, tables: Tables) -> AbstractContextManager[TableFile]:
    """Open a file of one of the forms."""
    return workbook(tables) if form == "xlsx" else csv_zip(tables)


@contextmanager
def workbook(tables: Tables) -> Iterator[TableFile]:
    """Open a workbook with a sheet per table; what it needs meanwhile goes with a folder of its own."""
    with TemporaryDirectory(prefix="firststep-tables-") as folder:
        yield _Workbook(tables, folder)


@contextmanager
def csv_zip(tables: Tables) -> Iterator[TableFile]:
    """Open a zip with a CSV file per table; the tables grow in files without a name."""
    with ExitStack() as stack:
        yield _CsvZip({name: (columns, stack.enter_context(TemporaryFile())) for name, columns in tables.items()})


class _Workbook:
    def __init__(self, tables: Tables, folder: str) -> None:
        self._path = f"{folder}/tables.xlsx"
        self._book = plain_workbook(self._path, folder)
        head = self._book.add_format({"bold": True})
        self._tables = {name: (columns, self._book.add_worksheet(name)) for name, columns in tables.items()}
        self._rows = dict.fromkeys(tables, 0)
        for columns, sheet in self._tables.values():
            sheet.freeze_panes(1, 0)
            for column, name in enumerate(columns):
                sheet.write_string(0, column, name, head)

    def add(self, table: str, record: Mapping[str, Plain]) -> None:
        columns, sheet = self._tables[table]
        self._rows[table] += 1
        for column, name in enumerate(columns):
            write_cell(sheet, self._rows[table], column, shown(record.get(name)))

    def finish(self) -> IO[bytes]:
        self._book.close()
        return open(self._path, "rb")  # noqa: PTH123 - closed by whoever takes it


class _CsvZip:
    def __init__(self, tables: Mapping[str, tuple[tuple[str, ...], IO[bytes]]]) -> None:
        self._texts = {
            name: io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
            for name, (_of, file) in tables.items()
        }
        self._columns = {name: columns for name, (columns, _file) in tables.items()}
        self._writers = {name: csv.writer(text) for name, text in self._texts.items()}
        for name, columns in self._columns.items():
            # Excel takes a file without this mark for Windows-1252.
            self._texts[name].write("\N{BYTE ORDER MARK}")
            self._writers[name].writerow(columns)

    def add(self, table: str, record: Mapping[str, Plain]) -> None:
        self._writers[table].writerow([csv_cell(record.get(name)) for name in self._columns[table]])

    def finish(self) -> IO[bytes]:
        made = TemporaryFile()  # noqa: SIM115 - closed by whoever takes it
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in self._texts.items():
                text.flush()
                raw = text.detach()
                raw.seek(0)
                with archive.open(f"{name}.csv", "w") as part:
                    while chunk := raw.read(1 << 16):
                        part.write(chunk)
        made.seek(0)
        return made
