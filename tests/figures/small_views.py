"""Views of the charts of weeks and of the change, for tests: the same every time."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from firststep.figures.change import ChangeRow
from firststep.figures.cohort import CohortCurve, CurvesView, Reached
from firststep.figures.nsaid import NsaidView, NsaidWeek, Span
from firststep.figures.stretching import StretchingView, StretchingWeek
from firststep.figures.view import CareStart
from tests.figures.views import FIRST

CARE = CareStart(FIRST + timedelta(weeks=4), "Acupuncture")


def nsaids(weeks: int) -> NsaidView:
    """Return weeks with every kind of answer."""
    chance = Random(weeks)
    found = []
    for at in range(weeks):
        answered = chance.randint(0, 7)
        per_week = 7 * chance.randint(0, answered) / answered if answered >= 4 else None
        found.append(
            NsaidWeek(
                first=FIRST + timedelta(weeks=at),
                days_per_week=per_week,
                answered=answered,
                gel_days=chance.choice((0, 0, 2)),
                paracetamol_days=chance.choice((0, 0, 1)),
                doses=chance.choice(("", "Ibuprofen 1,200 mg (3 doses)")),
            )
        )
    return NsaidView(
        weeks=tuple(found),
        care=CARE,
        before=Span(first=FIRST, last=FIRST + timedelta(days=27), days_per_week=3.5),
        now=Span(
            first=FIRST + timedelta(days=7 * weeks - 28), last=FIRST + timedelta(days=7 * weeks - 1), days_per_week=0
        ),
    )


def stretching(weeks: int, *, plan: bool) -> StretchingView:
    """Return weeks with and without answers, against a plan or without one."""
    chance = Random(weeks)
    found = []
    for at in range(weeks):
        answered = chance.randint(0, 7)
        done = chance.randint(0, answered)
        against = plan and answered > 0
        found.append(
            StretchingWeek(
                first=FIRST + timedelta(weeks=at),
                answered=answered,
                done=done,
                sets_done=done * 3 if against else 0,
                sets_planned=21 if against else 0,
                of_plan_percent=100 * done * 3 / 21 if against else None,
            )
        )
    return StretchingView(weeks=tuple(found), care=CARE)


CHANGES = (
    ChangeRow(label="First-step pain, right foot", before=7.4, after=1.83, low=5.4, high=9.4),
    ChangeRow(label="Pain over the day, right foot", before=4.8, after=4.2, low=3.8, high=5.8),
)


def curves(weeks: int) -> CurvesView:
    """Return three arms: one without an interval, one in which nobody's follow-up ends, one that is followed short."""
    chance = Random(weeks)

    def curve(place: int, label: str, until: float, *, ends: int, reached: Reached | None) -> CohortCurve:
        days = sorted(chance.sample(range(1, int(7 * until)), 12))
        steps = [(0.0, 0.0), *((day / 7, 100 * at / 15) for at, day in enumerate(days, start=1)), (until, 80.0)]
        left = sorted(chance.uniform(0, until) for _end in range(ends))
        followed = tuple((week, max(0, 20 - week // 2)) for week in range(0, int(until) + 1, 4))
        return CohortCurve(
            place=place, label=label, steps=tuple(steps), ends=tuple(left), at_risk=followed, reached=reached
        )

    return CurvesView(
        title="Had meaningful relief, % of people, from the start",
        weeks=weeks,
        tick_weeks=4 if weeks < 32 else 8,
        marked_week=12,
        curves=(
            curve(0, "Standard care", weeks, ends=9, reached=Reached(share=40, low=21.5, high=63.2)),
            curve(1, "Acupuncture", weeks - 2.5, ends=0, reached=Reached(share=100, low=None, high=None)),
            curve(2, "Combined care", 9, ends=3, reached=None),
        ),
    )
