"""Stretching in words and pictures: days of stretching among days with an answer, and sets against the plan."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import ngettext

from firststep.figures.build import care_start
from firststep.figures.stretching import StretchingPart, StretchingView, stretching_chart
from firststep.figures.weekly import MONTH, SIZE_PX
from firststep.services.stretching_plans import stretching_figures
from firststep.services.trajectories import Course
from firststep.web.dates import months_of_years, short_dates
from firststep.web.panel import FigureAddress, Panel, Parts, Table, drawn, legend_of

KEY = "stretching"


def stretching_view(course: Course, parts: Parts) -> StretchingView | None:
    """Return what the chart shows, None where nothing was ever answered about stretching."""
    if not course.diary.stretch_answers and not course.sets_done:
        return None
    return StretchingView(
        parts=tuple(
            StretchingPart(
                first=one.week.first,
                last=one.week.last,
                answered=one.answered,
                done=one.done,
                sets_done=one.sets_done,
                sets_planned=one.sets_planned,
                of_plan_percent=None if one.of_plan is None else 100 * one.of_plan.numerator / one.of_plan.denominator,
            )
            for one in stretching_figures(course, parts.spans)
        ),
        step=parts.step,
        care=care_start(course.diary),
    )


def stretching_panel(course: Course, parts: Parts, figure: FigureAddress) -> Panel | None:
    """Put the panel together."""
    view = stretching_view(course, parts)
    if view is None:
        return None
    chart, sentence = stretching_chart(view), _sentence(view)
    hurt = [sum(day in course.hurt for day in span.days) for span in parts.spans]
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
    answered, done = (sum(getattr(part, name) for part in view.parts) for name in ("answered", "done"))
    if not answered:
        return _("Stretching: no answers in this period.")
    counted = [part for part in view.parts if part.of_plan_percent is not None]
    planned = sum(part.sets_planned for part in counted)
    if not planned:
        return ngettext(
            "Stretching: done on %(done)s of %(num)d day with an answer.",
            "Stretching: done on %(done)s of %(num)d days with an answer.",
            answered,
            done=done,
        )
    sets = sum(min(part.sets_done, part.sets_planned) for part in counted)
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
    pale = _("Pale columns are days with an answer.")
    whole = _("Weeks are counted whole: the first may begin before the period.")
    plan = _("There is no plan for this period, so days are counted.")
    if view.step == MONTH:
        whole = _("Months are counted whole: the first may begin before the period.")
    if view.has_plan:
        plan = _(
            "Of the plan, rest days and pauses do not count, and a yes without a number of sets stands for the planned "
            "ones."
        )
    return f"{pale} {whole} {plan}"


def _table(view: StretchingView, hurt: Sequence[int]) -> Table:
    by_month = view.step == MONTH
    head = [_("Month") if by_month else _("Week from"), _("Days done"), _("Answers")]
    if view.has_plan:
        head += [_("Sets"), _("Of the plan")]
    head += [_("It hurt")] if any(hurt) else []
    written, planned = months_of_years() if by_month else short_dates(), view.has_plan
    rows = [
        [
            written(part.first),
            *_cells(part, planned=planned),
            *([str(days) if days else None] if any(hurt) else []),
        ]
        for part, days in reversed(list(zip(view.parts, hurt, strict=True)))
        if part.answered or days
    ]
    caption = _("Stretching month by month") if by_month else _("Stretching week by week")
    return Table(caption=caption, head=head, rows=rows, numeric=list(range(1, len(head))))


def _cells(part: StretchingPart, *, planned: bool) -> list[str | None]:
    row: list[str | None] = [str(part.done), f"{part.answered} / {(part.last - part.first).days + 1}"]
    if planned:
        percent = part.of_plan_percent
        row += [None, None] if percent is None else [f"{part.sets_done} / {part.sets_planned}", f"{round(percent)} %"]
    return row
