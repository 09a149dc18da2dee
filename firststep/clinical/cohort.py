"""Many people's outcomes added up by arm: who counts, what each tells, and what they come to.

What people of one arm come to is a tally: tallies of parts add up to that of the whole, so that people may be read in
batches, and quick ways to compute a tally need nothing else to agree on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from fractions import Fraction
from typing import Final, Literal, Self, TypeAlias

from firststep.clinical.diary import ARMS, Arm, Diary, Episode
from firststep.clinical.measures import Measure
from firststep.clinical.outcomes import RULES, Outcomes, mean_around_week_12, means_of, outcomes
from firststep.clinical.survival import FollowUp, FollowUps
from firststep.clinical.visit_outcomes import VISIT_RULES, VisitOutcomes, visit_outcomes
from firststep.clinical.visits import VisitSeries

RuleVersion: TypeAlias = Literal["daily-1", "visits-1"]
RULE_VERSIONS: Final[tuple[RuleVersion, ...]] = (RULES, VISIT_RULES)

#: Why a person of the arm has no reduction at week 12: nothing to compare with, too little to fall, nothing recorded
#: around that week, or a baseline that lies too long after the start (of diaries only).
LeftOut: TypeAlias = Literal["no_baseline", "low_baseline", "no_week12", "late_baseline"]
REASONS: Final[tuple[LeftOut, ...]] = ("no_baseline", "low_baseline", "no_week12", "late_baseline")

#: The pain that cohorts are about.
COHORT_MEASURE: Final[Measure] = "first_step"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """All that may be used of one person: a diary with its episodes, visits from sheets, or both.

    ``side`` and ``onset_on`` are what the person said at the beginning; no figure is computed from them.
    """

    diary: Diary = field(default_factory=Diary)
    visits: tuple[VisitSeries, ...] = ()
    side: str | None = None
    onset_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """What one person tells about one arm; None is "not counted" in that figure.

    ``reduction`` is in points. ``relief`` is how long the person was followed from the start, ``relapse`` from the
    confirmed relief.
    """

    arm: Arm
    rules: RuleVersion
    left_out: LeftOut | None
    reduction: Fraction | None
    relief: FollowUp | None
    relapse: FollowUp | None
    improved_after_4: bool | None
    nsaid_reduced: bool | None
    nsaid_stopped: bool | None


def members(person: Person, measure: Measure = COHORT_MEASURE) -> Iterator[Member]:
    """Go through what a person tells: once per arm, with the first episode of that arm.

    A diary with any answer is used, and then no visit is. Without an episode a diary belongs to no arm.

    Rule: outcomes, cohorts.
    """
    if person.diary.answered_days:
        for arm in ARMS:
            episode = first_episode(person.diary, arm)
            if episode:
                yield diary_member(arm, replace(person.diary, episodes=(episode,)), measure)
        return
    for arm in ARMS:
        series = first_series(person.visits, arm)
        if series:
            yield visit_member(arm, visit_outcomes(series))


def first_episode(diary: Diary, arm: Arm) -> Episode | None:
    """Return the first course of an arm, None where there is none."""
    episodes = [episode for episode in diary.episodes if episode.arm == arm]
    return min(episodes, key=lambda episode: episode.starts_on, default=None)


def first_series(visits: Iterable[VisitSeries], arm: Arm) -> VisitSeries | None:
    """Return the visits of an arm that began first; those without any start are none."""
    begun = [(series.start, series) for series in visits if series.arm == arm and series.start is not None]
    return min(begun, key=lambda course: course[0], default=(None, None))[1]


def diary_member(arm: Arm, diary: Diary, measure: Measure = COHORT_MEASURE) -> Member:
    """Return what a diary tells about its episode, which is of that arm.

    Nothing is said about the time after 4 sessions: the rules define it for sheets only.

    Rule: outcomes, cohorts, with daily-1.
    """
    found = outcomes(diary, measure=measure)
    return Member(
        arm=arm,
        rules=found.rules,
        left_out=_left_out(found, has_week12=_has_week_12(found, diary)),
        reduction=found.reduction_week12,
        relief=_to_relief(found),
        relapse=_to_relapse(found),
        improved_after_4=None,
        nsaid_reduced=found.nsaid.reduced,
        nsaid_stopped=found.nsaid.stopped,
    )


def visit_member(arm: Arm, found: VisitOutcomes) -> Member:
    """Return what the outcomes of a visit series tell.

    Rule: outcomes, cohorts, with visits-1.
    """
    return Member(
        arm=arm,
        rules=found.rules,
        left_out=_left_out(found),
        reduction=found.reduction_week12,
        relief=_to_relief(found),
        relapse=_to_relapse(found),
        improved_after_4=found.improved_after_4,
        nsaid_reduced=found.nsaid.reduced,
        nsaid_stopped=found.nsaid.stopped,
    )


def _has_week_12(found: Outcomes, diary: Diary) -> bool:
    """Tell whether there is a mean around week 12, also where the baseline is too late to be compared with it."""
    return found.starts_on is not None and mean_around_week_12(means_of(diary, found), found.starts_on) is not None


def _left_out(found: Outcomes | VisitOutcomes, *, has_week12: bool = False) -> LeftOut | None:
    if found.baseline is None:
        return "no_baseline"
    if found.low_baseline:
        return "low_baseline"
    if found.reduction_week12 is not None:
        return None
    # With a mean there, only a late baseline leaves the reduction unsaid.
    return "late_baseline" if has_week12 else "no_week12"


def _to_relief(found: Outcomes | VisitOutcomes) -> FollowUp | None:
    """Return the days from the start to relief or to the end of follow-up; an end before the start is on day 0."""
    if found.baseline is None or found.low_baseline:
        return None
    if found.relief.days is not None:
        return FollowUp(found.relief.days, happened=True)
    assert found.starts_on is not None
    assert found.censored_on is not None
    return FollowUp(max((found.censored_on - found.starts_on).days, 0), happened=False)


def _to_relapse(found: Outcomes | VisitOutcomes) -> FollowUp | None:
    if found.relief.state != "confirmed":
        return None
    if found.relapse.days is not None:
        return FollowUp(found.relapse.days, happened=True)
    assert found.relief.day is not None
    assert found.censored_on is not None
    return FollowUp((found.censored_on - found.relief.day).days, happened=False)


@dataclass(frozen=True, slots=True)
class Sums:
    """Some exact values in points, added up: how many, their sum, and the sum of their squares."""

    n: int = 0
    total: Fraction = Fraction(0)
    squares: Fraction = Fraction(0)

    @classmethod
    def of(cls, values: Iterable[Fraction]) -> Self:
        """Add up values."""
        given = list(values)
        return cls(len(given), sum(given, Fraction(0)), sum((value * value for value in given), Fraction(0)))

    def __add__(self, other: Sums) -> Sums:
        """Return the sums of both."""
        return Sums(self.n + other.n, self.total + other.total, self.squares + other.squares)


@dataclass(frozen=True, slots=True)
class Count:
    """``k`` of ``n`` people."""

    k: int = 0
    n: int = 0

    @classmethod
    def of(cls, answers: Iterable[bool | None]) -> Self:
        """Count the people who said yes among those with an answer."""
        given = [answer for answer in answers if answer is not None]
        return cls(sum(given), len(given))

    def __add__(self, other: Count) -> Count:
        """Return the counts of both."""
        return Count(self.k + other.k, self.n + other.n)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What the people of one arm come to. ``rules`` and ``left_out`` count people by the version and by the reason."""

    rules: Counter[RuleVersion] = field(default_factory=Counter)
    left_out: Counter[LeftOut] = field(default_factory=Counter)
    reductions: Sums = Sums()
    relief: FollowUps = field(default_factory=lambda: FollowUps({}, {}))
    relapse: FollowUps = field(default_factory=lambda: FollowUps({}, {}))
    improved_after_4: Count = Count()
    nsaid_reduced: Count = Count()
    nsaid_stopped: Count = Count()

    @property
    def people(self) -> int:
        """Return how many people are in the arm."""
        return self.rules.total()

    @classmethod
    def of(cls, people: Iterable[Member]) -> Self:
        """Add up what people of one arm tell."""
        told = list(people)
        return cls(
            rules=Counter(one.rules for one in told),
            left_out=Counter(one.left_out for one in told if one.left_out is not None),
            reductions=Sums.of(one.reduction for one in told if one.reduction is not None),
            relief=FollowUps.of(one.relief for one in told if one.relief is not None),
            relapse=FollowUps.of(one.relapse for one in told if one.relapse is not None),
            improved_after_4=Count.of(one.improved_after_4 for one in told),
            nsaid_reduced=Count.of(one.nsaid_reduced for one in told),
            nsaid_stopped=Count.of(one.nsaid_stopped for one in told),
        )

    def __add__(self, other: Tally) -> Tally:
        """Return what both parts of an arm come to."""
        return Tally(**{of.name: getattr(self, of.name) + getattr(other, of.name) for of in fields(Tally)})


def tallies(people: Iterable[Person], measure: Measure = COHORT_MEASURE) -> Mapping[Arm, Tally]:
    """Return the tally of every arm. Who may be counted at all is decided by whoever names the people.

    Rule: outcomes, cohorts.
    """
    told = [member for person in people for member in members(person, measure)]
    return {arm: Tally.of(member for member in told if member.arm == arm) for arm in ARMS}


def added(*parts: Mapping[Arm, Tally]) -> Mapping[Arm, Tally]:
    """Return the tallies of every arm of people who were counted in parts."""
    return {arm: sum((part[arm] for part in parts if arm in part), Tally()) for arm in ARMS}
