"""The body of a table of data: a year of days has thousands of cells, which are escaped all at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from flask import Flask
from markupsafe import Markup, escape

# No page may hold these characters: they part what is escaped together.
_CELL, _ROW = "\x1f", "\x1e"
_PARTING: Final = str.maketrans("", "", _CELL + _ROW)
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
    together = _ROW.join(map(_CELL.join, texts))
    if together.count(_CELL) != sum(map(len, texts)) - len(texts) or together.count(_ROW) != max(len(texts) - 1, 0):
        texts = [[cell.translate(_PARTING) for cell in row] for row in texts]
        together = _ROW.join(map(_CELL.join, texts))
    return Markup("\n").join(map(_row, escape(together).split(_ROW))) if texts else Markup()


def _row(cells: Markup) -> Markup:
    heading, *others = cells.split(_CELL)
    data = "".join([f"<td>{cell}</td>" for cell in others])
    return Markup(f'<tr><th scope="row">{heading}</th>{data}</tr>')  # noqa: S704 - each cell was escaped before
