"""Pain and session numbers, read strictly: what could be meant in two ways is reported, never chosen."""

from __future__ import annotations

import re
from typing import Final

from firststep.clinical.measures import MOST_PAIN_TENTHS
from firststep.sheets.cells import Broken, Cell, Unreadable, tidy

MOST_SESSION: Final = 999
_LONGEST: Final = 40
_PAIN: Final = re.compile(r"([+-]?)([0-9]{1,6})(?:[.,]([0-9]{1,6}))?(?: ?/ ?10)?")
_SESSION: Final = re.compile(r"#? ?([0-9]{1,6})")
_DIGIT: Final = re.compile(r"[0-9]")


def read_pain(cell: Cell) -> int:
    """Return the tenths (0 to 100) of a number from 0 to 10 with at most one decimal, "/10" or not.

    >>> read_pain("５,5 / 10"), read_pain(7.0)
    (55, 70)

    Raises Unreadable: "ambiguous" where numbers stand that are not one pain (a range, an arrow, "6?", a date),
    "invalid" where there is none or it is off the scale. Rule: outcomes, reading a sheet.
    """
    if isinstance(cell, bool | Broken):
        raise Unreadable("invalid")
    if isinstance(cell, int | float):
        return _tenths_of_number(cell)
    if not isinstance(cell, str):
        raise Unreadable("ambiguous")
    text = tidy(cell)
    match = _PAIN.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        raise Unreadable("ambiguous" if _DIGIT.search(text) else "invalid")
    sign, whole, decimals = match[1], match[2], match[3] or "0"
    if sign or len(decimals) > 1:
        raise Unreadable("invalid")
    return _on_the_scale(int(whole) * 10 + int(decimals))


def _tenths_of_number(number: float) -> int:
    if not 0 <= number <= MOST_PAIN_TENTHS:
        raise Unreadable("invalid")
    tenths = round(number * 10)
    # 0.1 + 0.2 is a pain of 0.3 all the same; 6.75 is none.
    if abs(number * 10 - tenths) > 1e-6:
        raise Unreadable("invalid")
    return _on_the_scale(tenths)


def _on_the_scale(tenths: int) -> int:
    if tenths > MOST_PAIN_TENTHS:
        raise Unreadable("invalid")
    return tenths


def read_session(cell: Cell) -> int:
    """Return the number of a session (0 to 999): 4, "4", "#4", in any width; raise Unreadable for anything else."""
    if isinstance(cell, bool | Broken):
        raise Unreadable("invalid")
    if isinstance(cell, int | float):
        if not (0 <= cell <= MOST_SESSION and cell == cell // 1):
            raise Unreadable("invalid")
        return int(cell)
    if not isinstance(cell, str):
        raise Unreadable("ambiguous")
    text = tidy(cell)
    match = _SESSION.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        raise Unreadable("ambiguous" if _DIGIT.search(text) else "invalid")
    if int(match[1]) > MOST_SESSION:
        raise Unreadable("invalid")
    return int(match[1])
