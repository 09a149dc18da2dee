"""Published figures beside a person's own course: relief windows and peer-reviewed points."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import gettext as _

from firststep.figures import touch, words
from firststep.figures.labels import Label, Place
from firststep.figures.legend import OUTLINE
from firststep.figures.series import short
from firststep.figures.view import PublishedPoint, ReliefWindow, TrajectoryView

Trace = dict[str, Any]
OTHER_DASHES = ("dot", "dash")
#: Over longer periods the wedge is narrower than its name, which then stands in the legend alone.
_WEDGE_NAMED_UP_TO = 120
#: How far points of one day stand apart, as a share of the period: as wide as a marker.
_APART_SHARE = 0.026


def windows(view: TrajectoryView) -> list[Trace]:
    """Draw each arm's relief window, with the wedge that leads to the person's own."""
    traces: list[Trace] = []
    others = 0
    for window in view.windows:
        name = _window_name(window)
        if window.own:
            traces += [*_wedge(view, window), *_box(view, window, name, "@band", "solid", 0.16)]
            traces += _after(view, window)
        else:
            traces += _box(view, window, name, "@other", OTHER_DASHES[others % 2], 0.07)
            others += 1
    return traces


def _window_name(window: ReliefWindow) -> str:
    if window.pain_type_stated:
        return str(_("%(arm)s: clinic-reported, not peer-reviewed", arm=window.label))
    return str(_("%(arm)s: clinic-reported, not peer-reviewed, pain type not stated", arm=window.label))


def published(view: TrajectoryView) -> list[Trace]:
    """Draw the peer-reviewed points, each with its interval where one was verified."""
    days = len(view.values)
    return [_published(point, moment, words.day_within(point.day, days)) for point, moment in _side_by_side(view)]


def _side_by_side(view: TrajectoryView) -> list[tuple[PublishedPoint, str]]:
    """Set points of one day a little apart, so that their intervals can be told from each other."""
    shown = _published_in_sight(view)
    apart = timedelta(days=len(view.values) * _APART_SHARE)
    placed = []
    for point in shown:
        same_day = [other for other in shown if other.day == point.day]
        steps = same_day.index(point) - (len(same_day) - 1) / 2
        moment = datetime.combine(point.day, time()) + steps * apart
        written = moment.date().isoformat() if len(same_day) == 1 else moment.isoformat(" ", "minutes")
        placed.append((point, written))
    return placed


def _published(point: PublishedPoint, moment: str, day: str) -> Trace:
    trace: Trace = {
        "type": "scatter",
        "mode": "markers",
        "name": _(
            "%(number)s %(source)s: %(treatment)s (peer-reviewed, grade %(grade)s)",
            number=point.number,
            source=point.source,
            treatment=point.treatment,
            grade=point.grade,
        ),
        "marker": {"color": "@published", "size": 8, "symbol": "square"},
        "cliponaxis": False,
        "hovertemplate": touch.named(f"{point.number} {point.source}", f"%{{y:.1f}} ({day})"),
        "x": [moment],
        "y": [short(point.value)],
    }
    if point.low is not None and point.high is not None:
        trace["error_y"] = {
            "type": "data",
            "symmetric": False,
            "array": [round(point.high - point.value, 2)],
            "arrayminus": [round(point.value - point.low, 2)],
            "color": "@published",
            "thickness": 1.5,
            "width": 4,
        }
    return trace


def published_marks(view: TrajectoryView) -> list[tuple[str, float]]:
    """List where the peer-reviewed points and the ends of their intervals stand."""
    return [
        (moment, level)
        for point, moment in _side_by_side(view)
        for level in (point.value, point.low, point.high)
        if level is not None
    ]


def own_labels(view: TrajectoryView) -> list[Label]:
    """Label the person's own window, the line after it, and the wedge that leads to it."""
    labels: list[Label] = []
    for window in view.windows:
        if window.own:
            labels += _after_label(view, window)
            labels += _box_label(view, window)
            labels += _guide_label(view, window)
    return labels


def _box_label(view: TrajectoryView, window: ReliefWindow) -> list[Label]:
    if not _box_in_sight(view, window):
        return []
    opens, closes = _edges(view, window)
    texts = (_("%(arm)s: clinic report,", arm=window.label), _("not peer-reviewed"))
    places = (
        Place(closes, window.upper, "left", "top", xshift=5, yshift=-2),
        Place(opens, window.upper, "left", "bottom", yshift=3),
        Place(closes, window.upper, "left", "bottom", xshift=5, yshift=3),
        Place(closes, window.upper, "left", "bottom", xshift=5, yshift=22),
        Place(closes, window.lower, "left", "bottom", xshift=5, yshift=18),
        Place(closes, window.upper, "right", "bottom", yshift=3),
        Place(opens, window.lower, "left", "top", yshift=-3),
        Place(closes, window.lower, "right", "top", yshift=-3),
        Place(opens, window.lower, "right", "bottom", xshift=-5),
        Place(closes, window.upper, "left", "bottom", xshift=5, yshift=40),
        Place(opens, window.upper, "left", "bottom", yshift=22),
        Place(opens, window.upper, "left", "bottom", yshift=40),
    )
    return [Label(texts, "@band", places)]


def _after_label(view: TrajectoryView, window: ReliefWindow) -> list[Label]:
    if not _after(view, window):
        return []
    texts: tuple[str, ...] = (
        _("reported average:"),
        _("%(points)s below the start", points=words.points(window.reduction)),
    )
    if window.is_clipped:
        texts = (*texts, _("ends at 0: %(percent)s %% of the start", percent=round(window.percent)))
    if not _box_in_sight(view, window):
        texts = (*texts, _("clinic report, not peer-reviewed"))
    begin = max(window.closes, view.first_day)
    shares = ((1.0, "right", 0), (0.0, "left", 4), (0.66, "center", 0), (0.33, "center", 0))
    spots = [((begin + share * (view.last_day - begin)).isoformat(), side, across) for share, side, across in shares]
    # Beside the line, or some lines of text away from it where the person's own entries lie on it.
    places = tuple(
        Place(day, window.average, side, row, across, up)
        for row, up in (("bottom", 3), ("top", -3), ("bottom", 18), ("top", -18), ("bottom", 32))
        for day, side, across in spots
    )
    return [Label(texts, "@band", places)]


def _guide_label(view: TrajectoryView, window: ReliefWindow) -> list[Label]:
    if not _wedge(view, window) or len(view.values) > _WEDGE_NAMED_UP_TO:
        return []
    opens, _closes = _edges(view, window)
    start = max(window.starts, view.first_day)
    middle = (start + (window.opens - start) / 2).isoformat()
    level = (window.baseline + window.lower) / 2
    places = (
        Place(opens, level, "right", "middle", xshift=-3),
        Place(opens, (window.upper + window.lower) / 2, "right", "middle", xshift=-3),
        Place(opens, window.lower, "right", "bottom", xshift=-3),
        Place(opens, window.lower, "right", "top", xshift=-3),
        Place(middle, level, "left", "top"),
    )
    return [Label((_("guide, not data"),), "@band", places, dropped=True)]


def other_labels(view: TrajectoryView) -> list[Label]:
    """Name the windows of other arms, and number the peer-reviewed points."""
    labels = [
        Label(
            (str(point.number),),
            "@published",
            tuple(
                Place(moment, point.value, side, row, across, up)
                for side, row, across, up in (
                    ("left", "middle", 7, 0),
                    ("right", "middle", -7, 0),
                    ("left", "bottom", 5, 5),
                    ("right", "top", -5, -5),
                )
            ),
        )
        for point, moment in _side_by_side(view)
    ]
    for window in view.windows:
        if window.own or not _box_in_sight(view, window):
            continue
        opens, closes = _edges(view, window)
        places = (
            Place(closes, window.lower, "right", "bottom", xshift=-3, yshift=2),
            Place(opens, window.lower, "left", "top", yshift=-2),
            Place(closes, window.lower, "right", "top", yshift=-2),
            Place(opens, window.lower, "right", "bottom", xshift=-3),
            Place(closes, window.upper, "left", "top", xshift=4, yshift=-2),
            Place(closes, window.lower, "left", "bottom", xshift=4),
            Place(closes, window.upper, "right", "bottom", yshift=2),
            Place(opens, window.upper, "left", "bottom", yshift=2),
        )
        labels.append(Label((window.label,), "@other", places))
    return labels


def _box_in_sight(view: TrajectoryView, window: ReliefWindow) -> bool:
    return window.opens <= view.last_day and window.closes >= view.first_day


def _edges(view: TrajectoryView, window: ReliefWindow) -> tuple[str, str]:
    """Give the part of the window's weeks that the period shows."""
    opens, closes = (min(max(day, view.first_day), view.last_day) for day in (window.opens, window.closes))
    return opens.isoformat(), closes.isoformat()


def _published_in_sight(view: TrajectoryView) -> list[PublishedPoint]:
    return [point for point in view.published if view.shows(point.day)]


def _area(name: str, colour: str, opacity: float, corners: list[tuple[date, float]]) -> Trace:
    return {
        "type": "scatter",
        "mode": "none",
        "name": name,
        "fill": "toself",
        "fillcolor": colour,
        "opacity": opacity,
        "hoverinfo": "skip",
        "x": [day.isoformat() for day, _level in corners],
        "y": [round(level, 2) for _day, level in corners],
    }


def _stroke(name: str, colour: str, dash: str, points: list[tuple[date, float]]) -> Trace:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "line": {"color": colour, "width": 1.5, "dash": dash},
        "hoverinfo": "skip",
        "x": [day.isoformat() for day, _level in points],
        "y": [round(level, 2) for _day, level in points],
    }


def _box(view: TrajectoryView, window: ReliefWindow, name: str, colour: str, dash: str, opacity: float) -> list[Trace]:
    if not _box_in_sight(view, window):
        return []
    corners = [
        (window.opens, window.upper),
        (window.closes, window.upper),
        (window.closes, window.lower),
        (window.opens, window.lower),
    ]
    edge = {**_stroke(name, colour, dash, [*corners, corners[0]]), "meta": OUTLINE}
    return [_area(name, colour, opacity, corners), edge]


def _wedge(view: TrajectoryView, window: ReliefWindow) -> list[Trace]:
    """Draw the light wedge from week 0 to the box: no course is known between the two."""
    if window.starts > view.last_day or window.opens < view.first_day:
        return []
    corners = [
        (window.starts, window.baseline),
        (window.opens, window.upper),
        (window.opens, window.lower),
    ]
    return [_area(_("Guide, not data"), "@guide", 0.1, corners)]


def _after(view: TrajectoryView, window: ReliefWindow) -> list[Trace]:
    """Draw the level of the reported average from the window's end on."""
    if window.closes >= view.last_day:
        return []
    name = _("Baseline minus the average of that report")
    if not _box_in_sight(view, window):
        name = _("Baseline minus the average that a clinic reported, not peer-reviewed")
    ends = [(window.closes, window.average), (view.last_day, window.average)]
    return [_stroke(name, "@band", "dash", ends)]
