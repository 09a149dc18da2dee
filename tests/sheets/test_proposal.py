"""What is proposed for a sheet, and what is left for people to say."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from firststep.sheets.mapping import letter_of, mapping_from_json
from firststep.sheets.proposal import Chosen, propose
from firststep.sheets.read import read_sheet
from firststep.sheets.workbooks import open_workbook
from tests.sheets.tables import HEADER, TODAY, row

DATA = Path(__file__).parent.parent / "data"


def test_the_sample_is_recognised_and_reads_as_its_own_mapping_says() -> None:
    told = json.loads((DATA / "practice_sheet.map.json").read_text(encoding="utf-8"))
    grid = open_workbook((DATA / "practice_sheet.xlsx").read_bytes()).grid("Log")
    proposal = propose(grid, "Log")
    assert proposal.mapping["columns"] == told["columns"]
    assert proposal.mapping["header_row"] == told["header_row"]
    assert proposal.mapping["date_order"] == {"visit_date": "mdy", "start": "mdy"}
    assert (proposal.asked, proposal.lacking, proposal.unknown["arm"]) == ({}, (), ("massage",))
    # What somebody has to say besides are the drugs; nothing that is proposed differs from what the practice says.
    assert proposal.unknown["nsaid"] == (
        "ibuprofen 400 x2/day",
        "ibuprofen 400 prn",
        "naproxen 500 bid",
        "paracetamol only",
        "1-2x/week",
        "VOLTAREN GEL ONLY",
        "ask him",
    )
    mapping = mapping_from_json(dict(proposal.mapping) | {"nsaid": told["nsaid"]})
    expected = json.loads((DATA / "practice_sheet_expected.json").read_text(encoding="utf-8"))
    assert list(read_sheet(grid, mapping, today=TODAY).accepted) == expected["accepted"]


@pytest.mark.parametrize(
    ("days", "order", "asked"),
    [
        (["3/4/2025", "25/3/2025"], "dmy", None),
        (["3/4/2025", "3/25/2025"], "mdy", None),
        (["2025-04-03", "3/4/2025", "5/6/2025"], None, (3, "3/4/2025")),
        (["25/3/2025", "3/25/2025"], None, (2, "25/3/2025")),
        (["3/4/05"], None, (2, "3/4/05")),
        (["3/3/2025", "3/4/2025"], None, (3, "3/4/2025")),
        (["2025-04-03", date(2025, 4, 3), "3 Apr 2025"], None, None),
    ],
)
def test_the_order_of_dates_is_never_guessed(days: list[Any], order: str | None, asked: tuple[int, str] | None) -> None:
    proposal = propose([list(HEADER), *(row(day=day) for day in days)], None)
    assert proposal.mapping["date_order"]["visit_date"] == order
    assert proposal.asked.get("visit_date") == asked


def test_a_wide_sheet() -> None:
    header = ["Patient code", "Gruppe", "Beginn", "VAS baseline", "VAS wk2", "Woche 6", "12 weeks", "Bemerkung"]
    proposal = propose([["Praxis"], header, ["P1", "Akupunktur", "3.13.2025", 8, 6, 5, 2, "x"]], "Log")
    assert proposal.mapping["shape"] == "wide"
    assert proposal.mapping["weeks"] == {"VAS baseline": 0, "VAS wk2": 2, "Woche 6": 6, "12 weeks": 12}
    assert proposal.mapping["columns"] == {
        "start": "Beginn",
        "arm": "Gruppe",
        "patient": "Patient code",
        "note": "Bemerkung",
    }
    assert proposal.mapping["arms"] == {"Akupunktur": "acupuncture"}
    assert mapping_from_json(dict(proposal.mapping)).weeks["Woche 6"] == 6


def test_the_weeks_of_a_wide_sheet_may_stand_in_merged_cells_above() -> None:
    above = ["", "", "", "Baseline", "", "Week 2", "", "Week 12", ""]
    header = ["Client", "Group", "Start", "VAS", "NSAID", "VAS", "NSAID", "VAS", "NSAID"]
    proposal = propose([above, header, ["P1", "acu", "2025-03-13", 8, "daily", 6, "no", 2, "no"]], None)
    assert (proposal.mapping["header_row"], proposal.mapping["shape"]) == (2, "wide")
    assert proposal.week_letters == {"D": 0, "F": 2, "H": 12}
    # A title above says nothing of weeks, and a column with a day of its own makes a row of one visit.
    long = propose([["Week 3, pain"], ["Who", "Date", "Arm", "VAS"], ["P1", "2025-03-13", "acu", 8]], None)
    assert (long.mapping["shape"], long.letters["pain"]) == ("long", "D")


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("Patient|Date|Arm|First-step pain", "patient visit_date arm pain"),
        ("Patient|Date|Treatment|Painkillers|Pain 0-10", "patient visit_date arm nsaid pain"),
        ("Patient|Datum|Behandlung|Schmerzmittel|Schmerz", "patient visit_date arm nsaid pain"),
        ("Patient|Visit #|Date|Treatment|VAS", "patient session visit_date arm pain"),
        ("Name|Date of birth|Visit date|Therapist|Treatment|NRS", "patient - visit_date - arm pain"),
        ("Therapist name|First name|Stage|Visit|Next visit|Tx|VAS today", "- patient - visit_date - arm pain"),
        ("Pt|NSAID days a week|Session date|Session no.|Group|Score", "patient nsaid visit_date session arm pain"),
        ("Client|Treatment start|Visit day|Modality|Pain before|Meds", "patient start visit_date arm pain nsaid"),
        ("Client|Start of pain|Start date|Visit|Arm|Pain at start|Pain now", "patient - start visit_date arm - pain"),
        ("Name|Schmerzbeginn|Behandlungsbeginn|Datum|Schmerz", "patient - start visit_date pain"),
        ("Name|Visit|Arm|Pain onset|Start-up pain", "patient visit_date arm - pain"),
        ("Pt|Days since start|Date|Tx|VAS", "patient - visit_date arm pain"),
        ("Code|Tag|Termin Nr.|Gruppe|Schmerz|Medikamente", "patient visit_date session arm pain nsaid"),
        ("病人|日期|治疗|疼痛 (VAS)|止痛药|首次治疗", "patient visit_date arm pain nsaid start"),
    ],
)
def test_headers_are_taken_for_what_they_say(header: str, columns: str) -> None:
    cells = header.split("|")
    wanted = {key: letter_of(place) for place, key in enumerate(columns.split()) if key != "-"}
    assert dict(propose([cells, ["x"] * len(cells)], None).letters) == wanted


def test_every_word_of_a_practice_can_be_given_a_meaning() -> None:
    pills = [f"ibuprofen, {days} of 250 days" for days in range(250)]
    proposal = propose([list(HEADER), *(row(Pills=text) for text in pills)], None, Chosen(columns={"nsaid": "G"}))
    assert proposal.unknown["nsaid"] == tuple(pills)


def test_columns_of_the_same_name_are_named_by_letter() -> None:
    proposal = propose([["Who", "Date", "Arm", "VAS", "VAS "], ["P1", "2025-03-03", "acu", 5, 6]], None)
    assert proposal.mapping["columns"]["pain"] == "D"


@pytest.mark.parametrize("grid", [[], [[]], [["", ""]], [[5, 6]], [["Lorem ipsum"]]])
def test_what_is_no_log_lacks_its_columns(grid: list[list[Any]]) -> None:
    assert propose(grid, None).lacking == ("patient", "visit_date", "arm", "pain")


def test_no_header_however_long_costs_time() -> None:
    proposal = propose([["x" * 100_000, "week " * 20_000, "d" * 100_000], ["a", "b", "c"]], None)
    assert proposal.lacking
