"""The published figures that stand beside a person's course, for the chart and in words."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from firststep.clinical import comparison
from firststep.clinical.diary import ARMS, Arm
from firststep.clinical.outcomes import Outcomes
from firststep.figures.view import PublishedPoint, ReliefWindow
from firststep.web import wording

#: Which windows are wanted: an arm, "all" or "none"; None is the person's own arm.
Ranges = str | None


@dataclass(frozen=True, kw_only=True)
class SourceLine:
    """One published figure in words, with its grade and where it is explained."""

    title: str
    text: str
    grade: str
    source_id: str


@dataclass(frozen=True, kw_only=True)
class Beside:
    """What is drawn beside the course, and the words that go with it."""

    windows: tuple[ReliefWindow, ...] = ()
    published: tuple[PublishedPoint, ...] = ()
    lines: tuple[SourceLine, ...] = ()
    remarks: tuple[str, ...] = ()


def beside(found: Outcomes, *, own: Arm | None, ranges: Ranges) -> Beside:
    """Return the windows of the wanted arms and the peer-reviewed points of the same measure."""
    wanted = _wanted(own, ranges)
    compared = comparison.compare(found, own)
    if compared.missing is not None or ranges == "none":
        return Beside(remarks=_why_missing(compared))
    own_window = (compared.own,) if compared.own else ()
    windows = [window for window in (*own_window, *compared.options) if window.arm in wanted]
    return Beside(
        windows=tuple(_window(window, is_own=window.arm == own or len(windows) == 1) for window in windows),
        published=tuple(_point(number, point) for number, point in enumerate(compared.points, start=1)),
        lines=(
            *(_window_line(window) for window in windows),
            *(_point_line(number, point) for number, point in enumerate(compared.points, start=1)),
        ),
        remarks=tuple(_clipped(window) for window in windows if window.reduction.is_clipped),
    )


def _wanted(own: Arm | None, ranges: Ranges) -> tuple[str, ...]:
    if ranges == "all":
        return ARMS
    if ranges is not None:
        return (ranges,)
    return (own,) if own else ()


def _why_missing(compared: comparison.Comparison) -> tuple[str, ...]:
    if compared.missing == "low_baseline":
        return (wording.low_baseline_sentence(),)
    if compared.missing == "no_baseline":
        return (wording.no_baseline_sentence(),)
    return ()


def _window(window: comparison.ReliefWindow, *, is_own: bool) -> ReliefWindow:
    return ReliefWindow(
        label=wording.arm_name(window.arm),
        starts=window.starts_on,
        baseline=float(window.reduction.baseline),
        opens=window.opens_on,
        closes=window.closes_on,
        upper=float(window.upper),
        lower=float(window.lower),
        reduction=float(window.reduction.points),
        own=is_own,
    )


def _point(number: int, point: comparison.PublishedPoint) -> PublishedPoint:
    return PublishedPoint(
        number=number,
        label=f"{point.benchmark.source.short}, {point.benchmark.intervention}",
        day=point.day,
        value=float(point.level),
        low=None if point.low is None else float(point.low),
        high=None if point.high is None else float(point.high),
    )


def _window_line(window: comparison.ReliefWindow) -> SourceLine:
    row = window.benchmark
    return SourceLine(
        title=wording.arm_name(window.arm),
        text=_(
            "reported relief after %(first)s to %(last)s weeks and an average fall of %(fall)s of 10 on a 0-10 VAS; "
            "pain type not stated.",
            first=row.relief_week_from,
            last=row.relief_week_to,
            fall=wording.points(window.reduction.points),
        ),
        grade=wording.grade_name(row.grade),
        source_id=row.source.id,
    )


def _point_line(number: int, point: comparison.PublishedPoint) -> SourceLine:
    row = point.benchmark
    return SourceLine(
        title=f"{number} · {row.source.short}",
        text=_(
            "%(intervention)s, %(n)s people: an average fall of %(fall)s of 10 by week %(week)s.",
            intervention=row.intervention,
            n=row.n if row.n is not None else "?",
            fall=wording.points(point.reduction.points),
            week=row.week,
        ),
        grade=wording.grade_name(row.grade),
        source_id=row.source.id,
    )


def _clipped(window: comparison.ReliefWindow) -> str:
    return _(
        "%(arm)s: the reported average fall of %(fall)s is more than your start of %(start)s, so the range ends at 0 "
        "(it would be %(percent)s %% of your start).",
        arm=wording.arm_name(window.arm),
        fall=wording.points(window.reduction.points),
        start=wording.points(window.reduction.baseline),
        percent=round(window.reduction.percent_of_baseline),
    )
