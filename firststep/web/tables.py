"""Tables as files that people keep, which a spreadsheet program shows and never runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import IO

from flask import Response, send_file

from firststep.services.csv_cells import guarded
from firststep.services.table_files import FORMS
from firststep.web import clock
from firststep.web.actors import current_account


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


def table_file(file: IO[bytes], what: str, form: str) -> Response:
    """Return a finished file of tables as a download, which is kept nowhere and named after its reader's day."""
    ending, mimetype = FORMS[form]
    name = f"firststep-{what}-{clock.local_day(clock.now(), current_account().time_zone).isoformat()}{ending}"
    response = send_file(file, mimetype=mimetype, as_attachment=True, download_name=name)
    response.headers["Cache-Control"] = "no-store"
    return response
