"""The practice's log that is kept beside its answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from firststep.sheets.mapping import mapping_from_json
from firststep.sheets.read import read_sheet
from firststep.sheets.reading import Reading
from firststep.sheets.workbooks import open_workbook
from tests.sheets.tables import TODAY

DATA = Path(__file__).parent.parent / "data"
EXPECTED = json.loads((DATA / "practice_sheet_expected.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def reading() -> Reading:
    """Return the sample, read by its mapping."""
    mapping = mapping_from_json(json.loads((DATA / "practice_sheet.map.json").read_text(encoding="utf-8")))
    grid = open_workbook((DATA / "practice_sheet.xlsx").read_bytes()).grid(mapping.sheet)
    return read_sheet(grid, mapping, today=TODAY)


def test_accepted_rows(reading: Reading) -> None:
    assert list(reading.accepted) == EXPECTED["accepted"]


def test_reported_rows(reading: Reading) -> None:
    found = [{"row": r.row, "column": r.column, "reason": r.reason, "value": r.value} for r in reading.reported]
    may_be_reported = set(EXPECTED["ignored_or_reported"])
    assert [one for one in found if one["row"] not in may_be_reported] == EXPECTED["reported"]


def test_every_row_is_counted_once(reading: Reading) -> None:
    assert set(EXPECTED["ignored"]) <= set(reading.empty) <= set(EXPECTED["ignored"] + EXPECTED["ignored_or_reported"])
    assert len(reading.accepted) + len(reading.rejected) + len(reading.empty) == reading.total
    assert sorted((*reading.accepted, *reading.rejected, *reading.empty)) == list(range(3, 477))


def test_people(reading: Reading) -> None:
    assert len(reading.cases) == EXPECTED["people"]
    assert sorted(visit.row for case in reading.cases for visit in case.visits) == EXPECTED["accepted"]
