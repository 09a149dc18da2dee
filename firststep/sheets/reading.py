"""What a sheet says once it is read: cases with their visits, the rows that were taken, and what has to be mended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from firststep.clinical.diary import Arm
from firststep.clinical.visits import Sessions, Visit
from firststep.sheets.cells import Reason


@dataclass(frozen=True, kw_only=True)
class Reported:
    """One cell that keeps a row, or in a wide sheet itself, from being used; ``value`` is the text found.

    ``row`` is the number that the spreadsheet shows, ``column`` the mapping's key or a week column's letter.
    """

    row: int
    column: str
    reason: Reason
    value: str


@dataclass(frozen=True, kw_only=True)
class SheetVisit:
    """One visit, with the row that it came from and what the practice remarked."""

    row: int
    visit: Visit
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class Case:
    """One person of the sheet: ``key`` is the folded name, ``alias`` as the sheet writes it; visits in order of days.

    ``starts_on`` is the start cell, None where there is none.
    """

    key: str
    alias: str
    arm: Arm
    starts_on: date | None
    visits: tuple[SheetVisit, ...]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A whole sheet: every row below the header is accepted, rejected or empty, and counted once.

    ``empty`` holds blank rows, repeats of the header, and rows of totals. ``sessions`` tells how the fourth session
    is found. ``unused`` names mapped columns that the shape has no place for.
    """

    cases: tuple[Case, ...]
    accepted: tuple[int, ...]
    reported: tuple[Reported, ...]
    empty: tuple[int, ...]
    total: int
    sessions: Sessions
    unused: tuple[str, ...] = ()

    @property
    def rejected(self) -> tuple[int, ...]:
        """The rows of which nothing is used."""
        return tuple(sorted({one.row for one in self.reported} - set(self.accepted)))
