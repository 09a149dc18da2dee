"""How a sheet is to be read: which column holds what, and what the practice's own words mean. The form of MAP.json."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias, cast, get_args

from firststep.clinical.diary import ARMS, Arm
from firststep.clinical.visits import GLOBAL_CHANGES, NSAID_CLASSES, GlobalChange, NsaidClass
from firststep.sheets.cells import Cell, fold, text_of, tidy
from firststep.sheets.dates import DATE_ORDERS, DateOrder
from firststep.sheets.problems import LAST_HEADER_ROW, MOST_COLUMNS, SheetProblem

Shape: TypeAlias = Literal["long", "wide"]
ColumnKey: TypeAlias = Literal["patient", "visit_date", "arm", "start", "session", "pain", "nsaid", "change", "note"]
#: In the order in which a row's faults are reported.
COLUMN_KEYS: Final[tuple[ColumnKey, ...]] = get_args(ColumnKey)
DATE_KEYS: Final[tuple[ColumnKey, ...]] = ("visit_date", "start")
NEEDED: Final[Mapping[Shape, tuple[ColumnKey, ...]]] = {
    "long": ("patient", "visit_date", "arm", "pain"),
    "wide": ("patient", "arm", "start"),
}
#: What belongs to one visit has no place in a row that holds many.
OF_ONE_VISIT: Final = frozenset({"visit_date", "session", "pain", "nsaid", "change"})

LAST_WEEK: Final = 520
_MOST_LABELS: Final = 500
_LONGEST_TEXT: Final = 200
_LETTERS: Final = re.compile(r"[A-Z]{1,3}")


@dataclass(frozen=True, kw_only=True)
class SheetMapping:
    """A checked mapping; labels and empty marks are folded texts, columns and weeks are letters or header texts.

    ``sheet`` is None for the first one. ``orders`` holds the order of each date column, None where it is not said.
    """

    sheet: str | None
    shape: Shape
    header_row: int
    orders: Mapping[ColumnKey, DateOrder | None]
    columns: Mapping[ColumnKey, str]
    arms: Mapping[str, Arm]
    weeks: Mapping[str, int] = field(default_factory=dict)
    nsaid: Mapping[str, NsaidClass] = field(default_factory=dict)
    change: Mapping[str, GlobalChange] = field(default_factory=dict)
    empty: frozenset[str] = frozenset()

    @property
    def unused(self) -> tuple[ColumnKey, ...]:
        """The columns that are mapped and that this shape has no place for."""
        return tuple(key for key in self.columns if self.shape == "wide" and key in OF_ONE_VISIT)

    def is_empty(self, cell: Cell) -> bool:
        """Tell whether the cell says "not recorded": nothing, white space, or one of the sheet's marks."""
        text = fold(cell)
        return not text or text in self.empty


def mapping_from_json(value: object) -> SheetMapping:
    """Return the mapping of a decoded MAP.json; raise SheetProblem ("bad_mapping", ``where``) for what is wrong."""
    told = _table(value, "mapping")
    shape = _one_of(told.get("shape"), ("long", "wide"), "shape")
    columns = {
        cast(ColumnKey, key): _text(text, "columns") for key, text in _table(told.get("columns"), "columns").items()
    }
    for key in columns:
        _one_of(key, COLUMN_KEYS, "columns")
    weeks = {_text(key, "weeks"): _week(week) for key, week in _table(told.get("weeks", {}), "weeks").items()}
    mapping = SheetMapping(
        sheet=None if told.get("sheet") is None else _text(told["sheet"], "sheet"),
        shape=cast(Shape, shape),
        header_row=_header_row(told.get("header_row")),
        orders=_orders(told.get("date_order")),
        columns=columns,
        weeks=weeks,
        arms=cast("dict[str, Arm]", _labels(_by_meaning(told.get("arms")), ARMS, "arms")),
        nsaid=cast("dict[str, NsaidClass]", _labels(told.get("nsaid", {}), NSAID_CLASSES, "nsaid")),
        change=cast("dict[str, GlobalChange]", _labels(told.get("change", {}), GLOBAL_CHANGES, "change")),
        empty=frozenset(fold(text) for text in _texts(told.get("empty", []), "empty")),
    )
    _check_whole(mapping)
    return mapping


def _check_whole(mapping: SheetMapping) -> None:
    for key in NEEDED[mapping.shape]:
        if key not in mapping.columns:
            raise SheetProblem("bad_mapping", where=f"columns.{key}")
    if (mapping.shape == "wide") != bool(mapping.weeks) or len(set(mapping.weeks.values())) != len(mapping.weeks):
        raise SheetProblem("bad_mapping", where="weeks")


def _table(value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, dict) or len(value) > _MOST_LABELS or not all(isinstance(key, str) for key in value):
        raise SheetProblem("bad_mapping", where=where)
    return value


def _text(value: object, where: str) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST_TEXT:
        raise SheetProblem("bad_mapping", where=where)
    return value


def _texts(value: object, where: str) -> list[str]:
    if not isinstance(value, list) or len(value) > _MOST_LABELS:
        raise SheetProblem("bad_mapping", where=where)
    # A practice that writes 0, 1 and 2 maps numbers; an empty text in a list of empty marks says nothing new.
    return [_text(text_of(text) if isinstance(text, int | float) else text, where) for text in value if text != ""]


def _one_of(value: object, words: Sequence[str], where: str) -> str:
    if value not in words:
        raise SheetProblem("bad_mapping", where=where)
    return cast(str, value)


def _header_row(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= LAST_HEADER_ROW:
        raise SheetProblem("bad_mapping", where="header_row")
    return value


def _week(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LAST_WEEK:
        raise SheetProblem("bad_mapping", where="weeks")
    return value


def _orders(value: object) -> dict[ColumnKey, DateOrder | None]:
    """Return the order of each date column: one word is meant for all, an object names them, null is "not said"."""
    told = value if isinstance(value, dict) else dict.fromkeys(DATE_KEYS, value)
    if not told.keys() <= set(DATE_KEYS):
        raise SheetProblem("bad_mapping", where="date_order")
    return {
        key: None if told.get(key) is None else cast(DateOrder, _one_of(told[key], DATE_ORDERS, "date_order"))
        for key in DATE_KEYS
    }


def _by_meaning(value: object) -> dict[str, list[str]]:
    """Return label → arm, the form of "arms", as arm → labels, the form of the others."""
    found: dict[str, list[str]] = {}
    for label, arm in _table(value, "arms").items():
        found.setdefault(_one_of(arm, ARMS, "arms"), []).append(label)
    return found


def _labels(value: object, meanings: Sequence[str], where: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for meaning, labels in _table(value, where).items():
        _one_of(meaning, meanings, where)
        for label in _texts(labels, where):
            if found.setdefault(fold(label), meaning) != meaning:
                raise SheetProblem("bad_mapping", where=where)
    return found


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Where a mapping's columns are in one sheet, counted from 0."""

    of_key: Mapping[ColumnKey, int]
    weeks: Mapping[int, int]

    @property
    def all(self) -> tuple[int, ...]:
        """Every mapped column."""
        return (*self.of_key.values(), *self.weeks)


def find_columns(mapping: SheetMapping, header: Sequence[Cell]) -> Columns:
    """Return where the columns are; raise SheetProblem for one that is not there, or there twice.

    Names that all look like letters are letters; otherwise a header's text comes first.
    """
    names = [*mapping.columns.values(), *mapping.weeks]
    by_letter = all(_LETTERS.fullmatch(name) and _index(name) < MOST_COLUMNS for name in names)
    used = {key: _find(name, header, by_letter=by_letter) for key, name in mapping.columns.items()}
    weeks = {_find(name, header, by_letter=by_letter): week for name, week in mapping.weeks.items()}
    places = [*used.values(), *weeks]
    if len(set(places)) != len(names):
        twice = next((place for place in places if places.count(place) > 1), places[0])
        raise SheetProblem("column_twice", name=letter_of(twice))
    return Columns(of_key={key: used[key] for key in COLUMN_KEYS if key in used}, weeks=dict(sorted(weeks.items())))


def _find(name: str, header: Sequence[Cell], *, by_letter: bool) -> int:
    is_letter = bool(_LETTERS.fullmatch(name)) and _index(name) < MOST_COLUMNS
    if by_letter:
        return _index(name)
    found = [place for place, cell in enumerate(header) if fold(cell) == fold(name)]
    if len(found) > 1:
        raise SheetProblem("column_twice", name=tidy(name))
    if found:
        return found[0]
    if is_letter:
        return _index(name)
    raise SheetProblem("no_such_column", name=tidy(name))


def _index(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def letter_of(column: int) -> str:
    """Return the letter of a column counted from 0.

    >>> letter_of(0), letter_of(27)
    ('A', 'AB')
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
