"""Stretching week by week: days done among days with an answer, and sets against the plan where there is one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from flask_babel import gettext as _

from firststep.figures import labels
from firststep.figures.axes import frame_layout, time_axis, value_axis
from firststep.figures.view import CareStart
from firststep.figures.weekly import SIZE_PX, bars, care_label, care_line, dot, marks, middle, top_of_week

Trace = dict[str, Any]

_WITH_PLAN, _PLAN = (0.52, 1.0), (0.0, 0.34)


@dataclass(frozen=True, kw_only=True)
class StretchingWeek:
    """One week; ``of_plan_percent`` is None without a plan or an answer."""

    first: date
    answered: int
    done: int
    sets_done: int = 0
    sets_planned: int = 0
    of_plan_percent: float | None = None


@dataclass(frozen=True, kw_only=True)
class StretchingView:
    """All that the chart shows; weeks follow each other without a hole."""

    weeks: tuple[StretchingWeek, ...]
    care: CareStart | None = None

    @property
    def first_day(self) -> date:
        """The first day that is shown."""
        return self.weeks[0].first

    @property
    def last_day(self) -> date:
        """The last day that is shown."""
        return self.weeks[-1].first + timedelta(days=6)

    @property
    def has_plan(self) -> bool:
        """Tell whether any week has a figure of a plan."""
        return any(week.of_plan_percent is not None for week in self.weeks)


def stretching_chart(view: StretchingView) -> dict[str, Any]:
    """Draw up the chart as a Plotly figure: a plain dict."""
    planned = view.has_plan
    where = view.care, view.first_day, view.last_day
    top = top_of_week(*where)
    layout = {
        **frame_layout((view.last_day - view.first_day).days),
        "xaxis": time_axis(view.first_day, view.last_day, anchor="y2" if planned else "y", by_week=True),
        "yaxis": value_axis((0, top), _WITH_PLAN if planned else (0.0, 1.0), [0, 3, 6] if planned else [0, 2, 4, 6]),
    }
    if planned:
        layout["yaxis2"] = value_axis((0, 108), _PLAN, [0, 50, 100])
    layout["shapes"] = care_line(*where)
    titles = [_title(_("Days of stretching a week"), 1.0)]
    if planned:
        titles.append(_title(_("Sets of the plan, in %"), _PLAN[1]))
    layout["annotations"] = [*titles, *labels.arrange(care_label(*where), [], layout, SIZE_PX)]
    return {"data": [*_days(view), *(_of_plan(view) if planned else [])], "layout": layout}


def _title(text: str, level: float) -> dict[str, Any]:
    where = {"x": 0, "y": level, "xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
    return labels.note(text, "@ink", **where, xshift=-20, yshift=6)


def _days(view: StretchingView) -> list[Trace]:
    answered = [(week.first, float(week.answered), "") for week in view.weeks if week.answered]
    # Weeks are much alike: each sentence is written once.
    touched = cache(_touched)
    done = [(week.first, float(week.done), touched(week.done, week.answered)) for week in view.weeks if week.done]
    none = [(week.first, 0.0, touched(0, week.answered)) for week in view.weeks if week.answered and not week.done]
    pale = {**bars(_("Days with an answer"), "@quiet", answered), "opacity": 0.45, "hoverinfo": "skip"}
    pale = {key: value for key, value in pale.items() if key not in ("hovertext", "hovertemplate")}
    drawn = (
        (answered, pale),
        (done, bars(_("Days of stretching"), "@strip", done)),
        (none, marks(_("None in the week"), dot(len(view.weeks), hollow=False), none)),
    )
    return [trace for rows, trace in drawn if rows]


def _touched(done: int, answered: int) -> str:
    return str(_("%(done)s of %(answered)s days with an answer", done=done, answered=answered))


def _sets_touched(done: int, planned: int) -> str:
    return str(_("%(done)s of %(planned)s sets", done=done, planned=planned))


def _of_plan(view: StretchingView) -> list[Trace]:
    name = _("Sets of the plan that were done")
    touched = cache(_sets_touched)
    texts = ["" if week.of_plan_percent is None else touched(week.sets_done, week.sets_planned) for week in view.weeks]
    return [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "yaxis": "y2",
            "name": name,
            "line": {"color": "@series", "width": 1.5, "dash": "solid"},
            "marker": {"color": "@series", "size": 5 if len(view.weeks) <= 60 else 3},
            "connectgaps": False,
            "cliponaxis": False,
            "hovertext": texts,
            "hovertemplate": "%{hovertext}<extra></extra>",
            "x": [middle(week.first) for week in view.weeks],
            "y": [None if week.of_plan_percent is None else round(week.of_plan_percent, 1) for week in view.weeks],
        }
    ]
