"""Views of the charts of weeks and of the change, for tests: the same every time."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from firststep.figures.change import ChangeRow
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
