"""The main chart: a person's own pain day by day, beside what has been reported for others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from firststep.figures import benchmarks, care, companions, happenings, labels, strips, touch, words
from firststep.figures.axes import fixed_layout
from firststep.figures.entries import entries
from firststep.figures.labels import Label, Place
from firststep.figures.marks import Point
from firststep.figures.names import finding_name
from firststep.figures.scales import Frame, position, xs_of
from firststep.figures.series import DAILY_UP_TO, mean_line, short
from firststep.figures.view import Event, TrajectoryView

Trace = dict[str, Any]

#: A label on a marker of its own hides more than one on an entry among others.
_WEIGHT = 8
_SPOT_PX = 4
#: Three for each spot across a phone.
_MARKS_ENOUGH = 260


def trajectory(view: TrajectoryView, size_px: tuple[int, int] = labels.NARROWEST_PX) -> dict[str, Any]:
    """Draw up the chart of one measure and foot as a Plotly figure: a plain dict.

    Values on the y axis are pain from 0 to 10; the x axis is days. Colours are roles (``theme``). ``size_px`` is the
    least width and height that it is drawn at: labels that are clear of each other there may not be in less.
    """
    layout = fixed_layout(view.first_day, view.last_day, lowest=happenings.lowest(view))
    course = [*entries(view), *companions.lines(view), *_means(view)]
    below = [*happenings.visits(view), *happenings.ratings(view)]
    layout["shapes"] = [*strips.grounds(["y2", "y3"]), *care.line(view)]
    wanted = [
        *care.labels(view),
        *_baseline_label(view),
        *_event_labels(view),
        *companions.end_labels(view),
    ]
    wanted += [*benchmarks.own_labels(view), *benchmarks.other_labels(view), *happenings.spell_labels(view)]
    layout["annotations"] = [
        labels.note(
            _("%(measure)s, 0–10", measure=view.measure_label),
            "@ink",
            x=0,
            y=1,
            xref="paper",
            yref="paper",
            xanchor="left",
            yanchor="bottom",
            xshift=-20,
            yshift=8,
        ),
        *strips.titles(),
        *labels.arrange(wanted, _points(view, course, below, Frame(layout, *size_px)), layout, size_px),
    ]
    data = [
        *happenings.spells(view),
        *care.earlier_lines(view),
        *benchmarks.windows(view),
        *_baseline_line(view),
        *course,
    ]
    data += [*_baseline_mark(view), *benchmarks.published(view), *_events(view)]
    data += [*below, *strips.traces(view)]
    return {"data": data, "layout": layout}


def _means(view: TrajectoryView) -> list[Trace]:
    """Draw the 7-day mean as a line that stops where it is not valid."""
    look = {"color": "@series", "width": 2.5 if len(view.means) <= DAILY_UP_TO else 1.5}
    return mean_line(_("7-day mean"), view.first_day, view.means, look)


def _baseline_line(view: TrajectoryView) -> list[Trace]:
    """Draw the baseline's level as a dotted line from its day on."""
    if view.baseline is None or view.baseline.day > view.last_day:
        return []
    level = short(view.baseline.value)
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": _("Baseline"),
            "line": {"color": "@baseline", "width": 1, "dash": "dot"},
            "hoverinfo": "skip",
            "x": [max(view.baseline.day, view.first_day).isoformat(), view.last_day.isoformat()],
            "y": [level, level],
        }
    ]


def _baseline_mark(view: TrajectoryView) -> list[Trace]:
    """Mark the baseline on its day."""
    if view.baseline is None or not view.shows(view.baseline.day):
        return []
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": _("Baseline"),
            "marker": {
                "color": "@surface",
                "size": 8,
                "symbol": "diamond",
                "line": {"color": "@baseline", "width": 1.5},
            },
            "hovertemplate": touch.named(_("Baseline"), "%{y:.1f}"),
            "x": [view.baseline.day.isoformat()],
            "y": [short(view.baseline.value)],
        }
    ]


def _baseline_label(view: TrajectoryView) -> list[Label]:
    if view.baseline is None or view.baseline.day > view.last_day:
        return []
    level, last = view.baseline.value, view.last_day.isoformat()
    begin = max(view.baseline.day, view.first_day).isoformat()
    text = _("Baseline %(points)s", points=words.points(level))
    middle = (view.first_day + (view.last_day - view.first_day) / 2).isoformat()
    places = (
        Place(last, level, "right", "bottom", yshift=2),
        Place(last, level, "right", "top", yshift=-2),
        Place(begin, level, "left", "bottom", xshift=6, yshift=2),
        Place(middle, level, "center", "bottom", yshift=2),
        Place(begin, level, "left", "top", xshift=6, yshift=-4),
    )
    return [Label((text,), "@baseline", places)]


_EVENT_SYMBOLS = {
    "relief": ("triangle-down", "@event"),
    "possible_relief": ("triangle-down", "@surface"),
    "relapse": ("triangle-up", "@event"),
}


def _shown_events(view: TrajectoryView) -> list[Event]:
    return [event for event in view.events if view.shows(event.day)]


def _events(view: TrajectoryView) -> list[Trace]:
    traces = []
    for event in _shown_events(view):
        symbol, fill = _EVENT_SYMBOLS[event.kind]
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": finding_name(event.kind),
                "marker": {
                    "color": fill,
                    "size": 11,
                    "symbol": symbol,
                    "line": {"color": "@event", "width": 1.5},
                },
                "hovertemplate": touch.named(finding_name(event.kind), f"%{{y:.1f}} ({touch.DATE})"),
                "x": [event.day.isoformat()],
                "y": [short(event.value)],
            }
        )
    return traces


def _event_text(event: Event, view: TrajectoryView) -> str:
    day = words.day_within(event.day, len(view.values))
    texts = {
        "relief": _("Relief %(day)s", day=day),
        "possible_relief": _("Relief? %(day)s", day=day),
        "relapse": _("Relapse %(day)s", day=day),
    }
    return str(texts[event.kind])


def _event_labels(view: TrajectoryView) -> list[Label]:
    around = [
        (side, row, up * way)
        for up in (9, 22, 36, 50)
        for row, way in (("bottom", 1), ("top", -1))
        for side in ("left", "center", "right")
    ]
    return [
        Label(
            (_event_text(event, view),),
            "@ink",
            tuple(Place(event.day.isoformat(), event.value, side, row, yshift=up) for side, row, up in around),
        )
        for event in _shown_events(view)
    ]


def _points(view: TrajectoryView, course: list[Trace], below: list[Trace], frame: Frame) -> list[Point]:
    """List the marks that labels should keep clear of, in pixels of the smallest drawing.

    Marks that share a spot of a few pixels look like one there, and count once.
    """
    light: set[Point] = set()
    for trace in course:
        xs, ys = xs_of(trace), trace["y"]
        # Where a line has many marks in the width of a spot, some of them tell where it is.
        step = max(1, len(xs) // _MARKS_ENOUGH) if trace["mode"] == "lines" else 1
        light |= _spots(frame, xs[::step], ys[::step])
    marks = [(event.day.isoformat(), event.value) for event in _shown_events(view)]
    marks += benchmarks.published_marks(view)
    heavy = _spots(frame, [position(moment) for moment, _value in marks], [value for _moment, value in marks])
    for trace in below:
        heavy |= _spots(frame, xs_of(trace), trace["y"])
    return [*light, *list(heavy) * _WEIGHT]


def _spots(frame: Frame, xs: Sequence[float], ys: Sequence[float | None]) -> set[Point]:
    """Return the middles of the spots in which some values lie."""
    (left, across), (ground, down) = ([part / _SPOT_PX for part in frame.scales[axis].line] for axis in ("x", "y"))
    spots = {((left + x * across) // 1, (ground + y * down) // 1) for x, y in zip(xs, ys, strict=True) if y is not None}
    return {((across + 0.5) * _SPOT_PX, (down + 0.5) * _SPOT_PX) for across, down in spots}
