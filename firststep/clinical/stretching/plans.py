"""What a person's plan asks for on a day: which phase holds, whether it is a rest day, and how many sets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from firststep.clinical.adherence import PauseDays, PlanDays
from firststep.clinical.stretching.shapes import Phase, Preset
from firststep.clinical.week import DAYS_IN_WEEK

#: What a plan is called whose name and numbers are the person's own.
OWN: Final = "own"


@dataclass(frozen=True, slots=True, kw_only=True)
class StretchingPlan(PlanDays):
    """A person's plan; ``preset`` is None for an own one. None of ``hold_s`` and ``reps`` is "not stated".

    The phases of a preset hold as long as sets and repetitions are those that it begins with: own numbers stay
    the same from the first day to the last.
    """

    preset: Preset | None = None
    name: str | None = None
    hold_s: int | None = None
    reps: int | None = None

    @property
    def changes_by_the_week(self) -> bool:
        """Tell whether the preset's phases hold."""
        preset = self.preset
        return (
            preset is not None
            and bool(preset.phases)
            and (self.sets_per_day, self.reps) == (preset.sets_per_day, preset.first.reps)
        )

    def phase_on(self, day: date) -> Phase | None:
        """Return the phase in which a day of the plan lies, None where its weeks are alike; it counts from day 1."""
        if self.preset is None or not self.changes_by_the_week or not self.holds(day):
            return None
        return self.preset.phase_in((day - self.first).days // DAYS_IN_WEEK + 1)

    def sets_on(self, day: date) -> int:
        """Return how many sets the plan asks for on a day, as its phase has it; 0 where it asks for none."""
        if not self.asks_for(day):
            return 0
        phase = self.phase_on(day)
        return self.sets_per_day if phase is None or self.preset is None else phase.sets * self.preset.per_day

    def reps_on(self, day: date) -> int | None:
        """Return how many repetitions a set has on a day."""
        phase = self.phase_on(day)
        return self.reps if phase is None else phase.reps


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOfPlan:
    """What a plan asks for on a day that lies within it; ``sets`` is 0 on a rest day and in a pause."""

    kind: Literal["planned", "rest", "paused"]
    sets: int = 0
    reps: int | None = None
    phase: Phase | None = None


def plan_from(
    preset: Preset | None,
    *,
    first: date,
    last: date | None = None,
    name: str | None = None,
    hold_s: int | None = None,
    reps: int | None = None,
    sets_per_day: int = 1,
    interval_days: int = 1,
) -> StretchingPlan:
    """Return the plan that begins on a day with these numbers."""
    return StretchingPlan(
        first=first,
        last=last,
        preset=preset,
        name=name,
        hold_s=hold_s,
        reps=reps,
        sets_per_day=sets_per_day,
        interval_days=interval_days,
    )


def day_of_plan(plan: StretchingPlan, day: date, pauses: Iterable[PauseDays] = ()) -> DayOfPlan | None:
    """Return what the plan asks for on a day, None before it begins and after it ended; a pause suspends it."""
    if not plan.holds(day):
        return None
    phase = plan.phase_on(day)
    if any(pause.holds(day) for pause in pauses):
        return DayOfPlan(kind="paused", phase=phase)
    if not plan.asks_for(day):
        return DayOfPlan(kind="rest", phase=phase)
    return DayOfPlan(kind="planned", sets=plan.sets_on(day), reps=plan.reps_on(day), phase=phase)


def planned_sets(plan: StretchingPlan, day: date, pauses: Iterable[PauseDays] = ()) -> int:
    """Return how many sets the plan asks for on a day: 0 on a rest day, in a pause, and outside of it.

    Rule: outcomes daily-1, 15.
    """
    found = day_of_plan(plan, day, pauses)
    return found.sets if found else 0
