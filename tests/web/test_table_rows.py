"""Cells that are escaped together stay the cells they were, whatever is in them."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from firststep.web.table_rows import table_rows

ROWS: list[list[list[object]]] = [
    [],
    [["1 May", "6", None]],
    [["1 May", ""], ["2 May", 0], ["3 May", 2.5]],
    [["<th>", "<script>alert(1)</script>", "a & b", "\"'"]],
    [["alone"], ["also alone"]],
    [["of one", "row"], ["with", "more", "cells"]],
]


@pytest.mark.parametrize("rows", ROWS)
def test_each_cell_holds_its_text(rows: list[list[object]]) -> None:
    soup = BeautifulSoup(f"<table>{table_rows(rows)}</table>", "html.parser")
    shown = [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in soup.find_all("tr")]
    assert shown == [["–" if cell is None else str(cell) for cell in row] for row in rows]
    assert [row.contents[0].name for row in soup.find_all("tr")] == ["th"] * len(rows)
    assert soup.find("script") is None


@pytest.mark.parametrize("mark", ["\x1b", "\x1c", "\x1d", "\x1e", "\x1f", "\x1f\x1b"])
def test_a_character_that_parts_cells_is_left_out_of_one(mark: str) -> None:
    rows = [["1 May", f"<b>{mark}6"], ["2 May", "7"]]
    assert table_rows(rows) == table_rows([["1 May", "<b>6"], ["2 May", "7"]])
