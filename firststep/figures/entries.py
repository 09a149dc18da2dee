"""How entries are drawn: each day's, each value of a week, or over many years from the lowest to the highest."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _

from firststep.figures import touch
from firststep.figures.legend import STROKES
from firststep.figures.series import WEEK, recorded, series, short, step_days
from firststep.figures.view import TrajectoryView, Values

Trace = dict[str, Any]


def entries(view: TrajectoryView) -> list[Trace]:
    """Draw the entries; those made from memory later are hollow."""
    step = step_days(len(view.values))
    on_time, later = (_("Entry of the day"), _("Entered later, from memory"))
    if step == WEEK:
        on_time, later = (_("Entries of a week"), _("Entries of a week, entered later, from memory"))
    if step > WEEK:
        on_time, later = (
            _("Lowest to highest entry of two weeks"),
            _("Lowest to highest of two weeks, entered later, from memory"),
        )
    kinds = ((on_time, _on_time(view), False), (later, _later(view), True))
    draw = _strokes if step > WEEK else _dots
    return [
        {
            "type": "scatter",
            "name": name,
            "cliponaxis": False,
            "hovertemplate": _touched(name, step),
            **draw(view.first_day, values, step, hollow=hollow),
        }
        for name, values, hollow in kinds
        if any(value is not None for value in values)
    ]


def _touched(name: str, step: int) -> str:
    """Say what one mark is: an entry, one of those of a week, or an end of a stroke with the other end."""
    if step == 1:
        return touch.named(name, f"%{{y}} ({touch.DAY})")
    return touch.named(_("%(name)s, one of them", name=name)) if step == WEEK else touch.named(name, "%{hovertext}")


def _on_time(view: TrajectoryView) -> Values:
    if not any(view.late):
        return view.values
    return tuple(None if late else value for value, late in zip(view.values, view.late, strict=True))


def _later(view: TrajectoryView) -> Values:
    if not any(view.late):
        return ()
    return tuple(value if late else None for value, late in zip(view.values, view.late, strict=True))


def _dots(first_day: date, values: Values, step: int, *, hollow: bool) -> Trace:
    marker = _marker(5 if len(values) <= 120 else 3, hollow=hollow)
    placed = series(first_day, values) if step == 1 else _by_week(first_day, values)
    return {"mode": "markers", "marker": marker, **placed}


def _by_week(first_day: date, values: Values) -> Trace:
    xs: list[str] = []
    ys: list[float | int | None] = []
    for begin in range(0, len(values), WEEK):
        week = recorded(values[begin : begin + WEEK])
        xs += [(first_day + timedelta(days=begin + WEEK // 2)).isoformat()] * len(week)
        ys += map(short, week)
    return {"x": xs, "y": ys}


def _strokes(first_day: date, values: Values, step: int, *, hollow: bool) -> Trace:
    """Draw an upright stroke a step, with a dot at both ends: one value alone is a dot."""
    xs: list[str] = []
    ys: list[float | int | None] = []
    said: list[str] = []
    for begin in range(0, len(values), step):
        if shared := [value for value in values[begin : begin + step] if value is not None]:
            low, high = min(shared), max(shared)
            ends = [short(low), short(high)] if low < high else [short(low)]
            xs += [(first_day + timedelta(days=begin + step // 2)).isoformat()] * (len(ends) + 1)
            ys += [*ends, None]
            said += ["\N{EN DASH}".join(map(str, ends))] * (len(ends) + 1)
    return {
        "hovertext": said[:-1],
        "mode": "lines+markers",
        "meta": STROKES,
        "marker": _marker(2, hollow=hollow),
        "line": {"color": "@point", "width": 1, "dash": "dot" if hollow else "solid"},
        "connectgaps": False,
        # Nothing stands behind the last.
        "x": xs[:-1],
        "y": ys[:-1],
    }


def _marker(size: int, *, hollow: bool) -> Trace:
    if hollow:
        return {"color": "@surface", "size": size + 0.5, "line": {"color": "@point", "width": 1.2}}
    return {"color": "@point", "size": size}
