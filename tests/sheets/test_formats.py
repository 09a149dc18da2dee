"""One table in every format that is read, and the same people in each."""

from __future__ import annotations

import csv
import io
import struct
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st
from xlwt.CompoundDoc import XlsDoc

from firststep.sheets.cells import Broken
from firststep.sheets.mapping import mapping_from_json
from firststep.sheets.problems import SheetProblem
from firststep.sheets.read import read_sheet
from firststep.sheets.workbooks import open_workbook
from firststep.sheets.xls_marks import broken_xls_cells
from tests.sheets.tables import HEADER, LONG, TODAY, read_long, row
from tests.support.sheets import Rows, changed, ods, xls, xlsx

ROWS = [
    HEADER,
    row("Jörg", datetime.fromisoformat("2025-03-04T09:30"), VAS=5.5, No=1, Note="=see card"),
    row("Jörg", date(2025, 3, 11), VAS="", No="#2"),
    [],
    row(17, "18.3.2025", "usual", VAS="7/10", Pills="PRN"),
]


def text_of(rows: Rows, delimiter: str = ";", *, comma: bool = True) -> str:
    """Return the rows as a spreadsheet program saves them where people write 5,5."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, lineterminator="\r\n")
    for cells in rows:
        writer.writerow([_in_csv(cell, comma=comma) for cell in cells])
    return file.getvalue()


def _in_csv(cell: Any, *, comma: bool) -> str:
    if isinstance(cell, datetime):
        return cell.strftime("%d.%m.%Y %H:%M")
    if isinstance(cell, date):
        return cell.strftime("%d.%m.%Y")
    return str(cell).replace(".", ",") if comma and isinstance(cell, float) else str(cell)


FORMATS: dict[str, Callable[[Rows], bytes]] = {
    "xlsx": lambda rows: xlsx([[_as_text(cell) for cell in cells] for cells in rows]),
    "xlsx of 1904": lambda rows: xlsx([[_as_text(cell) for cell in cells] for cells in rows], date_1904=True),
    "xls": xls,
    "xls of 1904": lambda rows: xls(rows, from_1904=True),
    "ods": ods,
    "csv in UTF-8": lambda rows: text_of(rows).encode("utf-8"),
    "csv in UTF-8 with its mark": lambda rows: text_of(rows).encode("utf-8-sig"),
    "csv in UTF-16": lambda rows: text_of(rows, "\t").encode("utf-16"),
    "csv in UTF-16, the other way round": lambda rows: b"\xfe\xff" + text_of(rows, "\t").encode("utf-16-be"),
    "csv in Windows-1252": lambda rows: text_of(rows).encode("cp1252"),
    "csv with commas": lambda rows: text_of(rows, ",").encode("utf-8"),
    "csv with commas and points": lambda rows: text_of(rows, ",", comma=False).encode("utf-8"),
    "csv with Excel's hint": lambda rows: b"sep=;\r\n" + text_of(rows).encode("utf-8"),
}


def _as_text(cell: Any) -> Any:
    # The writer would take it for a formula.
    return cell.replace("=see", "see") if isinstance(cell, str) else cell


def read(data: bytes, **changes: Any) -> Any:
    """Read the file by the mapping of the long table."""
    mapping = mapping_from_json(LONG | changes)
    return read_sheet(open_workbook(data).grid(mapping.sheet), mapping, today=TODAY)


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_table_in_every_format(name: str) -> None:
    expected = read_long(*ROWS[1:])
    found = read(FORMATS[name](ROWS))
    assert [(case.alias, case.arm) for case in found.cases] == [("Jörg", "acupuncture"), ("17", "standard")]
    visits = [[(visit.row, visit.visit) for visit in case.visits] for case in found.cases]
    assert visits == [[(visit.row, visit.visit) for visit in case.visits] for case in expected.cases]
    assert (found.accepted, found.empty, found.reported) == ((2, 3, 5), (4,), ())


ALIASES = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=8)
VISITS = st.tuples(
    ALIASES,
    st.dates(date(2000, 1, 1), TODAY),
    st.integers(0, 100).map(lambda tenths: tenths / 10) | st.just(""),
    st.integers(0, 99) | st.just(""),
)


@pytest.mark.parametrize("name", ["xlsx", "xls", "ods", "csv in UTF-8", "csv in UTF-16"])
@settings(max_examples=15, deadline=None)
@given(st.lists(VISITS, max_size=8))
def test_what_was_written_comes_back(name: str, visits: list[tuple[str, date, Any, Any]]) -> None:
    rows = [row(alias, day, VAS=pain, No=session) for alias, day, pain, session in visits]
    found, expected = read(FORMATS[name]([HEADER, *rows])), read_long(*rows)
    assert [case.visits for case in found.cases] == [case.visits for case in expected.cases]
    assert [case.key for case in found.cases] == [case.key for case in expected.cases]


def test_a_title_above_and_commas_in_every_date_do_not_mislead() -> None:
    lines = ["LOG, of our practice", "Who;Date;Arm;VAS"]
    lines += [f"P{number};Mar {number}, 2025;acu;5,5" for number in range(1, 9)]
    columns = {"patient": "Who", "visit_date": "Date", "arm": "Arm", "pain": "VAS"}
    found = read("\n".join(lines).encode(), columns=columns, header_row=2)
    assert found.accepted == tuple(range(3, 11))


def test_the_guard_before_a_formula_is_taken_off_again() -> None:
    found = read(text_of([HEADER, row(Note="'=SUM(A1)"), row(day="5.3.2025", Note="'tis")]).encode())
    assert [visit.note for visit in found.cases[0].visits] == ["=SUM(A1)", "'tis"]


def test_a_quoted_cell_of_two_lines_is_one_row() -> None:
    found = read(text_of([HEADER, row(Note="a\nb"), row(day="5.3.2025", VAS="?")]).encode())
    assert (found.accepted, found.rejected) == ((2,), (3,))


@pytest.mark.parametrize(
    ("data", "code", "details"),
    [
        (b'a;b\n1;"2\n', "bad_line", {"line": 2}),
        (b"a;b\n1;\x81\n", "bad_line", {"line": 2}),
        ("a;b\n1;2\n".encode("utf-16")[:-1], "bad_line", {"line": 2}),
        ((b"a;b\n" * 300) + b"1;\x00\n", "bad_line", {"line": 301}),
        (b"a;b\n1;\x00\n", "not_a_spreadsheet", {}),
        (b"<html><table></table>", "not_a_spreadsheet", {}),
        (b"{\\rtf1 a}", "not_a_spreadsheet", {}),
        (b";".join([b"x"] * 61), "too_many_columns", {"most": 60}),
        (b"a;b\n" * 5101, "too_many_rows", {"most": 5000}),
    ],
)
def test_a_text_that_cannot_be_read_names_its_first_bad_line(data: bytes, code: str, details: dict[str, int]) -> None:
    with pytest.raises(SheetProblem) as problem:
        open_workbook(data)
    assert (problem.value.code, problem.value.details) == (code, details)


def test_a_sheet_is_found_by_its_name_or_is_the_first() -> None:
    book = open_workbook(xlsx([["a"]], name="Log"))
    assert book.grid("Log") == book.grid(None) == [["a"]]
    with pytest.raises(SheetProblem, match="no_such_sheet"):
        book.grid("log 2")


def test_errors_and_formulas_without_a_lasting_value_are_not_empty() -> None:
    def with_errors(xml: bytes) -> bytes:
        cells = (
            b'<c r="C1" t="e"><v>#DIV/0!</v></c><c r="D1"><f>A1*2</f><v>8</v></c><c r="E1"><f>RAND()</f><v>0.5</v></c>'
            b'<c r="F1" t="str"><f>IF(A1="","","")</f><v></v></c><c r="G1"><f>A1</f><v/></c></row>'
        )
        return xml.replace(b"</row>", cells, 1)

    data = changed(xlsx([["a", 7]]), "xl/worksheets/sheet1.xml", with_errors)
    assert open_workbook(data).grid(None) == [
        ["a", 7.0, Broken("#DIV/0!"), 8.0, Broken("=RAND()"), "", Broken("=A1")],
    ]


def test_errors_and_formulas_without_a_lasting_value_are_not_empty_in_ods() -> None:
    def cell(formula: str, kinds: str, shown: str = "") -> bytes:
        opening = f'<table:table-cell table:formula="of:={formula}" {kinds}>'
        return f"{opening}<text:p>{shown}</text:p></table:table-cell>".encode()

    def with_errors(xml: bytes) -> bytes:
        error = cell("1/0", 'office:value-type="string" office:string-value="" calcext:value-type="error"', "#DIV/0!")
        cells = (
            error.replace(b"<table:table-cell", b'<table:table-cell table:number-columns-repeated="2"')
            + cell("[.B1]*2", 'office:value-type="float" office:value="14"', "14")
            + cell("RAND()", 'office:value-type="float" office:value="0.5"', "0.5")
            # As programs wrote it before there was a kind of its own for errors.
            + cell("NA()", 'office:value-type="float" office:value="0"', "#N/A")
            + cell("[.A1]", "")
        )
        xml = xml.replace(b"<office:document-content ", b'<office:document-content xmlns:calcext="urn:calcext" ')
        return xml.replace(b"<table:table-row>", b'<table:table-row table:number-rows-repeated="2">', 1).replace(
            b"</table:table-row>", cells + b"</table:table-row>", 1
        )

    data = changed(ods([["a", 7], ["b", 8]]), "content.xml", with_errors)
    first = ["a", 7.0, Broken("#DIV/0!"), Broken("#DIV/0!"), 14.0, Broken("=RAND()"), Broken("#N/A"), Broken("=[.A1]")]
    assert open_workbook(data).grid(None) == [first, first, ["b", 8.0, *[""] * 5]]


def test_a_comment_is_no_part_of_what_a_cell_of_an_ods_shows() -> None:
    # As programs wrote it before there was a kind of its own for errors.
    error = (
        b'<table:table-cell table:formula="of:=NA()" office:value-type="float" office:value="0">'
        b"<office:annotation><text:p>Ask again</text:p></office:annotation><text:p>#N/A</text:p></table:table-cell>"
    )

    def with_error(xml: bytes) -> bytes:
        return xml.replace(b"</table:table-row>", error + b"</table:table-row>", 1)

    data = changed(ods([["a"], ["b"]]), "content.xml", with_error)
    assert open_workbook(data).grid(None) == [["a", Broken("#N/A")], ["b", ""]]


@pytest.mark.parametrize("encoding", [b"unknown", b"big5", b"rot13"])
def test_an_encoding_that_cannot_be_read_is_refused(encoding: bytes) -> None:
    def with_encoding(xml: bytes) -> bytes:
        return b'<?xml version="1.0" encoding="%s"?>' % encoding + xml.partition(b"?>")[2].lstrip()

    data = changed(ods([["a", 7]]), "content.xml", with_encoding)
    with pytest.raises(SheetProblem, match="unreadable"):
        open_workbook(data).grid(None)


def test_errors_and_formulas_stored_without_their_value_are_not_empty_in_xls() -> None:
    book = xlwt.Workbook()
    book.add_sheet("Notes").row(0).set_cell_error(0, "#NULL!")
    sheet = book.add_sheet("Log")
    for column, cell in enumerate(["a", 7, *[xlwt.Formula("1+1")] * 4]):
        sheet.write(0, column, cell)
    sheet.row(0).set_cell_error(6, "#REF!")
    stream, an_empty_text = book.get_biff_data(), bytes.fromhex("030000000000ffff")
    # As spreadsheet programs store what a formula gave: a number, an error, and a text that is not there.
    for result in (struct.pack("<d", 14), bytes.fromhex("020007000000ffff"), bytes.fromhex("000000000000ffff")):
        stream = stream.replace(an_empty_text, result, 1)
    file = io.BytesIO()
    XlsDoc().save(file, stream)
    told = ["a", 7.0, 14.0, Broken("#DIV/0!"), Broken("=…"), "", Broken("#REF!")]
    assert open_workbook(file.getvalue()).grid("Log") == [told]


@pytest.mark.parametrize("end", [30, 100, 600, 2000])
def test_of_an_xls_that_is_built_otherwise_nothing_is_marked(end: int) -> None:
    data = xls([["a", 7]])
    assert broken_xls_cells(data[:end], 0) == broken_xls_cells(data, 1) == broken_xls_cells(b"x" * end, 0) == {}


@pytest.mark.parametrize(("repeated", "code"), [("rows", "too_many_rows"), ("columns", "too_many_columns")])
def test_an_error_outside_what_is_read_is_refused_in_ods(repeated: str, code: str) -> None:
    def with_error(xml: bytes) -> bytes:
        row, cell = (
            f'table:number-{repeated}-repeated="9999"' if repeated == one else "" for one in ("rows", "columns")
        )
        error = f'<table:table-row {row}><table:table-cell {cell} calcext:value-type="error"/></table:table-row>'
        xml = xml.replace(b"<office:document-content ", b'<office:document-content xmlns:calcext="urn:calcext" ')
        return xml.replace(b"</table:table>", error.encode() + b"</table:table>")

    with pytest.raises(SheetProblem, match=code):
        open_workbook(changed(ods([["a", 7]]), "content.xml", with_error)).grid(None)


def test_formatted_cells_without_a_value_do_not_make_a_sheet_larger() -> None:
    def with_blanks(xml: bytes) -> bytes:
        blanks = b"".join(b'<row r="%d"><c r="XFD%d" s="1"/></row>' % (number, number) for number in range(2, 9000))
        return xml.replace(b"</sheetData>", blanks + b"</sheetData>", 1)

    assert open_workbook(changed(xlsx([["a", 7]]), "xl/worksheets/sheet1.xml", with_blanks)).grid(None) == [["a", 7.0]]


def test_a_sheet_that_begins_further_down_keeps_its_numbers_and_letters() -> None:
    for write in (xlsx, xls, ods):
        grid = open_workbook(write([[], [], [None, None, "a"], [], [None, 5]])).grid(None)
        assert grid[2][2] == "a", write
        assert grid[4][1] == 5, write
        assert len(grid) == 5, write
