"""Random visit series with courses that matter: pain that falls, comes back or stays, and cells that are empty."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from hypothesis import strategies as st

from firststep.clinical.diary import ARMS
from firststep.clinical.visits import GLOBAL_CHANGES, NSAID_CLASSES, SESSIONS, Visit, VisitSeries

FIRST = date(2025, 3, 3)
#: Levels in tenths that lie on, just above and just below what the rules ask for.
LEVELS = [0, 10, 20, 28, 29, 30, 31, 35, 40, 48, 49, 50, 60, 68, 69, 70, 71, 80, 90, 100]
#: Courses as levels, one a visit: relief, relief with a relapse, nothing, up and down, a low baseline.
COURSES = [
    [70, 60, 49, 40, 30, 30, 20, 20],
    [70, 70, 49, 30, 30, 70, 80, 70],
    [70, 70, 65, 70, 72, 70, 70, 70],
    [80, 40, 80, 40, 40, 80, 40, 80],
    [29, 20, 10, 0, 0, 0, 10, 20],
    [30, 10, 10, 21, 31, 31, 30, 30],
]


@st.composite
def visit_series(draw: st.DrawFn) -> VisitSeries:
    """Draw a series of 0 to 14 visits, a few days to a few weeks apart, with or without a start cell."""
    random = Random(draw(st.integers(0, 2**32 - 1)))
    levels: list[int] = draw(st.one_of(st.lists(st.sampled_from(LEVELS), max_size=14), st.sampled_from(COURSES)))
    empty, apart = draw(st.sampled_from([0.0, 0.0, 0.2, 0.5])), draw(st.sampled_from([3, 7, 14, 28]))
    often = draw(st.sampled_from([0.0, 0.3, 0.8, 1.0]))
    visits, day = [], FIRST
    for number, level in enumerate(levels, start=1):
        visits.append(
            Visit(
                day,
                None if random.random() < empty else level,
                None if random.random() < empty else number,
                None if random.random() < empty else random.choices(NSAID_CLASSES, [1, 1 + often, 2 * often + 0.1])[0],
                None if random.random() < 0.5 else random.choice(GLOBAL_CHANGES),
            )
        )
        day += timedelta(days=random.randint(1, 2 * apart))
    random.shuffle(visits)
    start = draw(st.none() | st.integers(-90, 60))
    return VisitSeries(
        draw(st.sampled_from(ARMS)),
        tuple(visits),
        None if start is None else FIRST + timedelta(days=start),
        draw(st.sampled_from([SESSIONS[0], *SESSIONS])),
    )


def moved(series: VisitSeries, days: int) -> VisitSeries:
    """Return the series with every date moved."""
    by = timedelta(days=days)
    visits = tuple(Visit(visit.day + by, *visit[1:]) for visit in series.visits)
    return VisitSeries(series.arm, visits, series.starts_on and series.starts_on + by, series.sessions)
