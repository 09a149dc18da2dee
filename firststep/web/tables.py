"""Tables as files that people keep: CSV that a spreadsheet program shows and never runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Response

from firststep.services.csv_cells import guarded


def csv_file(name: str, rows: Iterable[Sequence[str | int]]) -> Response:
    """Return the rows, of which the first is the head, as a download called ``name``."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in row])
    # Excel takes a file without this mark for Windows-1252.
    response = Response(text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
