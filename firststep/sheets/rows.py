"""Reads rows one by one: what each says by itself, or which of its cells cannot be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypeVar

from firststep.clinical.diary import Arm
from firststep.clinical.visits import GlobalChange, NsaidClass
from firststep.sheets.cells import Cell, Reason, Row, Unreadable, fold, is_blank, shown, text_of, tidy
from firststep.sheets.dates import read_day
from firststep.sheets.mapping import ColumnKey, Columns, SheetMapping, letter_of
from firststep.sheets.pain import read_pain, read_session
from firststep.sheets.reading import Reported

MOST_ALIAS: Final = 120
MOST_NOTE: Final = 2000
_TOTALS: Final = re.compile(
    r"(grand ?total|sub ?totals?|totals?|sum|averages?|summe|zwischensumme|gesamt(summe)?|insgesamt|durchschnitt"
    r"|mittelwert|合计|总计|小计|平均)( .*|:.*)?"
)
# What no database takes: NUL, a lone surrogate, and what one becomes on its way.
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff\ufffd]")
_Meaning = TypeVar("_Meaning")


@dataclass(frozen=True, kw_only=True)
class Pain:
    """A pain value and where it stands; ``week`` is None in a long sheet, whose row has the day itself."""

    column: str
    text: str
    tenths: int | None
    week: int | None = None


@dataclass(kw_only=True)
class Entry:
    """One row in which everything can be read; empty cells are None."""

    row: int
    key: str
    alias: str
    arm: Arm | None
    starts_on: date | None
    pains: list[Pain]
    day: date | None = None
    session: int | None = None
    nsaid: NsaidClass | None = None
    change: GlobalChange | None = None
    note: str | None = None
    texts: dict[str, str] = field(default_factory=dict)


class RowReader:
    """Reads the rows of one sheet by its mapping."""

    def __init__(self, mapping: SheetMapping, columns: Columns, header: Sequence[Cell], today: date) -> None:
        self._mapping = mapping
        self._columns = columns
        self._header = [fold(Row(0, header).at(place)) for place in columns.all]
        self._today = today

    def says_nothing(self, row: Row) -> bool:
        """Tell whether the row is blank where it is mapped, repeats the header, or only adds up."""
        cells = [row.at(place) for place in self._columns.all]
        if all(is_blank(cell) for cell in cells):
            return True
        if any(self._header) and [fold(cell) for cell in cells] == self._header:
            return True
        return self._is_totals(row) and not self._has_day(row)

    def read(self, row: Row) -> tuple[Entry | None, list[Reported]]:
        """Return what the row says and what of it cannot be read; without an entry nothing of the row is used."""
        faults: list[Reported] = []

        def cell_of(key: ColumnKey, read: Callable[[Cell], _Meaning], *, needed: bool = False) -> _Meaning | None:
            return self._cell(row, key, read, needed=needed, faults=faults)

        alias = cell_of("patient", self._alias, needed=True)
        entry = Entry(
            row=row.number,
            key=fold(alias or ""),
            alias=alias or "",
            day=cell_of("visit_date", self._visit_day, needed=True),
            arm=cell_of("arm", lambda cell: _meaning(cell, self._mapping.arms)),
            starts_on=cell_of("start", self._start_day),
            session=cell_of("session", read_session),
            pains=[] if self._columns.weeks else [Pain(column="pain", text="", tenths=cell_of("pain", read_pain))],
            nsaid=cell_of("nsaid", lambda cell: _meaning(cell, self._mapping.nsaid)),
            change=cell_of("change", lambda cell: _meaning(cell, self._mapping.change)),
            note=cell_of("note", _note),
            texts={key: shown(row.at(place)) for key, place in self._columns.of_key.items()},
        )
        if faults:
            return None, faults
        for place, week in self._columns.weeks.items():
            self._week(row, place, week, entry, faults)
        return entry, faults

    def _cell(
        self,
        row: Row,
        key: ColumnKey,
        read: Callable[[Cell], _Meaning],
        *,
        needed: bool,
        faults: list[Reported],
    ) -> _Meaning | None:
        if key not in self._columns.of_key or key in self._mapping.unused:
            return None
        cell = self._of(row, key)
        if self._mapping.is_empty(cell):
            if needed:
                faults.append(_fault(row, key, "missing", cell))
            return None
        try:
            return read(cell)
        except Unreadable as unreadable:
            faults.append(_fault(row, key, unreadable.reason, cell))
            return None

    def _week(self, row: Row, place: int, week: int, entry: Entry, faults: list[Reported]) -> None:
        """Add the pain of a week cell; one that cannot be read costs only itself."""
        cell, letter = row.at(place), letter_of(place)
        if self._mapping.is_empty(cell):
            return
        try:
            entry.pains.append(Pain(column=letter, text=shown(cell), tenths=read_pain(cell), week=week))
        except Unreadable as unreadable:
            faults.append(_fault(row, letter, unreadable.reason, cell))

    def _of(self, row: Row, key: ColumnKey) -> Cell:
        place = self._columns.of_key.get(key)
        return "" if place is None else row.at(place)

    def _is_totals(self, row: Row) -> bool:
        return any(_TOTALS.fullmatch(fold(self._of(row, key))[:MOST_ALIAS]) for key in ("patient", "visit_date"))

    def _has_day(self, row: Row) -> bool:
        """Tell whether the row is about a day: it may be of somebody called Sum, and is reported."""
        return _is_day(self._visit_day, self._of(row, "visit_date")) or _is_day(self._start_day, self._of(row, "start"))

    def _alias(self, cell: Cell) -> str:
        text = tidy(cell)
        if isinstance(cell, date):
            # "12-3" became a day; nobody knows which name it was.
            raise Unreadable("ambiguous")
        if len(text) > MOST_ALIAS or _UNSTORABLE.search(text) or _TOTALS.fullmatch(fold(text)):
            raise Unreadable("invalid")
        return text

    def _visit_day(self, cell: Cell) -> date:
        return read_day(cell, order=self._mapping.orders["visit_date"], today=self._today)

    def _start_day(self, cell: Cell) -> date:
        return read_day(cell, order=self._mapping.orders["start"], today=self._today)


def _is_day(read: Callable[[Cell], date], cell: Cell) -> bool:
    try:
        read(cell)
    except Unreadable as unreadable:
        return unreadable.reason == "ambiguous"
    return True


def _meaning(cell: Cell, labels: dict[str, _Meaning] | object) -> _Meaning:
    assert isinstance(labels, dict)
    try:
        meaning: _Meaning = labels[fold(cell)]
    except KeyError:
        raise Unreadable("unknown") from None
    return meaning


def _note(cell: Cell) -> str:
    text = text_of(cell).strip()
    if len(text) > MOST_NOTE or _UNSTORABLE.search(text):
        raise Unreadable("invalid")
    return text


def _fault(row: Row, column: str, reason: Reason, cell: Cell) -> Reported:
    return Reported(row=row.number, column=column, reason=reason, value=shown(cell))
