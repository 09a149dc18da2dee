"""Views for the tests of the figures: the same invented person every time, over any period."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from firststep.figures.view import (
    CareStart,
    Event,
    Level,
    PublishedPoint,
    ReliefWindow,
    TrajectoryView,
)

FIRST = date(2026, 1, 5)
CARE = FIRST + timedelta(days=14)
BASELINE = 7.2
ARMS = (("Acupuncture", 5.8, 3, 6), ("Standard care", 3.2, 8, 12), ("Combined", 7.1, 2, 4))


def empty(days: int) -> TrajectoryView:
    """Return a view of a diary without entries."""
    nothing = (None,) * days
    return TrajectoryView("First-step pain", FIRST, nothing, (False,) * days, nothing, nothing, nothing)


def window(arm: int, *, own: bool) -> ReliefWindow:
    """Return one arm's relief window at the tests' baseline."""
    label, reduction, opens, closes = ARMS[arm]
    return ReliefWindow(
        label=label,
        starts=CARE,
        baseline=BASELINE,
        opens=CARE + timedelta(weeks=opens),
        closes=CARE + timedelta(weeks=closes),
        upper=min(0.7 * BASELINE, BASELINE - 2),
        lower=max(0, BASELINE - reduction),
        average=max(0, BASELINE - reduction),
        reduction=reduction,
        pain_type_stated=False,
        own=own,
    )


def point(
    number: int, source: str, week: int, value: float, low: float | None = None, high: float | None = None
) -> PublishedPoint:
    """Return a peer-reviewed point at a week of care."""
    return PublishedPoint(
        number=number,
        source=source,
        treatment="Stretching",
        grade="B",
        day=CARE + timedelta(weeks=week),
        value=value,
        low=low,
        high=high,
    )


def busy(days: int, *, missing: float = 0.25) -> TrajectoryView:
    """Return a diary with entries, gaps, all arms, two published points and both events."""
    chance = Random(days)
    values: list[float | None] = [
        None if chance.random() < missing or 50 < at < 62 else float(chance.randint(0, 10)) for at in range(days)
    ]
    means = [mean_of(values[max(0, at - 6) : at + 1]) for at in range(days)]
    valid = [(at, mean) for at, mean in enumerate(means) if mean is not None]
    answers = [tuple(chance.choice((True, False, None)) for _ in range(days)) for _strip in range(2)]
    events = tuple(
        Event(kind, FIRST + timedelta(days=at), mean)
        for kind, (at, mean) in (("relief", valid[len(valid) // 2]), ("relapse", valid[-1]))
    )
    return replace(
        empty(days),
        values=tuple(values),
        late=tuple(value is not None and chance.random() < 0.1 for value in values),
        means=tuple(means),
        stretch=answers[0],
        nsaid=answers[1],
        care=CareStart(CARE, "Acupuncture"),
        baseline=Level(FIRST + timedelta(days=13), BASELINE),
        windows=(window(0, own=True), window(1, own=False), window(2, own=False)),
        published=(
            point(1, "Small trial", 5, 3.1, 2.1, 4.1),
            point(2, "Other trial", 2, 5.2),
        ),
        events=events,
    )


def mean_of(week: list[float | None]) -> float | None:
    """Return the mean of at least four entries."""
    entries = [value for value in week if value is not None]
    return sum(entries) / len(entries) if len(entries) >= 4 else None
