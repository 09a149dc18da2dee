"""Sheets with a row per visit: what is a visit, who is the same person, what contradicts, what says nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firststep.clinical.visits import Visit
from firststep.sheets.cells import Broken
from firststep.sheets.problems import SheetProblem
from tests.sheets.tables import HEADER, read_long, row, told


def test_a_row_is_a_visit() -> None:
    reading = read_long(
        row(
            " RM-１７ ",
            "3.3.2025",
            "ACU ",
            Start="1.3.2025",
            No="#4",
            VAS="6,5",
            Pills="PRN",
            Change="Better",
            Note=" a ",
        )
    )
    (case,) = reading.cases
    assert (case.key, case.alias, case.arm, case.starts_on) == ("rm-17", "RM-17", "acupuncture", date(2025, 3, 1))
    (visit,) = case.visits
    assert visit.visit == Visit(date(2025, 3, 3), 65, 4, "some", "much_improved")
    assert (visit.row, visit.note) == (2, "a")
    assert (reading.accepted, reading.reported, reading.sessions) == ((2,), (), "numbered")


@pytest.mark.parametrize("empty", ["", None, "  ", "n/a", "N/A ", "-", "－"])
def test_what_is_not_recorded_keeps_the_visit(empty: Any) -> None:
    cells = dict.fromkeys(("Start", "No", "VAS", "Pills", "Change", "Note"), "" if empty is None else empty)
    (case,) = read_long(row(**cells)).cases
    assert case.visits[0].visit == Visit(date(2025, 3, 4))


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"who": ""}, ("patient", "missing", "")),
        ({"who": "n/a"}, ("patient", "missing", "n/a")),
        ({"who": "x" * 121}, ("patient", "invalid", "x" * 79 + "…")),
        ({"who": date(2025, 3, 12)}, ("patient", "ambiguous", "2025-03-12")),
        ({"day": "-"}, ("visit_date", "missing", "-")),
        ({"day": "25.13.2025"}, ("visit_date", "invalid", "25.13.2025")),
        ({"arm": ""}, ("arm", "missing", "")),
        ({"arm": "massage"}, ("arm", "unknown", "massage")),
        ({"Start": "1.1.2027"}, ("start", "invalid", "1.1.2027")),
        ({"No": "4 or 5"}, ("session", "ambiguous", "4 or 5")),
        ({"VAS": "5-6"}, ("pain", "ambiguous", "5-6")),
        ({"VAS": "five"}, ("pain", "invalid", "five")),
        ({"VAS": 12.0}, ("pain", "invalid", "12")),
        ({"VAS": Broken("=RAND()")}, ("pain", "invalid", "=RAND()")),
        ({"Pills": "ask him"}, ("nsaid", "unknown", "ask him")),
        ({"Change": "hm"}, ("change", "unknown", "hm")),
        ({"Note": "x" * 2001}, ("note", "invalid", "x" * 79 + "…")),
        ({"Note": "a\x00b"}, ("note", "invalid", "a\x00b")),
    ],
)
def test_one_cell_that_cannot_be_read_costs_the_row(cells: dict[str, Any], fault: tuple[str, str, str]) -> None:
    reading = read_long(row(**cells), row("P2"))
    assert told(reading) == [(2, *fault)]
    assert reading.accepted == (3,)
    assert [case.key for case in reading.cases] == ["p2"]


def test_each_cell_that_cannot_be_read_is_named_and_the_row_counted_once() -> None:
    reading = read_long(row(VAS="?", day="soon"), row())
    assert told(reading) == [(2, "visit_date", "invalid", "soon"), (2, "pain", "invalid", "?")]
    assert (reading.rejected, reading.accepted, reading.total) == ((2,), (3,), 2)


def test_an_empty_arm_or_start_is_as_on_the_persons_other_rows() -> None:
    start = date(2025, 3, 1)
    reading = read_long(
        row(arm="", day="1.3.2025"), row(arm="both", Start=start), row(arm="", day="5.3.2025"), row("P2")
    )
    assert [(case.arm, case.starts_on, len(case.visits)) for case in reading.cases] == [
        ("combined", start, 3),
        ("acupuncture", None, 1),
    ]


@pytest.mark.parametrize(
    ("second", "fault"),
    [
        ({"arm": "Usual"}, ("arm", "conflict", "Usual")),
        ({"Start": "2.3.2025"}, ("start", "conflict", "2.3.2025")),
    ],
)
def test_a_row_that_contradicts_an_earlier_one_is_a_conflict(
    second: dict[str, Any], fault: tuple[str, str, str]
) -> None:
    first = row(day="1.3.2025", Start="1.3.2025")
    reading = read_long(first, row(**second), row(day="5.3.2025"))
    assert told(reading) == [(3, *fault)]
    assert reading.accepted == (2, 4)


def test_a_reported_row_gives_nothing_to_the_others() -> None:
    reading = read_long(row(VAS="?"), row(arm="", day="5.3.2025"), row("P2", VAS="?"), row("P2", arm="usual"))
    assert [fault[:3] for fault in told(reading)] == [
        (2, "pain", "invalid"),
        (3, "arm", "missing"),
        (4, "pain", "invalid"),
    ]
    assert [(case.key, case.arm) for case in reading.cases] == [("p2", "standard")]


def test_of_two_rows_on_one_date_the_last_counts_whole() -> None:
    reading = read_long(row(VAS=4, No=1, Pills="prn"), row(VAS="", No=2), row(VAS=3, day="5.3.2025"))
    assert told(reading) == [(2, "visit_date", "same_date", "2025-03-04")]
    assert (reading.accepted, reading.rejected) == ((3, 4), (2,))
    assert reading.cases[0].visits[0].visit == Visit(date(2025, 3, 4), None, 2)


@pytest.mark.parametrize(
    "nothing",
    [
        [""] * 9,
        ["  ", "\t", "", "\xa0", "", "", "", "", ""],
        [],
        list(HEADER),
        [" WHO", "date", "Arm ", "start", "NO", "vas", "pills", "change", "note"],
        ["Total visits", "", "", "", "", 5.2, "", "", ""],
        ["", "Summe:", "", "", "", 440, "", "", ""],
        ["合计", "", "", "", "", "", "", "", ""],
    ],
)
def test_rows_that_say_nothing_are_skipped(nothing: list[Any]) -> None:
    reading = read_long(row(), nothing, row(day="5.3.2025"))
    assert (reading.empty, reading.accepted, reading.reported) == ((3,), (2, 4), ())


@pytest.mark.parametrize(
    "total",
    [
        ["Total", date(2025, 5, 1), "acu"],
        # In a text file each day is a text.
        ["Sum Li", "1.5.2025", "acu"],
        ["Sum Li", "", "acu", "2025-05-01"],
        ["", date(2025, 5, 1), "acu"],
        ["", "", "", "", "", 5],
    ],
)
def test_a_row_of_totals_is_never_accepted(total: list[Any]) -> None:
    reading = read_long(row(), total)
    assert (reading.accepted, reading.rejected) == ((2,), (3,))


def test_the_same_person_whatever_the_spelling() -> None:
    reading = read_long(row(17, "1.3.2025"), row("17", "2.3.2025"), row(17.0, "3.3.2025"), row("１７ ", "4.3.2025"))
    assert [len(case.visits) for case in reading.cases] == [4]


def test_without_a_session_column_visits_are_counted() -> None:
    columns = {"patient": "A", "visit_date": "B", "arm": "C", "pain": "F"}
    reading = read_long(row(No="?"), columns=columns)
    assert (reading.sessions, reading.accepted) == ("counted", (2,))


def test_each_date_column_may_have_its_own_order() -> None:
    (case,) = read_long(row(day="3/4/2025", Start="3/4/2025"), date_order={"visit_date": "dmy", "start": "mdy"}).cases
    assert (case.visits[0].visit.day, case.starts_on) == (date(2025, 4, 3), date(2025, 3, 4))


def test_without_an_order_numbers_are_ambiguous() -> None:
    assert told(read_long(row(day="3/4/2025"), date_order=None)) == [(2, "visit_date", "ambiguous", "3/4/2025")]


def test_too_many_rows() -> None:
    with pytest.raises(SheetProblem, match="too_many_rows"):
        read_long(*[row()] * 5001)


cells = st.sampled_from(
    ["", " ", "P1", "p2", "acu", "usual", "n/a", "5", "5-6", "3.3.2025", "?", 7.0, date(2025, 3, 4), "Total"]
)


@given(st.lists(st.lists(cells, max_size=9), max_size=12))
def test_every_row_is_accepted_rejected_or_empty(rows: list[list[Any]]) -> None:
    reading = read_long(*rows)
    counted = sorted((*reading.accepted, *reading.rejected, *reading.empty))
    assert counted == list(range(2, len(rows) + 2))
    assert sorted(visit.row for case in reading.cases for visit in case.visits) == list(reading.accepted)
    for case in reading.cases:
        days = [visit.visit.day for visit in case.visits]
        assert days == sorted(set(days))
