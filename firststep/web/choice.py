"""What somebody wants to see of a course, as the address of the progress page says it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, cast
from urllib.parse import urlencode

from firststep.clinical.diary import ARMS
from firststep.clinical.measures import FEET, MEASURES, Foot, Measure
from firststep.clinical.week import DAYS_IN_WEEK
from firststep.figures.period import PERIODS
from firststep.services.care_and_events import Lately
from firststep.services.trajectories import EVENT_KINDS
from firststep.web import change_panel, nsaid_panel, stretching_panel

Address = Callable[..., str]
#: How an address asks for both measures, or both feet.
BOTH: Final = "both"
#: How an address asks for the whole course.
EVERYTHING: Final = "all"
#: How an address asks for the table beside the trajectory alone.
TABLE: Final = "table"
#: How an address asks for the trajectory alone, drawn for a wide screen.
WIDE: Final = "wide"
#: The longest period whose page holds its table.
_MOST_ROWS: Final = 90
#: The id of the trajectory on the page (templates/charts/_trajectory.html).
TRAJECTORY: Final = "trajectory"
#: The dated things that the trajectory shows, in its picture, its table and the lines below it.
_OF_TRAJECTORY: Final = tuple(kind for kind in EVENT_KINDS if kind not in ("dose", "plan"))
#: What a page shows alone when it is asked for, with the dated things that each is made from.
_ALONE: Final[Mapping[str, tuple[str, ...]]] = {
    TABLE: _OF_TRAJECTORY,
    WIDE: _OF_TRAJECTORY,
    change_panel.KEY: (),
    nsaid_panel.KEY: ("dose",),
    stretching_panel.KEY: ("pause", "plan"),
}


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What somebody wants to see; what the address says wrongly is the default."""

    #: None is everything since the course began.
    days: int | None = 90
    measure: Measure = "first_step"
    both_measures: bool = False
    #: Nobody chose the measure: where only the other one was ever recorded, it is shown instead of an empty chart.
    any_measure: bool = False
    foot: Foot | None = None
    both_feet: bool = False
    #: The arm whose window is drawn; None is the person's own, "all" every one, "none" no published range.
    ranges: str | None = None
    #: What of the page is asked for alone: one of the smaller charts, the table, the picture for a wide screen; "" is
    #: the trajectory, or the page.
    chart: str = ""

    def lately(self, today: date) -> Lately:
        """Return from which days on doses and sessions can be shown: from the first whole week of a chart."""
        first = None if self.days is None else today - timedelta(days=self.days + DAYS_IN_WEEK - 1)
        return Lately(doses=first, sessions=first)

    @property
    def comes_later(self) -> bool:
        """Tell whether the page holds its picture alone, and all else comes when somebody wants it."""
        return self.days is None

    @property
    def table_comes_later(self) -> bool:
        """Tell whether the table comes when it is opened: a year has hundreds of rows, which few look at."""
        return self.days is None or self.days > _MOST_ROWS

    @property
    def page_kinds(self) -> tuple[str, ...]:
        """The dated things that the page is made from."""
        return _OF_TRAJECTORY if self.comes_later else EVENT_KINDS

    @property
    def chart_kinds(self) -> tuple[str, ...]:
        """The dated things that a chart alone is made from."""
        return _ALONE.get(self.chart, _OF_TRAJECTORY)

    @property
    def is_alone(self) -> bool:
        """Tell whether a part of the page is asked for."""
        return self.chart in _ALONE

    @property
    def is_about_pain(self) -> bool:
        """Tell whether any pain is shown; of the smaller charts one is about it."""
        return self.chart not in (nsaid_panel.KEY, stretching_panel.KEY)

    @property
    def place(self) -> str:
        """Where on the page the part stands: a smaller chart at its own name, all else in the trajectory."""
        return TRAJECTORY if self.chart in (TABLE, WIDE) else self.chart

    def as_query(self) -> dict[str, str]:
        """Return the choice as an address of the page carries it."""
        query = {
            "days": EVERYTHING if self.days is None else str(self.days),
            "measure": BOTH if self.both_measures else self.measure,
            "foot": BOTH if self.both_feet else self.foot,
            "ranges": self.ranges,
        }
        return {name: value for name, value in query.items() if value}


def read_choice(query: Mapping[str, str]) -> Choice:
    """Read the choices from an address."""
    lengths: dict[str, int | None] = {EVERYTHING: None, **{str(length): length for length in PERIODS}}
    ranges = query.get("ranges")
    return Choice(
        days=lengths.get(query.get("days", ""), 90),
        measure=cast(Measure, query["measure"]) if query.get("measure") in MEASURES else "first_step",
        both_measures=query.get("measure") == BOTH,
        any_measure=query.get("measure") not in (*MEASURES, BOTH),
        foot=cast(Foot, query["foot"]) if query.get("foot") in FEET else None,
        both_feet=query.get("foot") == BOTH,
        ranges=ranges if ranges in (*ARMS, "all", "none") else None,
        chart=query.get("chart", ""),
    )


def with_choices(address: Address) -> Address:
    """Return what adds choices to an address that is made once: a page has twenty of them."""
    bare = address()
    return lambda **query: f"{bare}{'&' if '?' in bare else '?'}{urlencode(query)}"
