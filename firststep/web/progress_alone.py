"""Parts of the progress page by themselves: a figure for the browser to draw, a table, a panel, one drawing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup

from firststep.figures.svg import draw
from firststep.figures.theme import Palette
from firststep.figures.trajectory import trajectory
from firststep.figures.view import TrajectoryView
from firststep.services.trajectories import Course
from firststep.web.choice import TABLE, WIDE, Address, Choice, with_choices
from firststep.web.dates import short_date
from firststep.web.panel import Panel, Table
from firststep.web.progress_table import trajectory_table
from firststep.web.shown_course import (
    WIDE_PX,
    compared_with,
    drawing,
    resolved,
    resolved_for_chart,
    sentence_of,
    view_of,
)
from firststep.web.smaller_charts import nothing_of, panels, smaller_figure, title_of


def progress_figure(course: Course, choice: Choice, *, today: date) -> dict[str, Any]:
    """Return a figure of the same choice, for the browser to draw; without a chart that exists, the trajectory."""
    choice, found = resolved_for_chart(course, choice)
    if smaller := smaller_figure(course, choice, found, today):
        return smaller
    if not choice.is_about_pain:
        choice, found = resolved(course, choice)
    return trajectory(view_of(course, choice, found, compared_with(course, choice, found), today))


@dataclass(frozen=True, kw_only=True)
class Alone:
    """A part of the page by itself; with nothing to show its name, and why it is not there.

    ``title`` says of a table what it is about.
    """

    panel: Panel | None = None
    table: Table | None = None
    drawing: Markup | None = None
    title: str = ""
    nothing: str = ""


def part_alone(course: Course, choice: Choice, *, today: date, figure: Address, own: bool = True) -> Alone:
    """Put together the part of the page that is asked for; ``own`` as for the page."""
    choice, found = resolved_for_chart(course, choice)
    if choice.chart in (TABLE, WIDE):
        if not course.diary.answered_days:
            return Alone(title=_("No entries yet"))
        view = view_of(course, choice, found, compared_with(course, choice, found), today)
        if choice.chart == TABLE:
            return Alone(table=trajectory_table(view), title=_of_what(view))
        return Alone(drawing=drawing(trajectory(view), WIDE_PX, sentence_of(course, found, today, own=own)))
    made = panels(course, choice, found, today, with_choices(figure), (choice.chart,))
    return Alone(panel=made[0]) if made else Alone(title=title_of(choice.chart), nothing=nothing_of(choice.chart))


def still_picture(
    course: Course,
    choice: Choice,
    *,
    today: date,
    size: tuple[int, int],
    title: str,
    palette: Palette | None = None,
) -> Markup:
    """Return the trajectory of the same choice as one drawing of a width and height in pixels.

    What was entered after ``today`` is not drawn. With a palette it stands alone, outside a page.
    """
    choice, found = resolved(course, choice)
    # The numbered points of trials need the list beside the large chart.
    view = view_of(course, choice, found, replace(compared_with(course, choice, found), points=()), today)
    drawn = trajectory(view.until(today), size)
    return draw(drawn, width=size[0], height=size[1], title=title, description="", palette=palette)


def _of_what(view: TrajectoryView) -> str:
    first, last = short_date(view.first_day), short_date(min(view.last_day, view.today or view.last_day))
    return _("%(measure)s, %(first)s to %(last)s", measure=view.measure_label, first=first, last=last)
