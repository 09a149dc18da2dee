"""One of the smaller charts of the progress page in words and pictures, and the weeks or months of its bars."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from markupsafe import Markup

from firststep.clinical.adherence import weeks_between
from firststep.clinical.week import DAYS_IN_WEEK, Month, Week, months_between, week_with
from firststep.figures.legend import LegendItem, legend
from firststep.figures.period import Period
from firststep.figures.svg import draw
from firststep.figures.weekly import MONTH, WEEK, Step

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


@dataclass(frozen=True, kw_only=True)
class LaterChart:
    """A chart that the page does not hold: it comes by its own address when somebody scrolls to it."""

    key: str
    title: str
    href: str


def drawn(figure: dict[str, Any], *, title: str, description: str, size_px: tuple[int, int]) -> Markup:
    """Draw the picture of a panel: one size, which the page shows at a phone's width everywhere."""
    return draw(figure, width=size_px[0], height=size_px[1], title=title, description=description)


def legend_of(figure: dict[str, Any]) -> list[LegendItem]:
    """List what the figure shows."""
    return legend(figure)


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The weeks, Monday first, or the calendar months of a period, in order; the outer ones are whole."""

    step: Step
    spans: tuple[Week, ...] | tuple[Month, ...]

    @property
    def by_month(self) -> bool:
        """Tell whether they are months."""
        return self.step == MONTH


def parts_of(shown: Period, today: date) -> Parts:
    """Return the weeks of a period that have begun, or its months where there are more than ``MOST_WEEKS``."""
    last = max(shown.first_day, min(shown.last_day, today))
    if shown.first_day < week_with(last).first - timedelta(days=DAYS_IN_WEEK * (MOST_WEEKS - 1)):
        return Parts(step=MONTH, spans=tuple(months_between(shown.first_day, last)))
    return Parts(step=WEEK, spans=weeks_between(shown.first_day, last))
