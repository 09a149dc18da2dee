"""NSAID use week by week or month by month: days with an oral NSAID, with gels and paracetamol apart from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, TypeAlias

from flask_babel import gettext as _
from flask_babel import ngettext

from firststep.figures import labels, touch, words
from firststep.figures.axes import frame_layout, strip_axis, time_axis, value_axis
from firststep.figures.labels import Label, Place
from firststep.figures.scales import Frame
from firststep.figures.strips import grounds
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
    touched_title,
)

Trace = dict[str, Any]

#: The name, the colour, and the days of each week or month.
_Beside: TypeAlias = tuple[str, str, list[int]]

#: A strip is at least so many days high, so that one day does not look like a whole week.
_FEWEST_OF_STRIP = 4


@dataclass(frozen=True, kw_only=True)
class NsaidPart:
    """One week or month: oral NSAID-days per week, None with too few answers; what was noted beside, in words.

    ``gel_days`` and ``paracetamol_days`` are days with such a dose noted: nobody asks for them each day, so a day
    without one says nothing.
    """

    first: date
    last: date
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
    """All that the chart shows; its weeks or months follow each other without a hole."""

    parts: tuple[NsaidPart, ...]
    step: Step = WEEK
    care: CareStart | None = None
    before: Span | None = None
    now: Span | None = None

    @property
    def first_day(self) -> date:
        """The first day that is shown."""
        return self.parts[0].first

    @property
    def last_day(self) -> date:
        """The last day that is shown."""
        return self.parts[-1].last

    @property
    def care_on(self) -> CareOn:
        """The start of care on an axis of days a week."""
        return CareOn(care=self.care, first_day=self.first_day, last_day=self.last_day)


def nsaid_use_chart(view: NsaidView) -> dict[str, Any]:
    """Draw up the chart as a Plotly figure: a plain dict."""
    beside = _beside(view)
    layout = _layout(view, beside)
    layout["shapes"] = [
        *grounds([f"y{at}" for at in range(2, 2 + len(beside))]),
        *care_line(view.care_on),
    ]
    layout["annotations"] = [
        _title(_("Days with an NSAID a week"), 1.0, up=8),
        *(
            _title(name, layout[f"yaxis{at}"]["domain"][1], up=2)
            for at, (name, _colour, _days) in enumerate(beside, start=2)
        ),
        *labels.arrange(_labels(view), _tops(view, layout), layout, SIZE_PX),
    ]
    data = [*_parts(view), *_spans(view)]
    for at, (name, colour, days) in enumerate(beside, start=2):
        rows = [
            (part.first, count, f"{name}: {count}") for part, count in zip(view.parts, days, strict=True) if count > 0
        ]
        data.append(bars(name, colour, rows, view.step, axis=f"y{at}"))
    return {"data": data, "layout": layout}


def _layout(view: NsaidView, beside: list[_Beside]) -> dict[str, Any]:
    strips = len(beside)
    floor, last_axis = 0.24 * strips, f"y{strips + 1}" if strips else "y"
    layout = {
        **frame_layout((view.last_day - view.first_day).days),
        "xaxis": time_axis(view.first_day, view.last_day, anchor=last_axis, touched=touched_title(view.step)),
        "yaxis": value_axis((0, view.care_on.top), (floor, 1.0), [0, 2, 4, 6] if strips < 2 else [0, 3, 6]),
    }
    for at in range(strips):
        bottom = floor - 0.24 * (at + 1)
        layout[f"yaxis{at + 2}"] = strip_axis((bottom, bottom + 0.09), highest=max(_FEWEST_OF_STRIP, *beside[at][2]))
    return layout


def _title(text: str, level: float, *, up: float) -> dict[str, Any]:
    where = {"x": 0, "y": level, "xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
    return labels.note(text, "@ink", **where, xshift=-20 if up > 2 else 0, yshift=up)


def _beside(view: NsaidView) -> list[_Beside]:
    """List what was noted that is no oral NSAID, each with its days a week or month."""
    kinds = (
        (_("Days with a gel noted"), "@other", [part.gel_days for part in view.parts]),
        (_("Days with paracetamol noted"), "@quiet", [part.paracetamol_days for part in view.parts]),
    )
    return [kind for kind in kinds if any(kind[2])]


def _parts(view: NsaidView) -> list[Trace]:
    taken, none, few = [], [], []
    # They are much alike: what they share is written once.
    answered, in_words = cache(_answered), cache(_days_a_week)
    for part in view.parts:
        told = [] if part.days_per_week is None else [in_words(part.days_per_week)]
        text = touch.BREAK.join([", ".join([*told, answered(part.answered)]), *_in_lines(part.doses)])
        if part.days_per_week is None:
            few += [(part.first, 0.0, text)] if part.answered else []
        elif part.days_per_week > 0:
            taken.append((part.first, part.days_per_week, text))
        else:
            none.append((part.first, 0.0, text))
    count, step, (of_taken, of_none, of_few) = len(view.parts), view.step, _names(view.step)
    drawn = (
        (taken, bars(of_taken, "@strip", taken, step)),
        (none, marks(of_none, dot(count, hollow=False), none, step)),
        (few, marks(of_few, dot(count, hollow=True), few, step)),
    )
    return [trace for rows, trace in drawn if rows]


def _in_lines(doses: str) -> list[str]:
    """Give each drug a line of its own."""
    return [touch.in_lines(dose) for dose in doses.split("; ") if dose]


def _names(step: Step) -> tuple[str, str, str]:
    """Name the bars, the marks of none, and those of too few answers."""
    if step == MONTH:
        return _("NSAID days a week, of each month"), _("None in the month"), _("Too few answers in the month")
    return _("Days with an NSAID in the week"), _("None in the week"), _("Too few answers in the week")


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
    wanted = care_label(view.care_on)
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
        (frame.scales["x"](part.first.toordinal() + view.step.middle_days), frame.scales["y"](half / 2))
        for part in view.parts
        for half in range(int(2 * (part.days_per_week or 0)) + 1)
    ]
