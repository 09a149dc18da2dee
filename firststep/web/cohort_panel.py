"""The curves of a cohort in words, as a picture and as a table: relief from the start, relapse from relief."""

from __future__ import annotations

from typing import Any, Final, Literal, TypeAlias, get_args

from flask_babel import gettext as _

from firststep.clinical.cohort_table import SIX_MONTHS_DAYS, ArmRow, CohortTable, CurvePoint, DrawnCurve
from firststep.clinical.diary import ARMS
from firststep.clinical.outcomes import WEEK_12_DAYS
from firststep.clinical.week import DAYS_IN_WEEK
from firststep.figures.cohort import SIZE_PX, CohortCurve, CurvesView, Reached, cohort_curves
from firststep.figures.names import arm_name
from firststep.web.cohort_words import interval, percent, too_few
from firststep.web.panel import FigureAddress, Panel, Table, drawn, legend_of

Event: TypeAlias = Literal["relief", "relapse"]
EVENTS: Final[tuple[Event, ...]] = get_args(Event)

#: The week that the marks stand at, which the table or its published neighbour speaks of.
_MARKED_DAYS: Final[dict[Event, int]] = {"relief": WEEK_12_DAYS, "relapse": SIX_MONTHS_DAYS}
#: Beyond a year so few are followed that a curve says little.
_LONGEST_WEEKS: Final = 52
_MOST_TICKS: Final = 8
_TICK_WEEKS: Final = (4, 8)


def cohort_panels(table: CohortTable, figure: FigureAddress) -> list[Panel]:
    """Put together the chart of each event; one that no arm has enough people for is left away."""
    found = (_panel(table, event, figure) for event in EVENTS)
    return [panel for panel in found if panel]


def cohort_figure(table: CohortTable, event: Event) -> dict[str, Any] | None:
    """Return the figure of an event, None where no arm has enough people."""
    view = curves_view(table, event)
    return cohort_curves(view) if view.curves else None


def curves_view(table: CohortTable, event: Event) -> CurvesView:
    """Return what the chart of an event shows: the arms with enough people, each in its own look."""
    shown = [(place, row, curve) for place, row in enumerate(table.rows) if (curve := curve_of(row, event))]
    marked = _MARKED_DAYS[event] // DAYS_IN_WEEK
    longest = max((-(-curve.points[-1].days // DAYS_IN_WEEK) for _place, _row, curve in shown), default=0)
    wanted = min(max(longest, marked + 2), _LONGEST_WEEKS)
    tick = next(step for step in _TICK_WEEKS if wanted / step < _MOST_TICKS)
    weeks = -(-wanted // tick) * tick
    return CurvesView(
        title=_title(event),
        weeks=weeks,
        tick_weeks=tick,
        marked_week=marked,
        curves=tuple(_drawn(place, row, curve, weeks, event) for place, row, curve in shown),
    )


def curve_of(row: ArmRow, event: Event) -> DrawnCurve | None:
    """Return an arm's curve of an event, None where it has too few people."""
    return row.relief_curve if event == "relief" else row.relapse_curve


def _title(event: Event) -> str:
    return {
        "relief": _("Had meaningful relief, % of people, from the start"),
        "relapse": _("Had a relapse, % of people, from relief"),
    }[event]


def _drawn(place: int, row: ArmRow, curve: DrawnCurve, weeks: int, event: Event) -> CohortCurve:
    days = weeks * DAYS_IN_WEEK
    points = [point for point in curve.points if point.days <= days]
    steps = [(point.days / DAYS_IN_WEEK, 100 * (1 - point.left)) for point in points]
    if curve.points[-1].days > days:
        steps.append((weeks, steps[-1][1]))
    return CohortCurve(
        place=place,
        label=arm_name(row.arm),
        steps=tuple(steps),
        ends=tuple(end / DAYS_IN_WEEK for end in curve.ends if end <= days),
        at_risk=tuple((at // DAYS_IN_WEEK, people) for at, people in curve.at_risk),
        reached=_reached(curve, _MARKED_DAYS[event]),
    )


def _reached(curve: DrawnCurve, days: int) -> Reached | None:
    point = point_at(curve, days)
    if point is None:
        return None
    low = None if point.high is None else 100 * (1 - point.high)
    high = None if point.low is None else 100 * (1 - point.low)
    return Reached(share=100 * (1 - point.left), low=low, high=high)


def point_at(curve: DrawnCurve, days: int) -> CurvePoint | None:
    """Return the point that holds on a day, None where nobody was followed so long and not everybody had it.

    Rule: outcomes, cohorts (6-month relapse).
    """
    if curve.points[-1].days < days and curve.points[-1].left > 0:
        return None
    return [point for point in curve.points if point.days <= days][-1]


def _panel(table: CohortTable, event: Event, figure: FigureAddress) -> Panel | None:
    chart = cohort_figure(table, event)
    if chart is None:
        return None
    sentence = _sentence(table, event)
    return Panel(
        key=event,
        sentence=sentence,
        src=figure(event),
        still=drawn(chart, title=sentence, description=_explained(), size_px=SIZE_PX),
        legend=legend_of(chart)[:-1],
        table=_table(table, event),
        note=_explained(),
    )


def _explained() -> str:
    return _(
        "After Kaplan and Meier: whoever was followed for a shorter time counts for as long as they were. The further "
        "right, the fewer people are left, and the less a step says. An arm with fewer than 10 people has no curve."
    )


def _sentence(table: CohortTable, event: Event) -> str:
    """Say what share had it by the marked week, the arms in their fixed order."""
    parts = ", ".join(
        _("%(arm)s %(share)s", arm=arm_name(row.arm), share=_share_words(row, event)) for row in table.rows
    )
    if event == "relief":
        return _("Meaningful relief by week 12: %(arms)s.", arms=parts)
    return _("Relapse by week 26 after relief: %(arms)s.", arms=parts)


def _share_words(row: ArmRow, event: Event) -> str:
    curve = curve_of(row, event)
    if curve is None:
        return _("(too few to show)")
    reached = _reached(curve, _MARKED_DAYS[event])
    return _("(cannot be said yet)") if reached is None else percent(reached.share / 100)


def _table(table: CohortTable, event: Event) -> Table:
    view = curves_view(table, event)
    weeks = sorted({*range(0, view.weeks + 1, view.tick_weeks), view.marked_week})
    head = [_("Week"), *map(arm_name, ARMS)]
    rows: list[list[str | None]] = [
        [str(week), *(_cell(curve_of(row, event), week * DAYS_IN_WEEK) for row in table.rows)] for week in weeks
    ]
    return Table(caption=_title(event), head=head, rows=rows, numeric=[])


def _cell(curve: DrawnCurve | None, days: int) -> str:
    if curve is None:
        return too_few()
    point = point_at(curve, days)
    if point is None:
        return _("Nobody followed")
    said = percent(1 - point.left)
    if point.low is not None and point.high is not None:
        said = f"{said}, {interval(percent(1 - point.high), percent(1 - point.low))}"
    people = dict(curve.at_risk).get(days)
    return said if people is None else _("%(share)s; %(people)s followed", share=said, people=people)
