"""Long lists a page at a time, newest first: each page says after which row the next one begins."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol, TypeVar

from flask import request

ROWS_PER_PAGE = 100
_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)


class Numbered(Protocol):
    """A row that has its place in the list."""

    @property
    def seq(self) -> int: ...


Row = TypeVar("Row", bound=Numbered)


def asked_before() -> int | None:
    """Return the number before which the asked page begins; None is the first page, also for what is no number."""
    text = request.args.get("before", "")
    return int(text) if _NUMBER.fullmatch(text) else None


def page_of(rows: Sequence[Row]) -> tuple[Sequence[Row], int | None]:
    """Return the rows of one page, and where the next one begins, of up to one row more than a page holds."""
    shown = rows[:ROWS_PER_PAGE]
    return shown, shown[-1].seq if len(rows) > ROWS_PER_PAGE else None
