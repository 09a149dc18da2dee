"""NSAID use week by week: days with an oral NSAID, with gels and paracetamol apart from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any, TypeAlias

from flask_babel import gettext as _
from flask_babel import ngettext

from firststep.figures import labels, words
from firststep.figures.axes import frame_layout, strip_axis, time_axis, value_axis
from firststep.figures.labels import Label, Place
from firststep.figures.scales import Frame
from firststep.figures.strips import grounds
from firststep.figures.view import CareStart
from firststep.figures.weekly import SIZE_PX, bars, care_label, care_line, dot, marks, top_of_week

Trace = dict[str, Any]

#: The name, the colour, and the days of each week.
_Beside: TypeAlias = tuple[str, str, list[int]]

#: A strip is at least so many days high, so that one day does not look like a whole week.
_FEWEST_OF_STRIP = 4


@dataclass(frozen=True, kw_only=True)
class NsaidWeek:
    """One week: oral NSAID-days per week, None with fewer than 4 answers; what was noted beside, in words.

    ``gel_days`` and ``paracetamol_days`` are days with such a dose noted: nobody asks for them each day, so a day
    without one says nothing.
    """

    first: date
    days_per_week: float | None
    answered: int
    gel_days: int = 0
    paracetamol_days: int = 0
    doses: str = ""


@dataclass(frozen=True, kw_only=True)
class Span:
    """The NSAID-days per week over some days."""

    first: date
    last: date
    days_per_week: float


@dataclass(frozen=True, kw_only=True)
class NsaidView:
    """All that the chart shows; weeks follow each other without a hole."""

    weeks: tuple[NsaidWeek, ...]
    care: CareStart | None = None
    before: Span | None = None
    now: Span | None = None

    @property
    def first_day(self) -> date:
        """The first day that is shown."""
        return self.weeks[0].first

    @property
    def last_day(self) -> date:
        """The last day that is shown."""
        return self.weeks[-1].first + timedelta(days=6)


def nsaid_use_chart(view: NsaidView) -> dict[str, Any]:
    """Draw up the chart as a Plotly figure: a plain dict."""
    beside = _beside(view)
    layout = _layout(view, beside)
    layout["shapes"] = [
        *grounds([f"y{at}" for at in range(2, 2 + len(beside))]),
        *care_line(view.care, view.first_day, view.last_day),
    ]
    layout["annotations"] = [
        _title(_("Days with an NSAID a week"), 1.0, up=8),
        *(
            _title(name, layout[f"yaxis{at}"]["domain"][1], up=2)
            for at, (name, _colour, _days) in enumerate(beside, start=2)
        ),
        *labels.arrange(_labels(view), _tops(view, layout), layout, SIZE_PX),
    ]
    data = [*_weeks(view), *_spans(view)]
    for at, (name, colour, days) in enumerate(beside, start=2):
        rows = [
            (week.first, count, f"{name}: {count}") for week, count in zip(view.weeks, days, strict=True) if count > 0
        ]
        data.append(bars(name, colour, rows, axis=f"y{at}"))
    return {"data": data, "layout": layout}


def _layout(view: NsaidView, beside: list[_Beside]) -> dict[str, Any]:
    strips = len(beside)
    floor, top = 0.24 * strips, top_of_week(view.care, view.first_day, view.last_day)
    layout = {
        **frame_layout((view.last_day - view.first_day).days),
        "xaxis": time_axis(view.first_day, view.last_day, anchor="y" if not strips else f"y{strips + 1}", by_week=True),
        "yaxis": value_axis((0, top), (floor, 1.0), [0, 2, 4, 6] if strips < 2 else [0, 3, 6]),
    }
    for at in range(strips):
        bottom = floor - 0.24 * (at + 1)
        layout[f"yaxis{at + 2}"] = strip_axis((bottom, bottom + 0.09), highest=max(_FEWEST_OF_STRIP, *beside[at][2]))
    return layout


def _title(text: str, level: float, *, up: float) -> dict[str, Any]:
    where = {"x": 0, "y": level, "xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
    return labels.note(text, "@ink", **where, xshift=-20 if up > 2 else 0, yshift=up)


def _beside(view: NsaidView) -> list[_Beside]:
    """List what was noted that is no oral NSAID, each with its days a week."""
    kinds = (
        (_("Days with a gel noted"), "@other", [week.gel_days for week in view.weeks]),
        (_("Days with paracetamol noted"), "@quiet", [week.paracetamol_days for week in view.weeks]),
    )
    return [kind for kind in kinds if any(kind[2])]


def _weeks(view: NsaidView) -> list[Trace]:
    taken, none, few = [], [], []
    # Weeks are much alike: what they share is written once.
    answered, in_words = cache(_answered), cache(_days_a_week)
    for week in view.weeks:
        parts = [] if week.days_per_week is None else [in_words(week.days_per_week)]
        text = ", ".join([*parts, answered(week.answered), *([week.doses] if week.doses else [])])
        if week.days_per_week is None:
            few += [(week.first, 0.0, text)] if week.answered else []
        elif week.days_per_week > 0:
            taken.append((week.first, week.days_per_week, text))
        else:
            none.append((week.first, 0.0, text))
    count = len(view.weeks)
    drawn = (
        (taken, bars(_("Days with an NSAID in the week"), "@strip", taken)),
        (none, marks(_("None in the week"), dot(count, hollow=False), none)),
        (few, marks(_("Too few answers in the week"), dot(count, hollow=True), few)),
    )
    return [trace for rows, trace in drawn if rows]


def _days_a_week(days: float) -> str:
    return str(_("%(days)s days a week", days=words.points(days)))


def _answered(days: int) -> str:
    return str(ngettext("%(num)d day answered", "%(num)d days answered", days))


def _spans(view: NsaidView) -> list[Trace]:
    named = ((_("At the start"), "dot", view.before), (_("4 weeks up to the last answer"), "dash", view.now))
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "line": {"color": "@series", "width": 2, "dash": dash},
            "hoverinfo": "skip",
            "x": [max(span.first, view.first_day).isoformat(), min(span.last, view.last_day).isoformat()],
            "y": [round(span.days_per_week, 2)] * 2,
        }
        for name, dash, span in named
        if span and _in_sight(view, span)
    ]


def _in_sight(view: NsaidView, span: Span) -> bool:
    return span.first < view.last_day and span.last > view.first_day


def _labels(view: NsaidView) -> list[Label]:
    wanted = care_label(view.care, view.first_day, view.last_day)
    for name, span in ((_("Start"), view.before), (_("Last"), view.now)):
        if span and _in_sight(view, span):
            text = f"{name} {words.points(span.days_per_week)}"
            ends = (max(span.first, view.first_day).isoformat(), min(span.last, view.last_day).isoformat())
            places = [Place(ends[1], span.days_per_week, "left", "middle", xshift=4)]
            places += [
                Place(day, span.days_per_week, side, "bottom", yshift=up)
                for up in (3, 16, 30)
                for day, side in zip(ends[::-1], ("right", "left"), strict=True)
            ]
            wanted.append(Label((text,), "@series", tuple(places)))
    return wanted


def _tops(view: NsaidView, layout: dict[str, Any]) -> list[tuple[float, float]]:
    """List the bars as points for the labels to keep clear of."""
    frame = Frame(layout, *SIZE_PX)
    return [
        (frame.scales["x"](week.first.toordinal() + 3), frame.scales["y"](step / 2))
        for week in view.weeks
        for step in range(int(2 * (week.days_per_week or 0)) + 1)
    ]
