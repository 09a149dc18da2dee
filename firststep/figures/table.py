"""The table beside the chart: the same view in rows, so that picture and table cannot differ."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from firststep.figures.view import TrajectoryView


@dataclass(frozen=True)
class TableRow:
    """One day of the table; None is "not recorded"."""

    day: date
    pain: float | None
    late: bool
    mean: float | None
    stretch: bool | None
    nsaid: bool | None


def rows(view: TrajectoryView) -> list[TableRow]:
    """List the days on which anything was recorded, the latest first."""
    columns = zip(view.days(), view.values, view.late, view.means, view.stretch, view.nsaid, strict=True)
    listed = [TableRow(*column) for column in columns]
    return [row for row in reversed(listed) if any(answer is not None for answer in (row.pain, row.stretch, row.nsaid))]
