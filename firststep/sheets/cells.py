"""What stands in a cell: its value as the file has it, and how two texts are the same."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Literal, NamedTuple, TypeAlias

#: Why a cell or a row is reported.
Reason: TypeAlias = Literal["missing", "invalid", "ambiguous", "unknown", "conflict", "same_date", "not_shared"]

_LONGEST_SHOWN: Final = 80


@dataclass(frozen=True, slots=True)
class Broken:
    """A formula without a lasting value, or an error such as #DIV/0!, as the spreadsheet shows it."""

    text: str


Cell: TypeAlias = str | float | bool | date | datetime | time | timedelta | Broken
Grid: TypeAlias = Sequence[Sequence[Cell]]


class Row(NamedTuple):
    """A row with the number that the spreadsheet program shows."""

    number: int
    cells: Sequence[Cell]

    def at(self, column: int) -> Cell:
        """Return the cell of a column, counted from 0; a short row ends in empty cells."""
        return self.cells[column] if column < len(self.cells) else ""


class Unreadable(Exception):
    """A cell that nobody can read for certain; ``reason`` is one of the reported ones."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


def text_of(cell: Cell) -> str:
    """Return what a person reads in the cell; 17 and "17" are the same, a date is ISO."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, Broken):
        return cell.text
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        return str(int(cell)) if cell == cell // 1 else str(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)


def shown(cell: Cell) -> str:
    """Return the text that a report names."""
    text = text_of(cell).strip()
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


def tidy(cell: Cell) -> str:
    """Return the text in one width, trimmed, with single spaces.

    >>> tidy(" RM-１７  a "), tidy(17.0)
    ('RM-17 a', '17')
    """
    return " ".join(unicodedata.normalize("NFKC", text_of(cell)).split())


def fold(cell: Cell) -> str:
    """Return the text in which two cells are compared: ``tidy`` without upper and lower case.

    >>> fold("ACU 针 ") == fold("acu  针")
    True

    Rule: outcomes, reading a sheet.
    """
    return unicodedata.normalize("NFKC", tidy(cell).casefold())


def is_blank(cell: Cell) -> bool:
    """Tell whether nothing but white space stands there."""
    return isinstance(cell, str) and not cell.strip()
