"""The table beside a chart of more than a year: the same view by month, so that picture and table cannot differ."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from typing import NamedTuple

from firststep.clinical.week import Month, months_between
from firststep.figures import care
from firststep.figures.happenings import in_sight, spell_name
from firststep.figures.names import finding_name
from firststep.figures.series import recorded
from firststep.figures.view import Answers, TrajectoryView, Values

#: The lowest and the highest of some entries.
Ends = tuple[float, float]


class MonthRow(NamedTuple):
    """What the chart shows of one calendar month; None is "not recorded".

    ``pain`` are the lowest and the highest entry (0 to 10), ``entries`` how many there are, ``mean`` is the last valid
    7-day mean. ``stretch`` and ``nsaid`` are days with a yes and days with an answer. ``beside`` are the other
    measures or feet that are drawn. ``sessions`` counts treatments, ``noted`` names what else is marked.
    """

    first: date
    pain: Ends | None
    entries: int
    mean: float | None
    stretch: tuple[int, int]
    nsaid: tuple[int, int]
    beside: tuple[Ends | None, ...] = ()
    sessions: int = 0
    noted: tuple[str, ...] = ()

    @property
    def is_recorded(self) -> bool:
        """Tell whether anything was recorded in the month."""
        answered = self.entries or self.stretch[1] or self.nsaid[1] or self.sessions
        return bool(answered or self.noted or any(self.beside))


def month_rows(view: TrajectoryView) -> list[MonthRow]:
    """List the months of the period in which anything was recorded, the latest first; the outer ones may be cut."""
    sessions = Counter(visit.day.replace(day=1) for visit in view.visits if view.shows(visit.day))
    noted = _noted(view)
    months = list(months_between(view.first_day, view.last_day))
    rows = (_row(view, month, sessions[month.first], tuple(noted.get(month.first, ()))) for month in reversed(months))
    return [row for row in rows if row.is_recorded]


def _row(view: TrajectoryView, month: Month, sessions: int, noted: tuple[str, ...]) -> MonthRow:
    begin = max(0, (month.first - view.first_day).days)
    part = slice(begin, (month.last - view.first_day).days + 1)
    values = view.values[part]
    return MonthRow(
        first=month.first,
        pain=_ends(values),
        entries=len(values) - values.count(None),
        mean=next((mean for mean in reversed(view.means[part]) if mean is not None), None),
        stretch=_days(view.stretch[part]),
        nsaid=_days(view.nsaid[part]),
        beside=tuple(_ends(companion.values[part]) for companion in view.companions),
        sessions=sessions,
        noted=noted,
    )


def _ends(values: Values) -> Ends | None:
    different = recorded(values)
    return (different[0], different[-1]) if different else None


def _days(answers: Answers) -> tuple[int, int]:
    return answers.count(True), len(answers) - answers.count(None)


def _noted(view: TrajectoryView) -> dict[date, list[str]]:
    """Say in which month what the chart marks lies: care, relief, relapse, ratings, and once each kind of spell."""
    noted: dict[date, list[str]] = defaultdict(list)
    for day, name in care.first_days(view):
        noted[day.replace(day=1)].append(name)
    for event in view.events:
        if view.shows(event.day):
            noted[event.day.replace(day=1)].append(finding_name(event.kind))
    for rating in view.ratings:
        if view.shows(rating.day):
            noted[rating.day.replace(day=1)].append(rating.label)
    for spell, first, last in in_sight(view):
        if spell.kind == "gap":
            continue
        name = spell_name(spell.kind)
        for month in months_between(first, last):
            if name not in noted[month.first]:
                noted[month.first].append(name)
    return noted
