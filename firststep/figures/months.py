"""The table beside a chart of more than a year: the same view by month, so that picture and table cannot differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from firststep.clinical.week import Month, month_with
from firststep.figures.happenings import spell_name
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
    found = [_row(view, month, sessions[month.first]) for month in _months(view)]
    return [row for row in reversed(found) if row.is_recorded]


def _months(view: TrajectoryView) -> Iterator[Month]:
    month = month_with(view.first_day)
    while month.first <= view.last_day:
        yield month
        month = month.next


def _row(view: TrajectoryView, month: Month, sessions: int) -> MonthRow:
    begin = max(0, (month.first - view.first_day).days)
    part = slice(begin, (month.last - view.first_day).days + 1)
    values = [value for value in view.values[part] if value is not None]
    means = [mean for mean in view.means[part] if mean is not None]
    return MonthRow(
        first=month.first,
        pain=_ends(view.values[part]),
        entries=len(values),
        mean=means[-1] if means else None,
        stretch=_days(view.stretch[part]),
        nsaid=_days(view.nsaid[part]),
        beside=tuple(_ends(companion.values[part]) for companion in view.companions),
        sessions=sessions,
        noted=tuple(_noted(view, month)),
    )


def _ends(values: Values) -> Ends | None:
    recorded = {value for value in values if value is not None}
    return (min(recorded), max(recorded)) if recorded else None


def _days(answers: Answers) -> tuple[int, int]:
    return answers.count(True), len(answers) - answers.count(None)


def _noted(view: TrajectoryView, month: Month) -> Iterator[str]:
    for rating in view.ratings:
        if month.first <= rating.day <= month.last and view.shows(rating.day):
            yield rating.label
    spells = (spell for spell in view.spells if spell.kind != "gap" and spell.first <= min(month.last, view.last_day))
    kinds = (spell.kind for spell in spells if (spell.last or view.today or view.last_day) >= month.first)
    yield from map(spell_name, dict.fromkeys(kinds))
