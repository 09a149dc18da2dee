"""Cells of a CSV file that no spreadsheet takes for a formula, and back again without a loss."""

from __future__ import annotations

import re
from typing import Final

# What a spreadsheet program reads as a formula at the beginning of a cell, the full-width forms too; an apostrophe
# before it says "text". Apostrophes that were there before count as well, so that taking one away is always right.
_RISKY: Final = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
_GUARDED: Final = re.compile("'+[=+\\-@\t\r\n＝＋－＠]")


def guarded(text: str) -> str:
    """Return the text as it stands in a cell: with one apostrophe in front where it could be run."""
    return f"'{text}" if _RISKY.match(text) else text


def unguarded(cell: str) -> str:
    """Return the text of a cell that ``guarded`` wrote."""
    return cell[1:] if _GUARDED.match(cell) else cell
