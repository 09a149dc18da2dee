"""The published figures that stand beside a person's course: which are wanted, and what they are in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from flask_babel import gettext as _

from firststep.clinical.comparison import Comparison, PublishedPoint, ReliefWindow, compare
from firststep.clinical.diary import Arm
from firststep.clinical.outcomes import Outcomes
from firststep.figures import names
from firststep.web import wording


@dataclass(frozen=True, kw_only=True)
class SourceLine:
    """One published figure in words, with its grade and where it is explained."""

    title: str
    text: str
    grade: str
    source_id: str


def wanted_comparison(found: Outcomes, *, own: Arm | None, ranges: str | None) -> Comparison:
    """Return what stands beside the course: an arm's window, those of "all", "none", or by default the person's own."""
    compared = compare(found, own)
    if ranges == "none":
        return replace(compared, own=None, options=(), points=())
    if ranges == "all":
        return compared
    arm = ranges or own
    return replace(
        compared,
        own=compared.own if compared.own and compared.own.arm == arm else None,
        options=tuple(window for window in compared.options if window.arm == arm),
    )


def windows_of(compared: Comparison) -> tuple[ReliefWindow, ...]:
    """Return every window of the comparison, the person's own first."""
    return (*((compared.own,) if compared.own else ()), *compared.options)


def source_lines(compared: Comparison, shows: Callable[[date], bool]) -> tuple[SourceLine, ...]:
    """Say each figure in words, numbered as on the chart where the period ``shows`` its day."""
    points = enumerate(compared.points, start=1)
    return (
        *(_window_line(window, shows) for window in windows_of(compared)),
        *(_point_line(number if shows(point.day) else None, point) for number, point in points),
    )


def remarks(compared: Comparison) -> tuple[str, ...]:
    """Say where a reported fall or its interval goes beyond the person's own pain."""
    return (
        *(_clipped(window) for window in windows_of(compared) if window.reduction.is_clipped),
        *(_clipped_point(point) for point in compared.points if point.reduction.is_clipped),
        *(_cut(point) for point in compared.points if point.interval_is_cut),
    )


def own_range_line(found: Outcomes, own: Arm | None) -> str:
    """Say in one line what the drawn range of the person's own care is worth, nothing where there is none."""
    window = wanted_comparison(found, own=own, ranges=None).own
    if window is None:
        return ""
    return _(
        "Range: %(arm)s, weeks %(first)s-%(last)s. %(grade)s; pain type not stated. "
        "Other people's average, no forecast.",
        arm=wording.arm_name(window.arm),
        first=f"{window.benchmark.relief_week_from:g}",
        last=f"{window.benchmark.relief_week_to:g}",
        grade=wording.grade_name(window.benchmark.grade),
    )


def _window_line(window: ReliefWindow, shows: Callable[[date], bool]) -> SourceLine:
    row = window.benchmark
    text = _(
        "reported relief after %(first)s to %(last)s weeks and an average fall of %(fall)s of 10 on a 0-10 VAS; "
        "pain type not stated.",
        first=row.relief_week_from,
        last=row.relief_week_to,
        fall=wording.points(window.reduction.points),
    )
    open_days = (window.closes_on - window.opens_on).days + 1
    seen = any(shows(window.opens_on + timedelta(days=day)) for day in range(open_days))
    return SourceLine(
        title=wording.arm_name(window.arm),
        text=text if seen else _("%(figure)s It lies outside this period.", figure=text),
        grade=wording.grade_name(row.grade),
        source_id=row.source.id,
    )


def _point_line(number: int | None, point: PublishedPoint) -> SourceLine:
    row = point.benchmark
    fall, people = wording.points(point.reduction.points), row.n
    if people is None:
        text = _(
            "%(what)s: an average fall of %(fall)s of 10 by week %(week)s.",
            what=names.published(row.intervention),
            fall=fall,
            week=row.week,
        )
    else:
        text = _(
            "%(what)s, %(people)s people: an average fall of %(fall)s of 10 by week %(week)s.",
            what=names.published(row.intervention),
            people=people,
            fall=fall,
            week=row.week,
        )
    short = names.published(row.source.short)
    return SourceLine(
        title=short if number is None else f"{number} · {short}",
        text=text if number else _("%(figure)s It lies outside this period.", figure=text),
        grade=wording.grade_name(row.grade),
        source_id=row.source.id,
    )


def _clipped(window: ReliefWindow) -> str:
    return _(
        "%(arm)s: the reported average fall of %(fall)s is more than the start of %(start)s, so the range ends at 0 "
        "(it would be %(percent)s %% of the start).",
        arm=wording.arm_name(window.arm),
        fall=wording.points(window.reduction.points),
        start=wording.points(window.reduction.baseline),
        percent=round(window.reduction.percent_of_baseline),
    )


def _clipped_point(point: PublishedPoint) -> str:
    return _(
        "%(source)s: the reported average fall of %(fall)s is more than the start of %(start)s, so its point stands "
        "at 0 (it would be %(percent)s %% of the start).",
        source=names.published(point.benchmark.source.short),
        fall=wording.points(point.reduction.points),
        start=wording.points(point.reduction.baseline),
        percent=round(point.reduction.percent_of_baseline),
    )


def _cut(point: PublishedPoint) -> str:
    return _(
        "%(source)s, %(what)s: from the start of %(start)s the interval goes beyond the scale; it is drawn from "
        "%(low)s to %(high)s.",
        source=names.published(point.benchmark.source.short),
        what=names.published(point.benchmark.intervention),
        start=wording.points(point.reduction.baseline),
        low=wording.points(point.low or 0),
        high=wording.points(point.high or 0),
    )
