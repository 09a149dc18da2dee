"""Proposes how a sheet could be read, for people to confirm: columns, the order of dates, what the labels mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar, cast

from firststep.sheets import words
from firststep.sheets.cells import Cell, Grid, Row, fold, is_blank, shown, tidy
from firststep.sheets.dates import DateOrder, days_by_order, needs_order, orders_that_fit
from firststep.sheets.mapping import (
    COLUMN_KEYS,
    DATE_KEYS,
    LAST_WEEK,
    NEEDED,
    OF_ONE_VISIT,
    ColumnKey,
    Shape,
    letter_of,
)
from firststep.sheets.problems import MOST_COLUMNS, SheetProblem

_T = TypeVar("_T")
_TITLE_ROWS: Final = 20
# As many as a practice writes by hand in years, and as a form can carry of three columns.
_MOST_LABELS: Final = 250
_LONGEST_HEADER: Final = 120
_SHOWN_ROWS: Final = 12


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A mapping in the form of MAP.json, and what it leaves open.

    ``date_order`` is null for a column whose rows allow more than one order, or contradict each other: ``asked``
    then holds an example as (row, text). ``unknown`` holds, by column, texts whose meaning nobody said. ``lacking``
    names columns that have to be chosen. ``header`` and ``rows`` are the texts of the first rows, for a preview.
    ``letters`` and ``week_letters`` say where the columns of the mapping are in this sheet.
    """

    mapping: Mapping[str, Any]
    letters: Mapping[ColumnKey, str]
    week_letters: Mapping[str, int]
    asked: Mapping[ColumnKey, tuple[int, str]]
    unknown: Mapping[ColumnKey, tuple[str, ...]]
    lacking: tuple[ColumnKey, ...]
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What somebody said of a sheet; None is proposed. Columns and weeks are named by letters."""

    header_row: int | None = None
    shape: Shape | None = None
    columns: Mapping[ColumnKey, str] | None = None
    weeks: Mapping[str, int] | None = None


def propose(grid: Grid, sheet: str | None, chosen: Chosen | None = None) -> Proposal:
    """Return the proposal for a sheet; nothing in it is guessed where two readings are possible.

    What was ``chosen`` stands; raises SheetProblem where the sheet ends before the chosen header.
    """
    chosen = chosen or Chosen()
    if chosen.header_row and chosen.header_row > len(grid):
        raise SheetProblem("no_header", row=chosen.header_row)
    header_row = chosen.header_row or _header_row(grid)
    header = grid[header_row - 1] if grid else ()
    rows = [
        Row(number, cells)
        for number, cells in enumerate(grid[header_row:], header_row + 1)
        if not all(is_blank(cell) for cell in cells)
        and [fold(cell) for cell in cells] != [fold(cell) for cell in header]
    ]
    above = grid[header_row - 2] if header_row > 1 and grid else ()
    shape, columns, weeks = _places(header, above, chosen)
    cells = {key: [(row.number, row.at(place)) for row in rows] for key, place in columns.items()}
    orders = {key: _order(cells[key]) for key in DATE_KEYS if key in cells}
    labels, unknown = _labels(cells)
    values = [row.at(place) for row in rows for place in (columns.get("pain"), *weeks) if place is not None]
    mapping = {
        "sheet": sheet or None,
        "shape": shape,
        "header_row": header_row,
        "date_order": {key: order for key, (order, _example) in orders.items()},
        "columns": {key: _name(place, header) for key, place in columns.items()},
        **({"weeks": {_name(place, header): week for place, week in weeks.items()}} if shape == "wide" else {}),
        **labels,
        "empty": sorted({tidy(value) for value in values if fold(value) in words.EMPTY}),
    }
    return Proposal(
        mapping=mapping,
        asked={key: example for key, (_order, example) in orders.items() if example},
        unknown=unknown,
        lacking=tuple(key for key in NEEDED[shape] if key not in columns),
        letters={key: letter_of(place) for key, place in columns.items()},
        week_letters={letter_of(place): week for place, week in weeks.items()},
        header=tuple(shown(cell) for cell in header),
        rows=tuple((row.number, tuple(shown(cell) for cell in row.cells)) for row in rows[:_SHOWN_ROWS]),
    )


def _places(
    header: Sequence[Cell], above: Sequence[Cell], chosen: Chosen
) -> tuple[Shape, dict[ColumnKey, int], dict[int, int]]:
    """Return the shape, and where each column and each week is."""
    weeks = _weeks(header, above) if chosen.weeks is None else _at_letters(header, chosen.weeks)
    if chosen.columns is None:
        # One week alone makes no wide sheet: "Pain before" and "Pain after" are of one visit.
        columns = _columns(header, without=weeks if len(weeks) > 1 and chosen.shape != "long" else ())
    else:
        wanted = _at_letters(header, {letter: key for key, letter in chosen.columns.items()})
        columns = {key: place for place, key in wanted.items()}
    shape = chosen.shape or ("wide" if len(weeks) > 1 and "visit_date" not in columns else "long")
    if shape == "wide":
        columns = {key: place for key, place in columns.items() if key not in OF_ONE_VISIT}
        return shape, columns, {place: week for place, week in weeks.items() if place not in columns.values()}
    return shape, {key: columns[key] for key in COLUMN_KEYS if key in columns}, {}


def _at_letters(header: Sequence[Cell], by_letter: Mapping[str, _T]) -> dict[int, _T]:
    """Return by places what is said by letters, of the columns that the header has."""
    letters = {place: letter_of(place) for place in range(min(len(header), MOST_COLUMNS))}
    return {place: by_letter[letter] for place, letter in letters.items() if letter in by_letter}


def _header_row(grid: Grid) -> int:
    """Return the row with the most words that headers use, and of equals the first with the most texts."""

    def score(cells: Sequence[Cell]) -> tuple[int, int]:
        texts = {_word(cell) for cell in cells if isinstance(cell, str) and not is_blank(cell)}
        known = sum(any(form.fullmatch(text) for form in words.HEADERS.values()) for text in texts)
        return known if len(texts) > 1 else 0, len(texts)

    scores = [score(cells) for cells in grid[:_TITLE_ROWS]]
    return scores.index(max(scores)) + 1 if scores else 1


def _word(cell: Cell) -> str:
    """Return what a header is recognised by; a longer text is no header."""
    return fold(cell)[:_LONGEST_HEADER]


def _columns(header: Sequence[Cell], *, without: Iterable[int]) -> dict[ColumnKey, int]:
    found: dict[ColumnKey, int] = {}
    free = [place for place, cell in enumerate(header[:MOST_COLUMNS]) if not is_blank(cell) and place not in without]
    for key, form in words.HEADERS.items():
        place = next((place for place in free if form.fullmatch(_word(header[place]))), None)
        if place is not None:
            found[key] = place
            free.remove(place)
    return found


def _weeks(header: Sequence[Cell], above: Sequence[Cell]) -> dict[int, int]:
    """Return the week of each column whose header names one, each week once; a merged cell above may name it."""
    found: dict[int, int] = {}
    spanning = ""
    for place, cell in enumerate(header[:MOST_COLUMNS]):
        text = _word(cell)
        spanning = (_word(above[place]) if place < len(above) else "") or spanning
        week = _week_of(text)
        if week is None and words.PAIN.fullmatch(text):
            week = _week_of(f"{spanning} {text}")
        if week is not None and week <= LAST_WEEK and week not in found.values():
            found[place] = week
    return found


def _week_of(text: str) -> int | None:
    match = words.WEEK.fullmatch(text)
    if match:
        return int(match[1] or match[2])
    return 0 if words.PAIN.fullmatch(text) and words.BASELINE.fullmatch(text) else None


def _order(cells: Sequence[tuple[int, Cell]]) -> tuple[DateOrder | None, tuple[int, str] | None]:
    """Return the order of a date column, or an example row of what its rows leave open.

    Without a single numeric text the order does not matter, and none is asked for.
    """
    numeric = [(row, cell) for row, cell in cells if needs_order(cell)]
    fitting = orders_that_fit(cell for _row, cell in numeric)
    if len(fitting) == 1:
        return next(iter(fitting)), None
    # Of the texts that an order changes, the first: it shows what is asked, and 03/03 does not.
    two_ways = (place for place, (_row, cell) in enumerate(numeric) if len(days_by_order(cell)) > 1)
    example = next(two_ways, 0)
    return None, (numeric[example][0], shown(numeric[example][1])) if numeric else None


def _labels(
    cells: Mapping[ColumnKey, Sequence[tuple[int, Cell]]],
) -> tuple[dict[str, Any], dict[ColumnKey, tuple[str, ...]]]:
    """Return the meanings of labels as MAP.json has them, and the texts without one, by column."""
    unknown: dict[ColumnKey, tuple[str, ...]] = {}
    arms, unknown["arm"] = _split(_texts(cells.get("arm", ())), words.arm_of)
    found: dict[str, Any] = {"arms": arms}
    tables: Mapping[ColumnKey, Mapping[str, frozenset[str]]] = {
        "nsaid": cast("Mapping[str, frozenset[str]]", words.NSAID),
        "change": cast("Mapping[str, frozenset[str]]", words.CHANGE),
    }
    for key, table in tables.items():
        meaning_of = {text: meaning for meaning, texts in table.items() for text in texts}
        meanings, unknown[key] = _split(_texts(cells.get(key, ())), meaning_of.get)
        found[key] = {one: [text for text, meaning in meanings.items() if meaning == one] for one in table}
    return found, {key: texts for key, texts in unknown.items() if texts}


def _split(texts: Mapping[str, str], meaning_of: Any) -> tuple[dict[str, str], tuple[str, ...]]:
    meanings = {text: meaning for folded, text in texts.items() if (meaning := meaning_of(folded)) is not None}
    return meanings, tuple(text for text in texts.values() if text not in meanings)[:_MOST_LABELS]


def _texts(cells: Iterable[tuple[int, Cell]]) -> dict[str, str]:
    """Return the different texts of a column, folded and as the sheet first writes them."""
    found: dict[str, str] = {}
    for _row, cell in cells:
        if not is_blank(cell) and fold(cell) not in words.EMPTY:
            found.setdefault(fold(cell), tidy(cell))
    return found


def _name(place: int, header: Sequence[Cell]) -> str:
    """Return how the mapping names a column: by its header, or by its letter where the header is not the only one."""
    text = fold(header[place])
    return tidy(header[place]) if [fold(cell) for cell in header].count(text) == 1 else letter_of(place)
