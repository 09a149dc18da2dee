"""What happened meanwhile: sessions and own ratings below the chart, and spells of days as light ground."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from firststep.figures import touch
from firststep.figures.axes import PAIN_TOP
from firststep.figures.labels import Label, Place
from firststep.figures.parted import parted, uprights
from firststep.figures.series import WEEK, step_days
from firststep.figures.view import OwnRating, Spell, TrajectoryView, Visit

Trace = dict[str, Any]
#: A spell, and the first and the last day of it that the period shows.
_Seen = tuple[Spell, date, date]

#: Where sessions and ratings stand below the pain of 0, and where the axis then begins.
_BELOW_AT, _LOWEST = -0.55, -1.1
#: Colour, opacity and dash of a spell's ground and edges: told apart by edge and label too.
_LOOKS = {"flare": ("@event", 0.1, "dash"), "pause": ("@quiet", 0.14, "dot"), "gap": ("@quiet", 0.07, "solid")}
_SPELLS = {"flare": _l("Flare-up"), "pause": _l("Pause"), "gap": _l("Too few entries for over 14 days")}
#: Over longer periods a spell is narrower than its name, which then stands in the legend alone.
_NAMED_FROM_SHARE = 0.1


def lowest(view: TrajectoryView) -> float:
    """Return where the pain axis begins: below 0 where sessions or ratings stand under it."""
    return _LOWEST if view.shown_visits or _ratings(view) else 0


def visits(view: TrajectoryView) -> list[Trace]:
    """Draw a tick for every treatment session of the period, or over many years for those of two weeks."""
    edge = {"color": "@event", "width": 2 if len(view.values) <= 120 else 1}
    marker = {"color": "@event", "size": 9, "symbol": "line-ns", "line": edge}
    return _below(_("Treatment session"), marker, _ticks(view))


def ratings(view: TrajectoryView) -> list[Trace]:
    """Draw a square for each of the person's own ratings in the period; on a session's tick it lies above it."""
    marker = {"color": "@surface", "size": 8, "symbol": "square", "line": {"color": "@series", "width": 1.5}}
    return _below(_("Own rating of the whole change"), marker, _ratings(view))


def _below(name: str, marker: dict[str, Any], shown: Sequence[Visit | OwnRating]) -> list[Trace]:
    if not shown:
        return []
    day = f" ({touch.DATE})"
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": name,
            "marker": marker,
            "cliponaxis": False,
            "hovertext": [touch.in_lines(one.label, day) for one in shown],
            "hovertemplate": f"%{{hovertext}}{day}<extra></extra>",
            "x": [one.day.isoformat() for one in shown],
            "y": [_BELOW_AT] * len(shown),
        }
    ]


def _ticks(view: TrajectoryView) -> Sequence[Visit]:
    """List the sessions, of those that would stand on each other the first, with how many they are."""
    step = step_days(len(view.values))
    if step <= WEEK:
        return view.shown_visits
    together: dict[int, list[Visit]] = defaultdict(list)
    first = view.first_day.toordinal()
    for visit in view.shown_visits:
        together[(visit.day.toordinal() - first) // step].append(visit)
    count = cache(_count)
    return [those[0] if len(those) == 1 else Visit(those[0].day, count(len(those))) for those in together.values()]


def _count(num: int) -> str:
    return str(ngettext("%(num)d treatment in two weeks", "%(num)d treatments in two weeks", num))


def _ratings(view: TrajectoryView) -> list[OwnRating]:
    return [rating for rating in view.ratings if view.shows(rating.day)]


def spells(view: TrajectoryView) -> list[Trace]:
    """Draw the grounds of the spells with their edges: of one kind all at once, as ten years have dozens."""
    of_kind: dict[str, list[_Seen]] = defaultdict(list)
    for seen in in_sight(view):
        of_kind[seen[0].kind].append(seen)
    return [trace for kind, shown in of_kind.items() for trace in (_grounds(kind, shown), *_edges(kind, shown, view))]


def spell_name(kind: str) -> str:
    """Name a kind of spell."""
    return str(_SPELLS[kind])


def in_sight(view: TrajectoryView) -> list[_Seen]:
    """List the spells of the period with the part of them that is seen; what goes on is seen up to today."""
    found = []
    for spell in view.spells:
        last = min(spell.last or view.today or view.last_day, view.last_day)
        first = max(spell.first, view.first_day)
        if first <= last:
            found.append((spell, first, last))
    return found


def _grounds(kind: str, shown: list[_Seen]) -> Trace:
    colour, opacity, _dash = _LOOKS[kind]
    top = PAIN_TOP
    corners = [(day, level) for _, a, b in shown for day, level in ((a, top), (b, top), (b, 0), (a, 0), (a, None))]
    return {
        "type": "scatter",
        "mode": "none",
        "name": spell_name(kind),
        "fill": "toself",
        "fillcolor": colour,
        "opacity": opacity,
        "hoverinfo": "skip",
        **parted(corners),
    }


def _edges(kind: str, shown: list[_Seen], view: TrajectoryView) -> list[Trace]:
    """Draw the ends that are known: a spell that goes on has one, and so has one that the period cuts."""
    colour, _opacity, dash = _LOOKS[kind]
    ends = []
    for spell, first, last in shown:
        ends += [first] if view.shows(spell.first) else []
        if spell.last is not None and view.shows(spell.last) and last != first:
            ends.append(last)
    if not ends:
        return []
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": spell_name(kind),
            "line": {"color": colour, "width": 1, "dash": dash},
            "hoverinfo": "skip",
            **uprights(ends),
        }
    ]


def spell_labels(view: TrajectoryView) -> list[Label]:
    """Name flare-ups and pauses; a gap is named by the legend, as its emptiness is seen."""
    labels = []
    for spell, first, last in in_sight(view):
        if spell.kind == "gap" or (last - first).days < _NAMED_FROM_SHARE * len(view.values) / 3:
            continue
        middle = (first + (last - first) / 2).isoformat()
        places = tuple(
            Place(day, level, side, "top", xshift=shift)
            for level in (PAIN_TOP, 9.5, 8.7, 0.9)
            for day, side, shift in (
                (middle, "center", 0),
                (first.isoformat(), "left", 3),
                (last.isoformat(), "right", -3),
            )
        )
        labels.append(Label((spell_name(spell.kind),), _LOOKS[spell.kind][0], places, dropped=True))
    return labels
