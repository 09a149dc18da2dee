"""What happened meanwhile: treatment sessions as ticks below the chart, and spells of days as light ground."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext as _

from firststep.figures.labels import Label, Place
from firststep.figures.view import Spell, TrajectoryView, Visit

Trace = dict[str, Any]

_TOP = 10.3
#: Where sessions stand below the pain of 0, and where the axis then begins.
_VISITS_AT, _LOWEST = -0.55, -1.1
#: Colour, opacity and dash of a spell's ground and edges: told apart by edge and label too.
_LOOKS = {"flare": ("@event", 0.1, "dash"), "pause": ("@quiet", 0.14, "dot"), "gap": ("@quiet", 0.07, "solid")}
#: Over longer periods a spell is narrower than its name, which then stands in the legend alone.
_NAMED_FROM_SHARE = 0.1


def lowest(view: TrajectoryView) -> float:
    """Return where the pain axis begins: below 0 where sessions stand under it."""
    return _LOWEST if _visits(view) else 0


def visits(view: TrajectoryView) -> list[Trace]:
    """Draw a tick for every treatment session of the period."""
    shown = _visits(view)
    if not shown:
        return []
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": _("Treatment session"),
            "marker": {
                "color": "@event",
                "size": 9,
                "symbol": "line-ns",
                "line": {"color": "@event", "width": 2 if len(view.values) <= 120 else 1},
            },
            "cliponaxis": False,
            "hovertext": [visit.label for visit in shown],
            "hovertemplate": "%{hovertext}<extra></extra>",
            "x": [visit.day.isoformat() for visit in shown],
            "y": [_VISITS_AT] * len(shown),
        }
    ]


def visit_marks(view: TrajectoryView) -> list[tuple[str, float]]:
    """List where the ticks stand."""
    return [(visit.day.isoformat(), _VISITS_AT) for visit in _visits(view)]


def _visits(view: TrajectoryView) -> list[Visit]:
    return [visit for visit in view.visits if view.shows(visit.day)]


def spells(view: TrajectoryView) -> list[Trace]:
    """Draw the ground of each spell, with its edges."""
    return [
        trace
        for spell, first, last in _in_sight(view)
        for trace in (_ground(spell, first, last), *_edges(spell, first, last, view))
    ]


def spell_name(kind: str) -> str:
    """Name a kind of spell."""
    names = {
        "flare": _("Flare-up"),
        "pause": _("Pause"),
        "gap": _("Too few entries for over 14 days"),
    }
    return str(names[kind])


def _in_sight(view: TrajectoryView) -> list[tuple[Spell, date, date]]:
    """List the spells of the period with the part of them that is seen; what goes on is seen up to today."""
    found = []
    for spell in view.spells:
        last = min(spell.last or view.today or view.last_day, view.last_day)
        first = max(spell.first, view.first_day)
        if first <= last:
            found.append((spell, first, last))
    return found


def _ground(spell: Spell, first: date, last: date) -> Trace:
    colour, opacity, _dash = _LOOKS[spell.kind]
    return {
        "type": "scatter",
        "mode": "none",
        "name": spell_name(spell.kind),
        "fill": "toself",
        "fillcolor": colour,
        "opacity": opacity,
        "hoverinfo": "skip",
        "x": [day.isoformat() for day in (first, last, last, first)],
        "y": [_TOP, _TOP, 0, 0],
    }


def _edges(spell: Spell, first: date, last: date, view: TrajectoryView) -> list[Trace]:
    """Draw the ends that are known: a spell that goes on has one, and so has one that the period cuts."""
    colour, _opacity, dash = _LOOKS[spell.kind]
    ends = [first] if view.shows(spell.first) else []
    if spell.last is not None and view.shows(spell.last) and last != first:
        ends.append(last)
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": spell_name(spell.kind),
            "line": {"color": colour, "width": 1, "dash": dash},
            "hoverinfo": "skip",
            "x": [end.isoformat()] * 2,
            "y": [0, _TOP],
        }
        for end in ends
    ]


def spell_labels(view: TrajectoryView) -> list[Label]:
    """Name flare-ups and pauses; a gap is named by the legend, as its emptiness is seen."""
    labels = []
    for spell, first, last in _in_sight(view):
        if spell.kind == "gap" or (last - first).days < _NAMED_FROM_SHARE * len(view.values) / 3:
            continue
        middle = (first + (last - first) / 2).isoformat()
        places = tuple(
            Place(day, level, side, "top", xshift=shift)
            for level in (_TOP, 9.5, 8.7, 0.9)
            for day, side, shift in (
                (middle, "center", 0),
                (first.isoformat(), "left", 3),
                (last.isoformat(), "right", -3),
            )
        )
        labels.append(Label((spell_name(spell.kind),), _LOOKS[spell.kind][0], places, dropped=True))
    return labels
