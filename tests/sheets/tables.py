"""Small tables and how they are read, for the tests beside it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from firststep.sheets.mapping import mapping_from_json
from firststep.sheets.read import read_sheet
from firststep.sheets.reading import Reading

TODAY: Final = date(2026, 11, 23)
LONG: Final = {
    "sheet": None,
    "shape": "long",
    "header_row": 1,
    "date_order": "dmy",
    "columns": {
        "patient": "Who",
        "visit_date": "Date",
        "arm": "Arm",
        "start": "Start",
        "session": "No",
        "pain": "VAS",
        "nsaid": "Pills",
        "change": "Change",
        "note": "Note",
    },
    "arms": {"acu": "acupuncture", "usual": "standard", "both": "combined"},
    "nsaid": {"none": ["no"], "some": ["prn"], "most": ["daily"]},
    "change": {"much_improved": ["better"], "no_change": ["same"]},
    "empty": ["n/a", "-"],
}
HEADER: Final = ("Who", "Date", "Arm", "Start", "No", "VAS", "Pills", "Change", "Note")
WIDE: Final = {
    "shape": "wide",
    "header_row": 1,
    "date_order": "dmy",
    "columns": {"patient": "A", "arm": "B", "start": "C"},
    "weeks": {"D": 0, "E": 2, "F": 6, "G": 12},
    "arms": LONG["arms"],
    "empty": ["n/a"],
}


def row(who: Any = "P1", day: Any = date(2025, 3, 4), arm: Any = "acu", **cells: Any) -> list[Any]:
    """Return a row of the long table; what is not named is empty."""
    rest = {"Start": "", "No": "", "VAS": 5, "Pills": "", "Change": "", "Note": ""} | cells
    return [who, day, arm, *rest.values()]


def read_long(*rows: Sequence[Any], **changes: Any) -> Reading:
    """Read the rows below the header, which is row 1; ``changes`` are of the mapping."""
    return read_sheet([list(HEADER), *rows], mapping_from_json(LONG | changes), today=TODAY)


def read_wide(*rows: Sequence[Any], **changes: Any) -> Reading:
    """Read the rows of a wide table below its header, which is row 1."""
    header = ["Patient", "Arm", "Start", "VAS", "wk2", "wk6", "wk12"]
    return read_sheet([header, *rows], mapping_from_json(WIDE | changes), today=TODAY)


def told(reading: Reading) -> list[tuple[int, str, str, str]]:
    """Return what is reported."""
    return [(one.row, one.column, one.reason, one.value) for one in reading.reported]
