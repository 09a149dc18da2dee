"""The smaller charts of a course: those that its page holds, and those that come when somebody wants them.

Where the whole course is shown, all but its picture and its sentence is made when it is asked for: drawn at once, ten
years would keep everybody waiting for what most of them do not look at.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from flask_babel import gettext as _

from firststep.clinical.measures import FEET, MEASURES
from firststep.clinical.outcomes import Outcomes
from firststep.figures.build import period_of
from firststep.figures.change import change_chart
from firststep.figures.nsaid import nsaid_use_chart
from firststep.figures.stretching import stretching_chart
from firststep.services.trajectories import Course
from firststep.web import change_panel, nsaid_panel, stretching_panel
from firststep.web.choice import Address, Choice
from firststep.web.panel import LaterChart, Panel, Parts, parts_of

#: The smaller charts in their order.
KEYS: Final = (change_panel.KEY, nsaid_panel.KEY, stretching_panel.KEY)


def panels(
    course: Course, choice: Choice, found: Outcomes, today: date, figure: Address, keys: tuple[str, ...] = KEYS
) -> list[Panel]:
    """Put together the smaller charts for which there is something to draw."""
    parts = _parts(course, choice, found, today)

    def address(key: str) -> str:
        return figure(**choice.as_query(), chart=key)

    makers = {
        change_panel.KEY: lambda: change_panel.change_panel(course, found, address),
        nsaid_panel.KEY: lambda: nsaid_panel.nsaid_panel(course, found, parts, address, today=today),
        stretching_panel.KEY: lambda: stretching_panel.stretching_panel(course, parts, address),
    }
    return [panel for panel in (makers[key]() for key in keys) if panel]


def later_charts(course: Course, choice: Choice, found: Outcomes, page: Address) -> list[LaterChart]:
    """List the smaller charts of the whole course, without those that have nothing to draw as far as is known.

    Of doses nothing is known, nor of sets: they were not read.
    """
    diary = course.diary
    others = any(diary.tenths(foot, measure) for foot in FEET for measure in MEASURES if measure != found.measure)
    is_there = {change_panel.KEY: found.baseline is not None or others}
    return [
        LaterChart(key=key, title=title_of(key), href=page(**choice.as_query(), chart=key))
        for key in KEYS
        if is_there.get(key, True)
    ]


def title_of(key: str) -> str:
    """Name a chart where there is no sentence for it, not yet or not at all."""
    return {
        change_panel.KEY: _("What changed"),
        nsaid_panel.KEY: _("NSAIDs"),
        stretching_panel.KEY: _("Stretching"),
    }[key]


def nothing_of(key: str) -> str:
    """Say that there is nothing to draw of a chart, and what it takes."""
    if key == change_panel.KEY:
        return _("Nothing to compare: it takes a baseline and a later 7-day mean.")
    return _("Nothing to draw in this period")


def smaller_figure(course: Course, choice: Choice, found: Outcomes, today: date) -> dict[str, Any] | None:
    """Return the figure of the smaller chart that is asked for; None for another one, or with nothing to draw."""
    parts = _parts(course, choice, found, today)
    if choice.chart == nsaid_panel.KEY and (of_nsaids := nsaid_panel.nsaid_view(course, found, parts)):
        return nsaid_use_chart(of_nsaids)
    if choice.chart == stretching_panel.KEY and (of_stretching := stretching_panel.stretching_view(course, parts)):
        return stretching_chart(of_stretching)
    if choice.chart == change_panel.KEY and (changed := change_panel.changes(course.diary)):
        return change_chart(change_panel.change_rows(changed))
    return None


def _parts(course: Course, choice: Choice, found: Outcomes, today: date) -> Parts:
    return parts_of(period_of(course.diary, found, length=choice.days, today=today), today)
