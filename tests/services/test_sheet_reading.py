"""Files that practices send, and files that somebody made to do harm: each is read or refused in one sentence."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import psutil
import pytest
from flask import Flask

from firststep.services import sheet_reading
from firststep.services.sheet_reading import SheetRefused, look_into_file, read_file
from firststep.sheets.packing import check_file
from firststep.sheets.problems import SheetProblem
from tests.support.sheets import changed, ods, under_password, xls, xlsx, zipped

DATA = Path(__file__).parent.parent / "data"
SAMPLE = (DATA / "practice_sheet.xlsx").read_bytes()
MAPPING = json.loads((DATA / "practice_sheet.map.json").read_text(encoding="utf-8"))
TODAY = date(2026, 11, 23)
SHEET = "xl/worksheets/sheet1.xml"

NOT_A_SPREADSHEET = (415, "This is not a spreadsheet (.xlsx, .xls, .ods or .csv).")
PASSWORD = (422, "This file has a password. Remove it and try again.")
UNREADABLE = (422, "This file could not be read.")


def bomb() -> bytes:
    """Return an .xlsx that unpacks to 193 MB."""
    return changed(xlsx([["a"]]), "xl/media/image1.png", lambda _old: bytes(193_000_000 - 8_000))


def many_rows() -> bytes:
    """Return an .xlsx of 1.5 MB with 300,000 rows."""
    chance = random.Random(1)
    cells = b"".join(b"<row><c><v>%d</v></c></row>" % chance.randrange(10**4) for _ in range(300_000))
    return changed(xlsx([["a"]]), SHEET, lambda old: old.replace(b"</sheetData>", cells + b"</sheetData>"))


def entity_bomb() -> bytes:
    """Return an .xlsx whose shared strings would grow to gigabytes."""
    entities = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    declared = f'<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY l0 "lol">{entities}]>'
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    text = f'{declared}<sst xmlns="{space}" count="1"><si><t>&l9;</t></si></sst>'
    return changed(xlsx([["a"]]), "xl/sharedStrings.xml", lambda _old: text.encode())


def lying() -> bytes:
    """Return an .xlsx whose directory says of a part of 15 MB that it has 100 bytes."""
    filler = random.Random(1).randbytes(1_000) * 15_000
    data = changed(xlsx([["a"]]), "xl/big.bin", lambda _old: filler)
    return data.replace(len(filler).to_bytes(4, "little"), (100).to_bytes(4, "little"))


def declaring() -> bytes:
    """Return an .ods that declares something, however harmless."""
    return changed(
        ods([["a"]]), "content.xml", lambda old: old.replace(b"?>", b'?><!DOCTYPE a [<!ENTITY l "lol">]>', 1)
    )


def far_cell() -> bytes:
    """Return an .xlsx with one value in its very last cell."""
    cell = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return changed(xlsx([["a"]]), SHEET, lambda old: old.replace(b"</sheetData>", cell + b"</sheetData>"))


def repeated() -> bytes:
    """Return an .ods in which one cell stands for 17 milliard."""
    old = b"<table:table-row><table:table-cell"
    new = (
        b'<table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384"'
    )
    return changed(ods([[7]]), "content.xml", lambda content: content.replace(old, new))


def hole(data: bytes) -> bytes:
    """Return the file with nothing where its first records were."""
    return data[:512] + bytes(2_000) + data[2_512:]


HOSTILE: dict[str, tuple[Callable[[], bytes], tuple[int, str]]] = {
    "a bomb": (bomb, (413, "Unpacked this file has 193 MB; 20 MB is the limit.")),
    "a tight one": (
        lambda: changed(xlsx([["a"]]), "x", lambda _old: bytes(15_000_000)),
        (413, "Unpacked this file has more than 100 times its size; it is not read."),
    ),
    "many parts": (
        lambda: zipped({f"xl/{number}": "" for number in range(201)}),
        (413, "This file has more than 200 parts; save the one sheet in a file of its own."),
    ),
    "too big": (lambda: b"a;b\n" * 1_300_000, (413, "This file has 6 MB; 5 MB is the limit.")),
    "300,000 rows": (many_rows, (422, "Up to 5,000 rows; this sheet has more.")),
    "61 columns": (lambda: xlsx([["a"] * 61]), (422, "Up to 60 columns; this sheet has more.")),
    "a PNG": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(500), NOT_A_SPREADSHEET),
    "an EXE": (lambda: b"MZ\x90\x00" + bytes(500), NOT_A_SPREADSHEET),
    "noise": (lambda: random.Random(1).randbytes(5_000), NOT_A_SPREADSHEET),
    "nothing": (lambda: b"", NOT_A_SPREADSHEET),
    "only white space": (lambda: b" \r\n\t\n", NOT_A_SPREADSHEET),
    "a .docx": (lambda: zipped({"[Content_Types].xml": "<a/>", "word/document.xml": "<a/>"}), NOT_A_SPREADSHEET),
    "a .doc": (lambda: bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2_000), NOT_A_SPREADSHEET),
    "a page called .xls": (lambda: b"<html><table><tr><td>5</td></tr></table>", NOT_A_SPREADSHEET),
    "an .xlsx under a password": (lambda: under_password(xlsx([["a"]])), PASSWORD),
    "an .xls under a password": (lambda: xls([["a"]], password=True), PASSWORD),
    "an .ods under a password": (lambda: ods([["a"]], password=True), PASSWORD),
    "an entity bomb": (entity_bomb, UNREADABLE),
    "a declared entity": (declaring, UNREADABLE),
    "a directory that lies": (lying, UNREADABLE),
    "half an .xlsx": (lambda: SAMPLE[: len(SAMPLE) // 2], UNREADABLE),
    "an .xls with a hole": (lambda: hole(xls([["a" * 50] * 9] * 99)), UNREADABLE),
    "half an .xls": (lambda: xls([["a" * 50] * 9] * 99)[:9_000], NOT_A_SPREADSHEET),
    "XML that is none": (lambda: changed(SAMPLE, SHEET, lambda old: old[:5_000]), UNREADABLE),
    "a value in the last cell": (far_cell, (422, "Up to 5,000 rows; this sheet has more.")),
    "one cell for many": (repeated, UNREADABLE),
    "a broken line": (lambda: b'a;b\n1;2\n3;"4\n', (422, "Line 3 of this file could not be read.")),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_one_sentence(app: Flask, name: str) -> None:
    make, expected = HOSTILE[name]
    with app.test_request_context(), pytest.raises(SheetRefused) as refused:
        look_into_file(make())
    assert (refused.value.status, str(refused.value)) == expected


@pytest.mark.parametrize("name", ["a bomb", "a tight one", "many parts", "too big", "a PNG", "nothing", "a .docx"])
def test_what_is_refused_by_a_look_at_the_directory_starts_no_child(name: str) -> None:
    with pytest.raises(SheetProblem):
        check_file(HOSTILE[name][0]())


def test_the_sample_through_the_child(app: Flask) -> None:
    expected = json.loads((DATA / "practice_sheet_expected.json").read_text(encoding="utf-8"))
    with app.test_request_context():
        reading = read_file(SAMPLE, MAPPING, today=TODAY)
        look = look_into_file(SAMPLE)
    assert list(reading.accepted) == expected["accepted"]
    assert len(reading.cases) == expected["people"]
    assert (look.kind, look.sheets) == ("xlsx", ("Log", "old 2019"))
    assert look.proposal.mapping["columns"]["patient"] == "Who"


def test_another_sheet_is_looked_into_by_its_name(app: Flask) -> None:
    with app.test_request_context():
        assert look_into_file(SAMPLE, "old 2019").proposal.mapping["sheet"] == "old 2019"
        assert look_into_file(SAMPLE, " OLD  2019").proposal.mapping["columns"]["visit_date"] == "Date"
        with pytest.raises(SheetRefused, match="This file has no sheet called Log 2"):
            look_into_file(SAMPLE, "Log 2")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"shape": "tall"}, "The mapping cannot be used: look at shape."),
        ({"header_row": 90, "sheet": "old 2019"}, "The sheet ends before row 90, where the header should be."),
        ({"columns": MAPPING["columns"] | {"pain": "VAS %"}}, "The sheet has no column called VAS %."),
    ],
)
def test_a_mapping_that_does_not_fit(app: Flask, change: dict[str, object], sentence: str) -> None:
    with app.test_request_context(), pytest.raises(SheetRefused, match=f"^{re.escape(sentence)}$"):
        read_file(SAMPLE, MAPPING | change, today=TODAY)


def test_a_child_that_takes_too_long_is_ended(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_reading, "WALL_SECONDS", 0.01)
    with app.test_request_context(), pytest.raises(SheetRefused, match="takes too long"):
        read_file(SAMPLE, MAPPING, today=TODAY)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the limits of another process")
def test_the_child_takes_its_limits_before_it_reads() -> None:
    command = [sys.executable, "-m", "firststep.sheets.child"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as child:
        process, until = psutil.Process(child.pid), time.monotonic() + 20
        # The last one that it takes; then it waits for an order, which never comes.
        while process.rlimit(psutil.RLIMIT_FSIZE)[1] != 0 and time.monotonic() < until:
            time.sleep(0.02)
        limits = [process.rlimit(what)[1] for what in (psutil.RLIMIT_AS, psutil.RLIMIT_CPU, psutil.RLIMIT_FSIZE)]
    assert limits == [512 * 1024 * 1024, 10, 0]


def test_the_child_loads_neither_web_nor_database() -> None:
    code = (
        "import sys, firststep.sheets.child, firststep.sheets.workbooks, firststep.sheets.read, firststep.sheets.wire;"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & {'flask', 'sqlalchemy', 'flask_babel'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
