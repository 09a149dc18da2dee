"""The body of a table of data: a year of days has thousands of cells, which are escaped all at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Final

from flask import Flask
from markupsafe import Markup, escape

# No page may hold these characters: they mark where a row, a heading and a cell begin and end in what is escaped.
_TAGS: Final = {
    "\x1b": '<tr><th scope="row">',
    "\x1c": "</th>",
    "\x1d": "<td>",
    "\x1e": "</td>",
    "\x1f": "</tr>",
}
_ROW, _HEADED, _CELL, _CELL_END, _ROW_END = _TAGS
_UNMARKED: Final = str.maketrans("", "", "".join(_TAGS))
_NONE: Final = "–"


def init_table_rows(app: Flask) -> None:
    """Give templates the filter ``table_rows``."""
    app.jinja_env.filters["table_rows"] = table_rows


def table_rows(rows: Iterable[Sequence[object]]) -> Markup:
    """Return the rows of texts, the first of each as its heading; what is None is drawn as an en dash.

    >>> table_rows([["1 May", None, "<b>"]])
    Markup('<tr><th scope="row">1 May</th><td>–</td><td>&lt;b&gt;</td></tr>')
    """
    texts = [[_NONE if cell is None else str(cell) for cell in row] for row in rows]
    whole = "".join(chain.from_iterable(texts))
    if any(mark in whole for mark in _TAGS):
        texts = [[cell.translate(_UNMARKED) for cell in row] for row in texts]
    written = str(escape("\n".join(map(_marked, texts))))
    for mark, tag in _TAGS.items():
        written = written.replace(mark, tag)
    return Markup(written)  # noqa: S704 - all but the tags was escaped before


def _marked(row: list[str]) -> str:
    heading, *others = row
    cells = f"{_CELL}{f'{_CELL_END}{_CELL}'.join(others)}{_CELL_END}" if others else ""
    return f"{_ROW}{heading}{_HEADED}{cells}{_ROW_END}"
