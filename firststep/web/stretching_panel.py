"""Stretching in words and pictures: days of stretching among days with an answer, and sets against the plan."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import ngettext

from firststep.clinical.week import Week
from firststep.figures.build import care_start
from firststep.figures.stretching import StretchingView, StretchingWeek, stretching_chart
from firststep.figures.weekly import SIZE_PX
from firststep.services.stretching_plans import stretching_figures
from firststep.services.trajectories import Course
from firststep.web.dates import short_dates
from firststep.web.panel import FigureAddress, Panel, Table, drawn, legend_of

KEY = "stretching"


def stretching_view(course: Course, weeks: tuple[Week, ...]) -> StretchingView | None:
    """Return what the chart shows, None where nothing was ever answered about stretching."""
    if not course.diary.stretch_answers and not course.sets_done:
        return None
    return StretchingView(
        weeks=tuple(
            StretchingWeek(
                first=one.week.first,
                answered=one.answered,
                done=one.done,
                sets_done=one.sets_done,
                sets_planned=one.sets_planned,
                of_plan_percent=None if one.of_plan is None else 100 * one.of_plan.numerator / one.of_plan.denominator,
            )
            for one in stretching_figures(course, weeks)
        ),
        care=care_start(course.diary),
    )


def stretching_panel(course: Course, weeks: tuple[Week, ...], figure: FigureAddress) -> Panel | None:
    """Put the panel together."""
    view = stretching_view(course, weeks)
    if view is None:
        return None
    chart, sentence = stretching_chart(view), _sentence(view)
    hurt = [sum(week.first <= day <= week.last for day in course.hurt) for week in weeks]
    return Panel(
        key=KEY,
        sentence=sentence,
        src=figure(KEY),
        still=drawn(chart, title=sentence, description=_explained(view), size_px=SIZE_PX),
        legend=legend_of(chart),
        table=_table(view, hurt),
        note=" ".join(filter(None, (_hurt_words(sum(hurt)), _explained(view)))),
    )


def _sentence(view: StretchingView) -> str:
    answered, done = (sum(getattr(week, name) for week in view.weeks) for name in ("answered", "done"))
    if not answered:
        return _("Stretching: no answers in this period.")
    counted = [week for week in view.weeks if week.of_plan_percent is not None]
    planned = sum(week.sets_planned for week in counted)
    if not planned:
        return ngettext(
            "Stretching: done on %(done)s of %(num)d day with an answer.",
            "Stretching: done on %(done)s of %(num)d days with an answer.",
            answered,
            done=done,
        )
    sets = sum(min(week.sets_done, week.sets_planned) for week in counted)
    return ngettext(
        "Stretching: done on %(done)s of %(num)d day with an answer, %(percent)s %% of the planned sets.",
        "Stretching: done on %(done)s of %(num)d days with an answer, %(percent)s %% of the planned sets.",
        answered,
        done=done,
        percent=round(100 * sets / planned),
    )


def _hurt_words(days: int) -> str:
    """Say on how many days it hurt; of days without that answer nothing is said."""
    if not days:
        return ""
    return ngettext(
        "Stretching hurt on %(num)d day of this period, as it was noted.",
        "Stretching hurt on %(num)d days of this period, as it was noted.",
        days,
    )


def _explained(view: StretchingView) -> str:
    if view.has_plan:
        return _(
            "Pale columns are days with an answer. Weeks are counted whole: the first may begin before the period. "
            "Of the plan, rest days and pauses do not count, and a yes without a number of sets stands for the "
            "planned ones."
        )
    return _(
        "Pale columns are days with an answer. Weeks are counted whole: the first may begin before the period. There "
        "is no plan for this period, so days are counted."
    )


def _table(view: StretchingView, hurt: Sequence[int]) -> Table:
    head = [_("Week from"), _("Days done"), _("Answers")]
    if view.has_plan:
        head += [_("Sets"), _("Of the plan")]
    head += [_("It hurt")] if any(hurt) else []
    short_date, planned = short_dates(), view.has_plan
    rows = [
        [
            short_date(week.first),
            *_cells(week, planned=planned),
            *([str(days) if days else None] if any(hurt) else []),
        ]
        for week, days in reversed(list(zip(view.weeks, hurt, strict=True)))
        if week.answered or days
    ]
    return Table(caption=_("Stretching week by week"), head=head, rows=rows, numeric=list(range(1, len(head))))


def _cells(week: StretchingWeek, *, planned: bool) -> list[str | None]:
    row: list[str | None] = [str(week.done), f"{week.answered} / 7"]
    if planned:
        percent = week.of_plan_percent
        row += [None, None] if percent is None else [f"{week.sets_done} / {week.sets_planned}", f"{round(percent)} %"]
    return row
