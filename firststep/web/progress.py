"""The progress page of one person: the choices of what to see, the finding, the pictures, the numbers, the tables."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup

from firststep.clinical.diary import ARMS, Arm, Diary
from firststep.clinical.measures import FEET, MEASURES
from firststep.clinical.outcomes import (
    Outcomes,
    means_of,
)
from firststep.figures.build import begins_on
from firststep.figures.legend import LegendItem, legend
from firststep.figures.names import short_measure_name
from firststep.figures.period import PERIODS
from firststep.figures.trajectory import trajectory
from firststep.figures.view import TrajectoryView
from firststep.services.trajectories import Course
from firststep.web import wording
from firststep.web.beside import SourceLine, remarks, source_lines
from firststep.web.choice import BOTH, EVERYTHING, TABLE, WIDE, Address, Choice, with_choices
from firststep.web.course_remarks import course_remarks
from firststep.web.dates import short_date
from firststep.web.findings import is_old
from firststep.web.flare_words import FlareLine, flare_lines
from firststep.web.panel import LaterChart, Panel, Table
from firststep.web.progress_table import trajectory_table
from firststep.web.ratings import RatingLine, rating_lines
from firststep.web.shown_course import NARROW_PX, WIDE_PX, compared_with, drawing, resolved, sentence_of, view_of
from firststep.web.smaller_charts import later_charts, panels


@dataclass(frozen=True, kw_only=True)
class Picture:
    """The chart in its forms: still drawings, the address of the figure, the legend, the table.

    The wide drawing and the table are None where they come by addresses of their own.
    """

    src: str
    narrow: Markup
    wide: Markup | None
    wide_href: str
    legend: list[LegendItem]
    table: Table | None
    table_href: str


@dataclass(frozen=True, kw_only=True)
class ProgressPage:
    """Everything that the page's template shows, in words."""

    sentence: str
    first_entry_wanted: bool
    picture: Picture | None
    remarks: list[str]
    ratings: list[RatingLine]
    flares: list[FlareLine]
    numbers: list[tuple[str, str | None, str]]
    panels: list[Panel]
    #: Those that are made when somebody comes to them.
    later: list[LaterChart]
    sources: tuple[SourceLine, ...]
    caution: str
    period_tabs: list[dict[str, Any]]
    measure_tabs: list[dict[str, Any]]
    foot_tabs: list[dict[str, Any]]
    range_tabs: list[dict[str, Any]]


def progress_page(
    course: Course,
    choice: Choice,
    *,
    today: date,
    page: Address,
    figure: Address,
    own: bool = True,
    from_day: date | None = None,
) -> ProgressPage:
    """Put the page together; ``page`` and ``figure`` make the addresses for other choices.

    ``own``: the reader is the person whose course it is. ``from_day``: the first day that the reader may see.
    """
    page, figure = with_choices(page), with_choices(figure)
    choice, found = resolved(course, choice)
    compared = compared_with(course, choice, found)
    view = view_of(course, choice, found, compared, today)
    begun, later = bool(course.diary.answered_days), choice.comes_later
    said = sentence_of(course, found, today, own=own)
    return ProgressPage(
        sentence=said if begun or not own else _before_the_first(),
        first_entry_wanted=not begun,
        picture=_picture(view, choice, said, page, figure) if begun else None,
        remarks=[*course_remarks(course.diary, found, today), *remarks(compared)],
        ratings=rating_lines(course, found, own=own),
        flares=flare_lines(course, today),
        numbers=_numbers(course, found, view, today, from_day),
        panels=[] if later else panels(course, choice, found, today, figure),
        later=later_charts(course, choice, found, page) if later else [],
        sources=source_lines(compared, view.shows),
        caution=wording.caution(),
        period_tabs=_period_tabs(course, choice, found, page, today),
        measure_tabs=_tabs(
            choice, page, "measure", [*((key, short_measure_name(key)) for key in MEASURES), (BOTH, _("Both"))]
        ),
        foot_tabs=_foot_tabs(course, choice, page),
        range_tabs=[] if compared.missing else _range_tabs(course, choice, page),
    )


def _picture(view: TrajectoryView, choice: Choice, title: str, page: Address, figure: Address) -> Picture:
    drawn, query, later = trajectory(view), choice.as_query(), choice.comes_later
    return Picture(
        src=figure(**query),
        narrow=drawing(drawn, NARROW_PX, title),
        wide=None if later else drawing(drawn, WIDE_PX, title),
        wide_href=page(**query, chart=WIDE) if later else "",
        legend=legend(drawn),
        table=None if choice.table_comes_later else trajectory_table(view),
        table_href=page(**query, chart=TABLE) if choice.table_comes_later else "",
    )


def _before_the_first() -> str:
    return _("Log one morning and it appears here; figures of other people join it once you have a baseline.")


def _numbers(
    course: Course, found: Outcomes, view: TrajectoryView, today: date, from_day: date | None
) -> list[tuple[str, str | None, str]]:
    # Days that are not shared are no days without an entry.
    first, last = max(view.first_day, from_day or view.first_day), min(view.last_day, today)
    logged = _days_between(course.diary, first, last)
    past = max(0, (last - first).days + 1)
    return [
        (_mean_name(course, found, today), wording.points(found.current.value) if found.current else None, _("of 10")),
        (_baseline_name(found), wording.points(found.baseline.value) if found.baseline else None, _("of 10")),
        (_("NSAID days a week"), _per_week(found.nsaid.last), _("of 7")),
        (_("Days logged"), str(logged), _("of %(num)s", num=past)),
    ]


def _days_between(diary: Diary, first: date, last: date) -> int:
    """Count the days with an entry; of the whole course all of them, without a look at each."""
    begun, latest = diary.first_answered_day, diary.last_answered_day
    if begun is None or latest is None:
        return 0
    if first <= begun and latest <= last:
        return len(diary.answered_days)
    return sum([first <= day <= last for day in diary.answered_days])


def _mean_name(course: Course, found: Outcomes, today: date) -> str:
    """Name the last mean with how many days it is of, an old one by its day."""
    if found.current is None:
        return _("7-day mean now")
    means = means_of(course.diary, found)
    entries = means.entries[means.index(found.current.day)]
    if is_old(found.current, today):
        return _("7-day mean on %(day)s (%(num)s of 7 days)", day=short_date(found.current.day), num=entries)
    return _("7-day mean now (%(num)s of 7 days)", num=entries)


def _baseline_name(found: Outcomes) -> str:
    if found.baseline is None:
        return _("Baseline")
    return _("Baseline (%(num)s of 7 days)", num=found.baseline.entries)


def _per_week(value: Fraction | None) -> str | None:
    return None if value is None else wording.points(value)


def _period_tabs(course: Course, choice: Choice, found: Outcomes, page: Address, today: date) -> list[dict[str, Any]]:
    """List the periods, and everything where the longest does not show all of it."""
    names = {30: _("30 days"), 90: _("90 days"), 365: _("1 year")}
    begins = begins_on(course.diary, found)
    longer = begins is not None and begins <= today - timedelta(days=max(PERIODS))
    everything = [(EVERYTHING, _("All"))] if longer or choice.days is None else []
    return _tabs(choice, page, "days", [*((str(length), names[length]) for length in PERIODS), *everything])


def _foot_tabs(course: Course, choice: Choice, page: Address) -> list[dict[str, Any]]:
    if len(course.diary.feet) < 2:
        return []
    return _tabs(choice, page, "foot", [*((foot, wording.foot_name(foot)) for foot in FEET), (BOTH, _("Both"))])


def _range_tabs(course: Course, choice: Choice, page: Address) -> list[dict[str, Any]]:
    episode = course.diary.episode
    own: Arm | None = episode.arm if episode else None
    names = [(arm, wording.arm_name(arm)) for arm in ARMS]
    shown = replace(choice, ranges=choice.ranges or own or "none")
    return _tabs(shown, page, "ranges", [*names, ("all", _("All three")), ("none", _("None"))])


def _tabs(choice: Choice, page: Address, name: str, options: list[tuple[Any, str]]) -> list[dict[str, Any]]:
    query = choice.as_query()
    addresses = [page(**query | {name: value}) for value, _label in options]
    return [
        {
            "href": address,
            "label": label,
            "current": query.get(name) == value,
            # By its id it has the focus again when it came anew.
            "attrs": {"id": f"{name}-{value}", "hx-get": address, "hx-target": "#chart", "hx-push-url": "true"},
        }
        for address, (value, label) in zip(addresses, options, strict=True)
    ]
