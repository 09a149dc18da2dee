"""What the form about a sheet sends: the file itself, again at each step, and how it is to be read.

The page carries the file between its steps, so the server keeps nothing until the import is confirmed: no copy that
would have to be guarded, left out of backups and deleted in time. What is confirmed is read again from the bytes that
the preview carried; a mark over these bytes and the mapping tells that both are what was looked at. Price: a file
travels three times, of mostly some ten kilobytes, of 5 MB at the most.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from typing import Final, cast

from flask import request
from flask_babel import gettext as _

from firststep.services.sheet_mappings import LABEL_KEYS, LabelKey, Said
from firststep.sheets.dates import DATE_ORDERS
from firststep.sheets.mapping import COLUMN_KEYS, DATE_KEYS, LAST_WEEK, ColumnKey, Shape
from firststep.sheets.problems import LAST_HEADER_ROW
from firststep.sheets.proposal import Chosen

_LONGEST_NAME: Final = 120
_LETTERS: Final = re.compile(r"[A-Z]{1,2}")
_WHOLE: Final = re.compile(r"[0-9]{1,3}")


@dataclass(frozen=True, kw_only=True)
class SentFile:
    """A file and what it is called."""

    name: str
    data: bytes

    @property
    def carried(self) -> str:
        """Return the bytes as a field of the next form holds them."""
        return base64.b64encode(self.data).decode("ascii")


@dataclass(frozen=True, kw_only=True)
class SentChoice:
    """How the sheet is to be read, as the form says it; ``faults`` are (id of the field, sentence).

    ``chosen`` has no columns where the sheet, the header or the shape is another than the page showed: then what was
    chosen was about other columns. ``typed`` holds the fields of weeks as they were typed.
    """

    sheet: str | None
    chosen: Chosen
    said: Said
    seen: str
    is_new: bool
    typed: dict[str, str] = field(default_factory=dict)
    faults: list[tuple[str, str]] = field(default_factory=list)


def sent_file() -> SentFile | None:
    """Return the file that was chosen, or else the one that the page carried; None where there is none."""
    upload = request.files.get("file")
    if upload is not None and upload.filename:
        # A larger one lies in a temporary file, which goes as soon as it is closed.
        with upload.stream:
            return SentFile(name=upload.filename[-_LONGEST_NAME:], data=upload.stream.read())
    carried = request.form.get("carried", "")
    try:
        data = base64.b64decode(carried, validate=True)
    except (binascii.Error, ValueError):
        return None
    return SentFile(name=request.form.get("name", "")[-_LONGEST_NAME:], data=data) if data else None


def shown_mark(sheet: str | None, header_row: int, shape: str) -> str:
    """Return what a page is about: where one of these changes, the columns are others."""
    return f"{header_row} {shape} {sheet or ''}"


def sent_choice() -> SentChoice | None:
    """Return how the form says that the sheet is to be read; None where a file was only chosen."""
    form = request.form
    if "shown" not in form:
        return None
    sheet, shape = form.get("sheet") or None, form.get("shape", "")
    header_row, faults = _header_row(form.get("header_row", ""))
    of_sheet = form["shown"].split(" ", 2)[-1]
    shape_said = cast(Shape, shape) if shape in ("long", "wide") else None
    if of_sheet != (sheet or ""):
        return SentChoice(sheet=sheet, chosen=Chosen(), said=Said(), seen="", is_new=True)
    if header_row is not None and form["shown"] != shown_mark(sheet, header_row, shape):
        chosen = Chosen(header_row=header_row, shape=shape_said)
        return SentChoice(sheet=sheet, chosen=chosen, said=Said(), seen="", is_new=True)
    columns, of_columns = _columns()
    weeks, of_weeks = _weeks()
    return SentChoice(
        sheet=sheet,
        chosen=Chosen(header_row=header_row, shape=shape_said, columns=columns, weeks=weeks),
        said=_said(),
        seen=form.get("seen", ""),
        is_new=False,
        typed={name: value for name, value in form.items() if name.startswith("week-") or name == "header_row"},
        faults=[*faults, *of_columns, *of_weeks],
    )


def _header_row(text: str) -> tuple[int | None, list[tuple[str, str]]]:
    row = int(text) if _WHOLE.fullmatch(text.strip()) else 0
    if 1 <= row <= LAST_HEADER_ROW:
        return row, []
    return None, [("header_row", _("The header is in a row from 1 to %(last)s.", last=LAST_HEADER_ROW))]


def _columns() -> tuple[dict[ColumnKey, str], list[tuple[str, str]]]:
    columns: dict[ColumnKey, str] = {}
    faults = []
    for key in COLUMN_KEYS:
        letters = request.form.get(f"column-{key}", "")
        if not _LETTERS.fullmatch(letters):
            continue
        if letters in columns.values():
            faults.append((f"column-{key}", _("Column %(letter)s is chosen twice.", letter=letters)))
        columns[key] = letters
    return columns, faults


def _weeks() -> tuple[dict[str, int], list[tuple[str, str]]]:
    weeks: dict[str, int] = {}
    faults = []
    for name, text in request.form.items():
        letters = name.removeprefix("week-")
        if letters == name or not text.strip() or not _LETTERS.fullmatch(letters):
            continue
        week = int(text) if _WHOLE.fullmatch(text.strip()) else LAST_WEEK + 1
        if week > LAST_WEEK:
            faults.append((name, _("A week is a whole number from 0 to %(last)s.", last=LAST_WEEK)))
        elif week in weeks.values():
            faults.append((name, _("Week %(week)s is there twice.", week=week)))
        else:
            weeks[letters] = week
    return weeks, faults


def _said() -> Said:
    orders = {key: request.form.get(f"order-{key}", "") for key in DATE_KEYS}
    labels: dict[LabelKey, dict[str, str]] = {}
    for key in LABEL_KEYS:
        texts, chosen = request.form.getlist(f"text-{key}"), request.form.getlist(f"meaning-{key}")
        labels[key] = dict(zip(texts, chosen, strict=False))
    return Said(
        orders={key: order for key, order in orders.items() if order in DATE_ORDERS},
        labels=labels,
        empty=[mark for line in request.form.get("empty", "").splitlines() if (mark := line.strip())],
    )
