"""Other measures or the other foot of the same person, as lines beside the main one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_babel import gettext as _

from firststep.figures.labels import Label, Place
from firststep.figures.series import drawn_means, mean_line
from firststep.figures.view import TrajectoryView

#: No two lines differ by colour alone; the main one is solid and wider.
_LOOKS = (("@strip", "dash"), ("@muted", "dot"), ("@point", "dashdot"))


def lines(view: TrajectoryView) -> list[dict[str, Any]]:
    """Draw the 7-day mean of each companion."""
    return [
        trace
        for companion, (colour, dash) in zip(view.companions, _LOOKS, strict=False)
        for trace in mean_line(
            _("%(measure)s, 7-day mean", measure=companion.label),
            view.first_day,
            companion.means,
            {"color": colour, "width": 1.8, "dash": dash},
        )
    ]


def end_labels(view: TrajectoryView) -> list[Label]:
    """Name each line at its last point."""
    labels = []
    for companion, (colour, _dash) in zip(view.companions, _LOOKS, strict=False):
        step_days, means = drawn_means(companion.means)
        valid = [(at, mean) for at, mean in enumerate(means) if mean is not None]
        if not valid:
            continue
        spots = [
            ((view.first_day + timedelta(days=at * step_days)).isoformat(), mean)
            for at, mean in (valid[-1], valid[len(valid) // 2], valid[0])
        ]
        sides = ("right", "center", "left")
        places = tuple(
            Place(day, mean, side, row, yshift=up)
            for row, up in (("top", -5), ("bottom", 5), ("top", -18), ("bottom", 18))
            for (day, mean), side in zip(spots, sides, strict=True)
        )
        labels.append(Label((companion.short,), colour, places))
    return labels
