"""What is kept of a stretching or loading plan: how it is done, how often, and where that was read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, TypeAlias

Evidence: TypeAlias = Literal["trial", "handout"]
#: V read in the source, V2 in a secondary text. What is only recalled is left out.
Confidence: TypeAlias = Literal["V", "V2"]

EVIDENCES: Final[tuple[Evidence, ...]] = ("trial", "handout")
CONFIDENCES: Final = ("V", "V2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """Some weeks of a plan, counted from 1 and both included, with their sets per session and repetitions per set."""

    from_week: int
    to_week: int
    sets: int
    reps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """One plan as its source describes it; None is "not stated".

    A repetition is a movement of ``up_s``, ``hold_s`` and ``down_s`` seconds, then ``rest_s`` until the next one;
    ``set_rest_s`` lies between two sets. ``total_s`` up to ``total_most_s`` is what a source gives instead of
    repetitions. ``reps`` and ``sets`` are of one session, ``per_day`` counts sessions (up to ``per_day_most``), and
    ``interval_days`` is 2 where every second day is a rest day. ``reps_or_more`` and ``sets_or_more`` mark numbers
    that the source gives as the least. ``phases`` replace ``reps`` and ``sets`` by the week. ``schedule_note`` says
    what has no number here; ``remarks`` are further things that readers should know.
    """

    key: str
    name: str
    how: str
    hold_s: int | None
    up_s: int | None
    down_s: int | None
    rest_s: int | None
    set_rest_s: int | None
    total_s: int | None
    total_most_s: int | None
    reps: int | None
    reps_or_more: bool = False
    sets: int = 1
    sets_or_more: bool = False
    per_day: int = 1
    per_day_most: int | None
    interval_days: int = 1
    weeks_from: int | None
    weeks_to: int | None
    schedule_note: str | None
    remarks: tuple[str, ...] = ()
    evidence: Evidence
    source: str
    confidence: Confidence
    checked_on: date
    phases: tuple[Phase, ...] = ()

    @property
    def sets_per_day(self) -> int:
        """Return how many sets a day of the plan asks for, in its first weeks where these change."""
        return self.first.sets * self.per_day

    @property
    def first(self) -> Phase:
        """Return the weeks with which the plan begins; without phases all of them are alike."""
        return self.phases[0] if self.phases else Phase(from_week=1, to_week=1, sets=self.sets, reps=self.reps or 1)

    def phase_in(self, week: int) -> Phase | None:
        """Return the phase of a week, the last one for every week after it; None where the weeks are alike."""
        reached = [phase for phase in self.phases if phase.from_week <= week]
        return reached[-1] if reached else None
