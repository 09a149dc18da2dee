"""Views of the charts of weeks and of the change, for tests: the same every time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from firststep.clinical.week import month_with
from firststep.figures.change import ChangeRow
from firststep.figures.cohort import CohortCurve, CurvesView, Reached
from firststep.figures.nsaid import NsaidPart, NsaidView, Span
from firststep.figures.stretching import StretchingPart, StretchingView
from firststep.figures.view import CareStart
from firststep.figures.weekly import MONTH, WEEK, Step
from tests.figures.views import FIRST

CARE = CareStart(FIRST + timedelta(weeks=4), "Acupuncture")


def _spans(count: int, step: Step) -> Iterator[tuple[date, date, int]]:
    """Go through so many weeks or months: the first day, the last one, and how many they are."""
    first = FIRST.replace(day=1) if step == MONTH else FIRST
    for _at in range(count):
        last = month_with(first).last if step == MONTH else first + timedelta(days=6)
        yield first, last, (last - first).days + 1
        first = last + timedelta(days=1)


def nsaids(count: int, step: Step = WEEK) -> NsaidView:
    """Return weeks or months with every kind of answer."""
    chance = Random(count)
    found = []
    for first, last, days in _spans(count, step):
        answered = chance.randint(0, days)
        per_week = 7 * chance.randint(0, answered) / answered if answered > days / 2 else None
        found.append(
            NsaidPart(
                first=first,
                last=last,
                days_per_week=per_week,
                answered=answered,
                gel_days=chance.choice((0, 0, 2)),
                paracetamol_days=chance.choice((0, 0, 1)),
                doses=chance.choice(("", "Ibuprofen 1,200 mg (3 doses)")),
            )
        )
    last = found[-1].last
    return NsaidView(
        parts=tuple(found),
        step=step,
        care=CARE,
        before=Span(first=FIRST, last=FIRST + timedelta(days=27), days_per_week=3.5),
        now=Span(first=last - timedelta(days=27), last=last, days_per_week=0),
    )


def stretching(count: int, step: Step = WEEK, *, plan: bool) -> StretchingView:
    """Return weeks or months with and without answers, against a plan or without one."""
    chance = Random(count)
    found = []
    for first, last, days in _spans(count, step):
        answered = chance.randint(0, days)
        done = chance.randint(0, answered)
        against = plan and answered > 0
        found.append(
            StretchingPart(
                first=first,
                last=last,
                answered=answered,
                done=done,
                sets_done=done * 3 if against else 0,
                sets_planned=3 * days if against else 0,
                of_plan_percent=100 * done / days if against else None,
            )
        )
    return StretchingView(parts=tuple(found), step=step, care=CARE)


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
