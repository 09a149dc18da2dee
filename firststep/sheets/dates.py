"""Days, read strictly: day and month are told apart by the mapping or by their form, never by what would fit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from typing import Final, Literal, TypeAlias

from firststep.clinical.diary import FIRST_DAY
from firststep.sheets.cells import Broken, Cell, Unreadable, fold

DateOrder: TypeAlias = Literal["dmy", "mdy", "ymd"]
DATE_ORDERS: Final[tuple[DateOrder, ...]] = ("dmy", "mdy", "ymd")

#: What months are called, without a closing dot: English, German with the Austrian January.
MONTHS: Final[dict[str, int]] = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar jän jänner jaen jaenner",
            "february feb februar feber",
            "march mar märz mär mrz maerz",
            "april apr",
            "may mai",
            "june jun juni",
            "july jul juli",
            "august aug",
            "september sep sept",
            "october oct oktober okt",
            "november nov",
            "december dec dezember dez",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH: Final = "(" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\.?"
_LONGEST: Final = 60
_TIME: Final = r"(?:[ t][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)? ?(?:[ap]\.?m\.?|z)?)?"
_SEPARATOR: Final = r" ?[-./] ?"
_NUMERIC: Final = re.compile(rf"([0-9]{{1,4}})({_SEPARATOR})([0-9]{{1,2}}){_SEPARATOR}([0-9]{{1,4}}){_TIME}")
_YEAR_FIRST: Final = re.compile(rf"([0-9]{{4}})-([0-9]{{1,2}})-([0-9]{{1,2}}){_TIME}")
_HAN: Final = re.compile(rf"([0-9]{{4}}) ?年 ?([0-9]{{1,2}}) ?月 ?([0-9]{{1,2}}) ?[日号]{_TIME}")
_DAY_MONTH_NAME: Final = re.compile(
    rf"([0-9]{{1,2}})(?:st|nd|rd|th|\.)?[ -]?{_MONTH}[ -]?,? ?([0-9]{{4}}|[0-9]{{2}}){_TIME}"
)
_MONTH_NAME_DAY: Final = re.compile(rf"{_MONTH}[ -]?([0-9]{{1,2}})(?:st|nd|rd|th)?,? ?([0-9]{{4}}){_TIME}")
_WITHIN: Final = re.compile(r"[0-9]{1,4}[-./][0-9]{1,2}[-./][0-9]{1,4}")


def read_day(cell: Cell, *, order: DateOrder | None, today: date) -> date:
    """Return the day of a date cell or text; the time of day is dropped.

    >>> read_day("１３. März 2025", order=None, today=date(2026, 1, 1))
    datetime.date(2025, 3, 13)

    ``order`` is the one in which the column writes numbers, None where nobody said. Raises Unreadable: "ambiguous"
    where only an order would tell, or where more than one day stands; "invalid" for no day, an impossible one, and
    one after ``today``. Rule: outcomes, reading a sheet.
    """
    day = _date_of(cell) if isinstance(cell, date) else _day_of_text(cell, order)
    if not FIRST_DAY <= day <= today:
        raise Unreadable("invalid")
    return day


def _date_of(cell: date) -> date:
    return cell.date() if isinstance(cell, datetime) else cell


def _day_of_text(cell: Cell, order: DateOrder | None) -> date:
    if isinstance(cell, int | float | time | timedelta | Broken):
        raise Unreadable("invalid")
    text = fold(cell)
    if len(text) > _LONGEST:
        raise Unreadable("invalid")
    for form, read in _FORMS:
        if match := form.fullmatch(text):
            return read(match)
    if match := _NUMERIC.fullmatch(text):
        return _day_of_numbers(match, order)
    raise Unreadable("ambiguous" if _WITHIN.search(text) else "invalid")


def _day_of_numbers(match: re.Match[str], order: DateOrder | None) -> date:
    if order is None:
        raise Unreadable("ambiguous")
    parts = dict(zip(order, (match[1], match[3], match[4]), strict=True))
    # The year has two digits or four, and neither of the others has more than two.
    if len(parts["y"]) not in (2, 4) or max(len(parts["d"]), len(parts["m"])) > 2:
        raise Unreadable("invalid")
    return _day(parts["y"], parts["m"], parts["d"])


def _day(year: str, month: str | int, day: str) -> date:
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        raise Unreadable("invalid") from None


_FORMS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], date]], ...]] = (
    (_YEAR_FIRST, lambda match: _day(match[1], match[2], match[3])),
    (_HAN, lambda match: _day(match[1], match[2], match[3])),
    (_DAY_MONTH_NAME, lambda match: _day(match[3], MONTHS[match[2]], match[1])),
    (_MONTH_NAME_DAY, lambda match: _day(match[3], MONTHS[match[1]], match[2])),
)


def needs_order(cell: Cell) -> bool:
    """Tell whether the cell is a text of numbers that only an order of day and month makes a day."""
    return _numbers(cell) is not None


def orders_that_fit(cells: Iterable[Cell]) -> frozenset[DateOrder]:
    """Return the orders in which every numeric text of a column is a possible day; none where texts contradict.

    A text that is a day in no order, or in each, says nothing: a column without any that does fits all three.
    """
    fitting = frozenset(DATE_ORDERS)
    for cell in cells:
        match = _numbers(cell)
        if match is not None:
            of_this = frozenset(order for order in DATE_ORDERS if _is_a_day(match, order))
            fitting = fitting & of_this if of_this else fitting
    return fitting


def days_by_order(cell: Cell) -> frozenset[date]:
    """Return the days that the text of numbers can mean, depending on the order; none where it is no such text."""
    match = _numbers(cell)
    if match is None:
        return frozenset()
    return frozenset(_day_of_numbers(match, order) for order in DATE_ORDERS if _is_a_day(match, order))


def _numbers(cell: Cell) -> re.Match[str] | None:
    text = fold(cell) if isinstance(cell, str) else ""
    if len(text) > _LONGEST or _YEAR_FIRST.fullmatch(text):
        return None
    return _NUMERIC.fullmatch(text)


def _is_a_day(match: re.Match[str], order: DateOrder) -> bool:
    try:
        _day_of_numbers(match, order)
    except Unreadable:
        return False
    return True
