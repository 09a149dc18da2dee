"""The table beside a chart of up to a year: the same view day by day, so that picture and table cannot differ."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import NamedTuple

from flask_babel import gettext as _

from firststep.figures import care
from firststep.figures.happenings import spell_name
from firststep.figures.names import finding_name
from firststep.figures.view import TrajectoryView


class TableRow(NamedTuple):
    """One day of the table; None is "not recorded".

    ``beside`` are the entries of the other measures or feet that are drawn, ``noted`` what happened on the day.
    A named tuple, because a year has hundreds of them.
    """

    day: date
    pain: float | None
    late: bool
    mean: float | None
    stretch: bool | None
    nsaid: bool | None
    beside: tuple[float | None, ...] = ()
    noted: tuple[str, ...] = ()

    @property
    def is_recorded(self) -> bool:
        """Tell whether anything was recorded on the day."""
        answers = (self.pain, self.stretch, self.nsaid, *self.beside)
        return bool(self.noted) or answers.count(None) < len(answers)


def rows(view: TrajectoryView) -> list[TableRow]:
    """List the days on which anything was recorded, the latest first."""
    days, noted = list(view.days()), _noted(view)
    values = [companion.values for companion in view.companions]
    # In the order of the fields of TableRow.
    columns = (
        days,
        view.values,
        view.late,
        view.means,
        view.stretch,
        view.nsaid,
        zip(*values, strict=True) if values else [()] * len(days),
        [tuple(noted.get(day, ())) for day in days],
    )
    listed = list(map(TableRow._make, zip(*columns, strict=True)))
    return [row for row in reversed(listed) if row.is_recorded]


def _noted(view: TrajectoryView) -> dict[date, list[str]]:
    """Say on which day each thing happened that the chart marks."""
    noted: dict[date, list[str]] = defaultdict(list)
    for day, name in care.first_days(view):
        noted[day].append(name)
    for event in view.events:
        noted[event.day].append(finding_name(event.kind))
    for visit in view.visits:
        noted[visit.day].append(visit.label)
    for rating in view.ratings:
        noted[rating.day].append(rating.label)
    for spell in view.spells:
        if spell.kind == "gap":
            continue
        name = spell_name(spell.kind)
        noted[spell.first].append(_("%(spell)s: first day", spell=name))
        if spell.last is not None:
            noted[spell.last].append(_("%(spell)s: last day", spell=name))
    return noted
