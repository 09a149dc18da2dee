"""The two strips below the pain chart: the days of stretching and the days with an NSAID.

A day is a tall bar for yes, a low bar for no, and bare ground where nothing was recorded. Where
days are too narrow to see, a column stands for a week, and where weeks are, for two: pale for the days answered,
solid for yes.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_babel import gettext as _

from firststep.figures import touch
from firststep.figures.axes import NSAID, STRETCH
from firststep.figures.labels import note
from firststep.figures.legend import COLUMN
from firststep.figures.scales import DAY_MS
from firststep.figures.series import DAILY_UP_TO, WEEK, short, step_days
from firststep.figures.view import Answers, TrajectoryView

FULL, LOW = 7, 1.6
DAYS_UP_TO = 120


def grounds(axes: list[str]) -> list[dict[str, Any]]:
    """Draw the ground line of each strip, named by its axis."""
    return [
        {
            "type": "line",
            "layer": "between",
            "xref": "paper",
            "yref": axis,
            "x0": 0,
            "x1": 1,
            "y0": 0,
            "y1": 0,
            "line": {"color": "@axis", "width": 1},
        }
        for axis in axes
    ]


def titles() -> list[dict[str, Any]]:
    """Name each strip above its left end."""
    return [
        note(
            text,
            "@ink",
            x=0,
            y=domain[1],
            xref="paper",
            yref="paper",
            xanchor="left",
            yanchor="bottom",
            yshift=3,
        )
        for text, domain in ((_("Stretching"), STRETCH), (_("NSAID"), NSAID))
    ]


def traces(view: TrajectoryView) -> list[dict[str, Any]]:
    """Draw both strips, by day or by week."""
    if len(view.values) <= DAYS_UP_TO:
        return [
            *_days(view, view.stretch, "y2", (_("Stretching done"), _("Stretching not done"))),
            *_days(view, view.nsaid, "y3", (_("NSAID taken"), _("No NSAID"))),
        ]
    weeks = max(WEEK, step_days(len(view.values))) // WEEK
    stretch = (_("Days of stretching in the week"), _("Days with an answer on stretching"))
    nsaid = (_("Days with an NSAID in the week"), _("Days with an answer on NSAIDs"))
    if weeks > 1:
        stretch = (
            _("Days of stretching a week, over two weeks"),
            _("Days a week with an answer on stretching, over two weeks"),
        )
        nsaid = (
            _("Days with an NSAID a week, over two weeks"),
            _("Days a week with an answer on NSAIDs, over two weeks"),
        )
    return [*_weeks(view, view.stretch, "y2", stretch, weeks), *_weeks(view, view.nsaid, "y3", nsaid, weeks)]


def _days(view: TrajectoryView, answers: Answers, axis: str, names: tuple[str, str]) -> list[dict[str, Any]]:
    kinds = ((True, names[0], FULL, "@strip"), (False, names[1], LOW, "@quiet"))
    return [
        {
            **_bar(axis, name, colour, 0.72),
            "hovertemplate": f"{touch.in_lines(name)}<extra></extra>",
            "x": [day.isoformat() for day, answer in zip(view.days(), answers, strict=True) if answer is kind],
            "y": [height] * sum(answer is kind for answer in answers),
        }
        for kind, name, height, colour in kinds
        if kind in answers
    ]


def _weeks(
    view: TrajectoryView, answers: Answers, axis: str, names: tuple[str, str], weeks: int
) -> list[dict[str, Any]]:
    """Draw a column for so many weeks, in days a week; where the last is cut short, no more than its days make."""
    step = WEEK * weeks
    # Between columns of two pixels a gap is seen here and there, and would look like days without an answer.
    width_days = step - 1 if len(answers) <= DAILY_UP_TO else step
    shared = [answers[begin : begin + step] for begin in range(0, len(answers), step)]
    middle = view.first_day + timedelta(days=step // 2)
    where = {"x0": middle.isoformat(), "dx": step * DAY_MS}
    counts = (
        (names[1], "@quiet", 0.4, [(len(one) - one.count(None)) / weeks for one in shared]),
        (names[0], "@strip", 1, [one.count(True) / weeks for one in shared]),
    )
    return [
        {
            **_bar(axis, name, colour, width_days),
            "hovertemplate": touch.named(name),
            "opacity": opacity,
            "meta": COLUMN,
            **where,
            "y": list(map(short, heights)),
        }
        for name, colour, opacity, heights in counts
        if any(heights)
    ]


def _bar(axis: str, name: str, colour: str, width_days: float) -> dict[str, Any]:
    return {
        "type": "bar",
        "yaxis": axis,
        "name": name,
        "width": round(width_days * DAY_MS),
        "marker": {"color": colour},
    }
