"""One of the smaller charts of the progress page in words and pictures, and the weeks that such charts go through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from markupsafe import Markup

from firststep.clinical.adherence import weeks_between
from firststep.clinical.week import DAYS_IN_WEEK, Week, week_with
from firststep.figures.legend import LegendItem, legend
from firststep.figures.period import Period
from firststep.figures.svg import draw

FigureAddress = Callable[[str], str]
#: Two years: of more, a bar on a phone would be narrower than two pixels.
MOST_WEEKS: Final = 105


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table in words; None is "not recorded"."""

    caption: str
    head: list[str]
    rows: list[list[str | None]]
    numeric: list[int]


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A chart with its finding in one sentence, as a picture, as a table, and as the address of its figure."""

    key: str
    sentence: str
    src: str
    still: Markup
    legend: list[LegendItem]
    table: Table
    note: str = ""


def drawn(figure: dict[str, Any], *, title: str, description: str, size_px: tuple[int, int]) -> Markup:
    """Draw the picture of a panel: one size, which the page shows at a phone's width everywhere."""
    return draw(figure, width=size_px[0], height=size_px[1], title=title, description=description)


def legend_of(figure: dict[str, Any]) -> list[LegendItem]:
    """List what the figure shows."""
    return legend(figure)


def first_of_weeks(today: date) -> date:
    """Return the first day that a chart by week can show."""
    return week_with(today).first - timedelta(days=DAYS_IN_WEEK * (MOST_WEEKS - 1))


def weeks_of(shown: Period, today: date) -> tuple[Week, ...]:
    """Return the weeks of a period that have begun, Monday first, at most the last ``MOST_WEEKS``."""
    last = max(shown.first_day, min(shown.last_day, today))
    return weeks_between(max(shown.first_day, first_of_weeks(last)), last)
