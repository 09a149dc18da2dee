"""The table beside the trajectory in words: day by day, or month by month where the chart shows more than a year."""

from __future__ import annotations

from functools import cache

from flask_babel import gettext as _
from flask_babel import ngettext

from firststep.figures import care
from firststep.figures.months import Ends, MonthRow, month_rows
from firststep.figures.period import PERIODS
from firststep.figures.table import rows
from firststep.figures.view import TrajectoryView
from firststep.web import wording
from firststep.web.dates import months_of_years, short_dates
from firststep.web.panel import Table
from firststep.web.typography import NO_BREAK_SPACE

_MOST_DAYS = max(PERIODS)


def trajectory_table(view: TrajectoryView) -> Table:
    """Put the table of a view together."""
    if len(view.values) <= _MOST_DAYS:
        return Table(caption=_("Day by day"), head=_head_of_days(view), rows=_days(view), numeric=[1, 2])
    return Table(caption=_("Month by month"), head=_head_of_months(view), rows=_months(view), numeric=[1, 2, 3])


def _head_of_days(view: TrajectoryView) -> list[str]:
    beside = [companion.label for companion in view.companions]
    noted = [_("Noted")] if _happened(view) else []
    return [_("Day"), *_names_of_pain(view), *beside, _("Stretching"), _("NSAID"), *noted]


def _names_of_pain(view: TrajectoryView) -> list[str]:
    """Name the columns of entries and means; beside others the entries by measure and foot, with their mean."""
    return [view.measure_label if view.companions else _("Pain"), _("7-day mean")]


def _happened(view: TrajectoryView) -> bool:
    found = any(view.shows(event.day) for event in view.events)
    spells = any(spell.kind != "gap" for spell in view.spells)
    return bool(found or care.first_days(view) or view.visits or view.ratings or spells)


def _days(view: TrajectoryView) -> list[list[str | None]]:
    # Said once: a year has hundreds of rows.
    late, happened = " " + _("(from memory)"), _happened(view)
    stretch = {True: _("Done"), False: _("Not done"), None: None}
    nsaid = {True: _("Yes"), False: _("No"), None: None}
    pain, means, short_date = cache("{:g}".format), cache(wording.points), short_dates()
    return [
        [
            short_date(row.day).replace(" ", NO_BREAK_SPACE),
            None if row.pain is None else pain(row.pain) + (late if row.late else ""),
            None if row.mean is None else means(round(row.mean, 4)),
            *[None if value is None else pain(value) for value in row.beside],
            stretch[row.stretch],
            nsaid[row.nsaid],
            *([", ".join(row.noted) or None] if happened else []),
        ]
        for row in rows(view)
    ]


def _head_of_months(view: TrajectoryView) -> list[str]:
    noted = [_("Noted")] if _happened(view) else []
    return [
        _("Month"),
        _("Pain range"),
        _("Entries"),
        _("Last 7-day mean"),
        *(companion.label for companion in view.companions),
        _("Days of stretching"),
        _("Days with an NSAID"),
        *noted,
    ]


def _months(view: TrajectoryView) -> list[list[str | None]]:
    month, happened = months_of_years(), _happened(view)
    # Said once, as the two months of a table that are alike are few.
    ends, points, of_answered = cache(_ends), cache(wording.points), _("%(days)s of %(answered)s")

    def days(told: tuple[int, int]) -> str | None:
        """Write the days with a yes among those with an answer; without an answer nothing is said."""
        return of_answered % {"days": told[0], "answered": told[1]} if told[1] else None

    return [
        [
            month(row.first),
            ends(row.pain),
            str(row.entries) if row.entries else None,
            None if row.mean is None else points(round(row.mean, 4)),
            *map(ends, row.beside),
            days(row.stretch),
            days(row.nsaid),
            *([", ".join(_noted(row)) or None] if happened else []),
        ]
        for row in month_rows(view)
    ]


def _ends(pain: Ends | None) -> str | None:
    if pain is None:
        return None
    low, high = pain
    return f"{low:g}" if low == high else f"{low:g}\N{EN DASH}{high:g}"


def _noted(row: MonthRow) -> list[str]:
    if not row.sessions:
        return list(row.noted)
    # On one line, as it is all that most months have: the row is no higher for it.
    sessions = ngettext("%(num)d treatment", "%(num)d treatments", row.sessions)
    return [sessions.replace(" ", NO_BREAK_SPACE), *row.noted]
