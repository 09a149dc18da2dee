"""The mapping: how columns are named, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from firststep.sheets.mapping import find_columns, letter_of, mapping_from_json
from firststep.sheets.problems import SheetProblem
from tests.sheets.tables import LONG, WIDE, read_long, row


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"shape": "tall"}, "shape"),
        ({"header_row": 0}, "header_row"),
        ({"header_row": True}, "header_row"),
        ({"header_row": "1"}, "header_row"),
        ({"date_order": "ydm"}, "date_order"),
        ({"date_order": {"note": "dmy"}}, "date_order"),
        ({"columns": {"patient": "A"}}, "columns.visit_date"),
        ({"columns": LONG["columns"] | {"shoe": "Z"}}, "columns"),  # type: ignore[operator]
        ({"columns": []}, "columns"),
        ({"arms": {"acu": "needles"}}, "arms"),
        ({"arms": None}, "arms"),
        ({"nsaid": {"none": ["no"], "some": [" NO"]}}, "nsaid"),
        ({"nsaid": {"much": ["no"]}}, "nsaid"),
        ({"change": {"much_improved": "better"}}, "change"),
        ({"empty": [None]}, "empty"),
        ({"sheet": ""}, "sheet"),
        ({"weeks": {"D": 1}}, "weeks"),
    ],
)
def test_a_wrong_mapping_says_where(change: dict[str, Any], where: str) -> None:
    with pytest.raises(SheetProblem) as problem:
        mapping_from_json(LONG | change)
    assert (problem.value.code, problem.value.details) == ("bad_mapping", {"where": where})


@pytest.mark.parametrize("value", [None, [], "long", 1])
def test_what_is_no_mapping_at_all(value: Any) -> None:
    with pytest.raises(SheetProblem, match="bad_mapping"):
        mapping_from_json(value)


def test_headers_match_whatever_case_width_and_space() -> None:
    mapping = mapping_from_json(
        LONG | {"columns": {"patient": "ＷＨＯ", "visit_date": "date ", "arm": "arm", "pain": "vas"}}
    )
    assert find_columns(mapping, ["VAS", " who", "Arm", "DATE"]).of_key == {
        "patient": 1,
        "visit_date": 3,
        "arm": 2,
        "pain": 0,
    }


def test_letters_are_letters_where_all_names_are() -> None:
    found = find_columns(mapping_from_json(WIDE), ["D", "C", "B", "A", "x", "y", "z"])
    assert found.of_key == {"patient": 0, "arm": 1, "start": 2}
    assert found.weeks == {3: 0, 4: 2, 5: 6, 6: 12}


def test_a_header_comes_before_a_letter_where_they_are_mixed() -> None:
    mapping = mapping_from_json(WIDE | {"columns": {"patient": "C", "arm": "Arm", "start": "AB"}, "weeks": {"wk 2": 2}})
    assert find_columns(mapping, ["C", "Arm", "", "WK  2"]).of_key == {"patient": 0, "arm": 1, "start": 27}


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (["Who", "Date", "Arm"], "no_such_column"),
        (["Who", "Date", "Arm", "VAS", "vas "], "column_twice"),
        (["Who", "Date", "Arm", "Arm", "VAS"], "column_twice"),
    ],
)
def test_a_column_that_is_missing_or_there_twice(header: list[str], code: str) -> None:
    columns = {"patient": "Who", "visit_date": "Date", "arm": "Arm", "pain": "VAS"}
    with pytest.raises(SheetProblem, match=code):
        find_columns(mapping_from_json(LONG | {"columns": columns}), header)


def test_one_column_for_two_things() -> None:
    columns = {"patient": "A", "visit_date": "B", "arm": "C", "pain": "C"}
    with pytest.raises(SheetProblem, match="column_twice"):
        read_long(row(), columns=columns)


def test_a_header_below_the_sheet() -> None:
    with pytest.raises(SheetProblem, match="no_header"):
        read_long(header_row=9)


def test_letters() -> None:
    assert [letter_of(column) for column in (0, 25, 26, 59)] == ["A", "Z", "AA", "BH"]


def test_labels_may_be_numbers_and_an_empty_mark_nothing() -> None:
    told = {"nsaid": {"none": [0], "some": [1.0], "most": ["2"]}, "empty": ["", "x"]}
    reading = read_long(*(row(f"P{number}", Pills=number) for number in (0, 1, 2.0, "x", "")), **told)
    assert [case.visits[0].visit.nsaid for case in reading.cases] == ["none", "some", "most", None, None]
