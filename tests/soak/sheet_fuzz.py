"""Feeds changed spreadsheets to the reader of sheets, for as long as asked: run by test_sheet_fuzz.py, not by hand.

Each input is one byte that says what it is meant as, and then that. Only SheetProblem may come out; where the reader
of workbooks itself gives up (its panic would end the child), that is counted.
"""

from __future__ import annotations

import io
import json
import sys
import zipfile
from datetime import date
from pathlib import Path
from typing import Any, Final

import atheris

from tests.soak.sheet_parts import PARTS

with atheris.instrument_imports(include=["firststep.sheets"]):
    from firststep.sheets.mapping import mapping_from_json
    from firststep.sheets.problems import SheetProblem
    from firststep.sheets.proposal import propose
    from firststep.sheets.read import read_sheet
    from firststep.sheets.wire import reading_from_json, reading_to_json
    from firststep.sheets.workbooks import open_workbook

TODAY: Final = date(2026, 11, 23)
MAPPING: Final = {
    "shape": "long",
    "header_row": 1,
    "date_order": "dmy",
    "columns": dict(zip(("patient", "visit_date", "arm", "start", "session", "pain", "nsaid"), "ABCDEFG", strict=True)),
    "arms": {"acu": "acupuncture", "usual": "standard"},
    "nsaid": {"none": ["no"], "most": ["daily"]},
    "empty": ["-"],
}
WIDE: Final = {
    "shape": "wide",
    "header_row": 1,
    "date_order": "mdy",
    "columns": {"patient": "A", "arm": "B", "start": "C"},
    "weeks": {"D": 0, "E": 2, "F": 12},
    "arms": {"acu": "acupuncture"},
}


class Fuzz:
    """Holds the files whose parts are changed, and counts what came of it."""

    def __init__(self, folder: Path) -> None:
        self._mappings = [mapping_from_json(MAPPING), mapping_from_json(WIDE)]
        self._parts = {name: _parts(folder / name) for name in ("seed.xlsx", "seed.ods")}
        self._counts = {"executions": 0, "read": 0, "refused": 0, "reader_gave_up": 0}
        self._told = folder / "counts.json"

    def one(self, data: bytes) -> None:
        """Read one input in the way that its first byte says."""
        self._counts["executions"] += 1
        if data:
            meant = data[0] % (len(PARTS) + 1)
            self._count(self._with(*PARTS[meant - 1], data[1:]) if meant else data[1:])
        if self._counts["executions"] % 200 == 0:
            self._told.write_text(json.dumps(self._counts))

    def _count(self, file: bytes) -> None:
        try:
            self._read(file)
        except SheetProblem:
            self._counts["refused"] += 1
        except BaseException as given_up:
            if type(given_up).__name__ != "PanicException":
                raise
            self._counts["reader_gave_up"] += 1
        else:
            self._counts["read"] += 1

    def _read(self, file: bytes) -> None:
        grid = open_workbook(file).grid(None)
        propose(grid, None)
        for mapping in self._mappings:
            reading = read_sheet(grid, mapping, today=TODAY)
            assert len(reading.accepted) + len(reading.rejected) + len(reading.empty) == reading.total
            assert reading_from_json(json.loads(json.dumps(reading_to_json(reading)))) == reading

    def _with(self, seed: str, part: str, content: bytes) -> bytes:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            for name, old in self._parts[seed].items():
                archive.writestr(name, content if name == part else old)
        return file.getvalue()


def _parts(file: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def main(arguments: list[str]) -> Any:
    """Run with the options of libFuzzer; the first argument is the folder with the seeds."""
    fuzz = Fuzz(Path(arguments[1]))
    atheris.Setup([arguments[0], *arguments[2:]], fuzz.one)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv)
