"""Stretching by week or month: days done among days with an answer, and sets against the plan where there is one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from flask_babel import gettext as _

from firststep.figures import labels
from firststep.figures.axes import frame_layout, time_axis, value_axis
from firststep.figures.view import CareStart
from firststep.figures.weekly import (
    MONTH,
    SIZE_PX,
    WEEK,
    CareOn,
    Step,
    bars,
    care_label,
    care_line,
    dot,
    marks,
    touched_mark,
    touched_title,
)

Trace = dict[str, Any]

_WITH_PLAN, _PLAN = (0.52, 1.0), (0.0, 0.34)


@dataclass(frozen=True, kw_only=True)
class StretchingPart:
    """One week or month; ``of_plan_percent`` is None without a plan or an answer."""

    first: date
    last: date
    answered: int
    done: int
    sets_done: int = 0
    sets_planned: int = 0
    of_plan_percent: float | None = None


@dataclass(frozen=True, kw_only=True)
class StretchingView:
    """All that the chart shows; its weeks or months follow each other without a hole."""

    parts: tuple[StretchingPart, ...]
    step: Step = WEEK
    care: CareStart | None = None

    @property
    def first_day(self) -> date:
        """The first day that is shown."""
        return self.parts[0].first

    @property
    def last_day(self) -> date:
        """The last day that is shown."""
        return self.parts[-1].last

    @property
    def has_plan(self) -> bool:
        """Tell whether any week or month has a figure of a plan."""
        return any(part.of_plan_percent is not None for part in self.parts)

    @property
    def care_on(self) -> CareOn:
        """The start of care on an axis of the days of a week or month."""
        most = self.step.most_days
        return CareOn(care=self.care, first_day=self.first_day, last_day=self.last_day, most=most)


def stretching_chart(view: StretchingView) -> dict[str, Any]:
    """Draw up the chart as a Plotly figure: a plain dict."""
    planned = view.has_plan
    layout = {
        **frame_layout((view.last_day - view.first_day).days),
        "xaxis": time_axis(
            view.first_day, view.last_day, anchor="y2" if planned else "y", touched=touched_title(view.step)
        ),
        "yaxis": value_axis(
            (0, view.care_on.top), _WITH_PLAN if planned else (0.0, 1.0), _ticks(view.step, planned=planned)
        ),
    }
    if planned:
        layout["yaxis2"] = value_axis((0, 108), _PLAN, [0, 50, 100])
    layout["shapes"] = care_line(view.care_on)
    by_month = view.step == MONTH
    titles = [_title(_("Days of stretching a month") if by_month else _("Days of stretching a week"), 1.0)]
    if planned:
        titles.append(_title(_("Sets of the plan, in %"), _PLAN[1]))
    layout["annotations"] = [*titles, *labels.arrange(care_label(view.care_on), [], layout, SIZE_PX)]
    return {"data": [*_days(view), *(_of_plan(view) if planned else [])], "layout": layout}


def _ticks(step: Step, *, planned: bool) -> list[int]:
    if step == MONTH:
        return [0, 15, 30] if planned else [0, 10, 20, 30]
    return [0, 3, 6] if planned else [0, 2, 4, 6]


def _title(text: str, level: float) -> dict[str, Any]:
    where = {"x": 0, "y": level, "xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
    return labels.note(text, "@ink", **where, xshift=-20, yshift=6)


def _days(view: StretchingView) -> list[Trace]:
    step = view.step
    answered = [(part.first, float(part.answered), "") for part in view.parts if part.answered]
    # They are much alike: each sentence is written once.
    touched = cache(_touched)
    done = [(part.first, float(part.done), touched(part.done, part.answered)) for part in view.parts if part.done]
    none = [(part.first, 0.0, touched(0, part.answered)) for part in view.parts if part.answered and not part.done]
    pale = {**bars(_("Days with an answer"), "@quiet", answered, step), "opacity": 0.45, "hoverinfo": "skip"}
    pale = {key: value for key, value in pale.items() if key not in ("hovertext", "hovertemplate")}
    of_none = _("None in the month") if step == MONTH else _("None in the week")
    drawn = (
        (answered, pale),
        (done, bars(_("Days of stretching"), "@strip", done, step)),
        (none, marks(of_none, dot(len(view.parts), hollow=False), none, step)),
    )
    return [trace for rows, trace in drawn if rows]


def _touched(done: int, answered: int) -> str:
    return str(_("%(done)s of %(answered)s days with an answer", done=done, answered=answered))


def _sets_touched(done: int, planned: int) -> str:
    return str(_("%(done)s of %(planned)s sets", done=done, planned=planned))


def _of_plan(view: StretchingView) -> list[Trace]:
    name = _("Sets of the plan that were done")
    touched = cache(_sets_touched)
    texts = ["" if part.of_plan_percent is None else touched(part.sets_done, part.sets_planned) for part in view.parts]
    return [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "yaxis": "y2",
            "name": name,
            "line": {"color": "@series", "width": 1.5, "dash": "solid"},
            "marker": {"color": "@series", "size": 5 if len(view.parts) <= 60 else 3},
            "connectgaps": False,
            "cliponaxis": False,
            "hovertext": texts,
            "hovertemplate": touched_mark(view.step),
            "x": [view.step.middle(part.first) for part in view.parts],
            "y": [None if part.of_plan_percent is None else round(part.of_plan_percent, 1) for part in view.parts],
        }
    ]
