"""Sheets with a row per person and a column per week."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from firststep.sheets.problems import SheetProblem
from tests.sheets.tables import read_wide, told

START = date(2025, 3, 3)


def test_each_week_is_a_visit() -> None:
    reading = read_wide(["P1", "acu", START, 8, "6,5", "", "n/a"])
    (case,) = reading.cases
    assert [(visit.visit.day, visit.visit.tenths) for visit in case.visits] == [
        (START, 80),
        (date(2025, 3, 17), 65),
    ]
    assert (case.starts_on, reading.accepted, reading.sessions) == (START, (2,), "unknown")


def test_a_week_that_cannot_be_read_costs_only_itself() -> None:
    reading = read_wide(["P1", "acu", "3.3.2025", 8, "6-7", 12, 3])
    assert told(reading) == [(2, "E", "ambiguous", "6-7"), (2, "F", "invalid", "12")]
    assert (reading.accepted, reading.rejected) == ((2,), ())
    assert [visit.visit.tenths for visit in reading.cases[0].visits] == [80, 30]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (["", "acu", START, 8], ("patient", "missing", "")),
        (["P1", "massage", START, 8], ("arm", "unknown", "massage")),
        (["P1", "", START, 8], ("arm", "missing", "")),
        (["P1", "acu", "31.2.2025", 8], ("start", "invalid", "31.2.2025")),
        (["P1", "acu", "", 8], ("start", "missing", "")),
    ],
)
def test_an_unreadable_patient_arm_or_start_costs_the_row(row: list[Any], fault: tuple[str, str, str]) -> None:
    reading = read_wide(row, ["P2", "usual", START, 7])
    assert told(reading) == [(2, *fault)]
    assert (reading.accepted, reading.rejected) == ((3,), (2,))


def test_a_week_that_has_not_come_is_reported() -> None:
    reading = read_wide(["P1", "acu", date(2026, 11, 9), 8, 6, 4, ""])
    assert told(reading) == [(2, "F", "invalid", "4")]
    assert len(reading.cases[0].visits) == 2


def test_a_person_without_any_value_is_a_person() -> None:
    reading = read_wide(["P1", "acu", START])
    assert (reading.accepted, [case.visits for case in reading.cases]) == ((2,), [()])


def test_a_second_row_of_a_person_with_the_same_start() -> None:
    reading = read_wide(["P1", "acu", START, 8, 6], ["p1", "", "", 7, "", 5])
    assert told(reading) == [(2, "D", "same_date", "8")]
    assert [visit.visit.tenths for visit in reading.cases[0].visits] == [70, 60, 50]


def test_columns_that_belong_to_one_visit_are_named_as_unused() -> None:
    columns = {"patient": "A", "arm": "B", "start": "C", "nsaid": "H"}
    assert read_wide(["P1", "acu", START, 8], columns=columns).unused == ("nsaid",)


@pytest.mark.parametrize("weeks", [{}, {"D": 0, "E": 0}, {"D": -1}, {"D": "0"}])
def test_weeks_that_are_none(weeks: dict[str, Any]) -> None:
    with pytest.raises(SheetProblem, match="bad_mapping"):
        read_wide(weeks=weeks)


def test_somebody_called_like_a_total_is_reported_and_a_total_is_not() -> None:
    reading = read_wide(["Sum Li", "acu", "4.3.2025", 8, 6, 4, 3], ["Total", "", "", 8, 6, 4, 3])
    assert told(reading) == [(2, "patient", "invalid", "Sum Li")]
    assert (reading.accepted, reading.empty) == ((), (3,))
