"""Which courses of a practitioner's people a cohort is about: when they began, of which side, after how long a pain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal, Self, TypeAlias, cast, get_args

from firststep.clinical.cohort import Member, Person, Tally, added, first_episode, first_series, members
from firststep.clinical.diary import ARMS, Arm, Episode
from firststep.clinical.visits import VisitSeries

#: The side that the person named at the beginning.
Side: TypeAlias = Literal["left", "right", "both"]
SIDES: Final[tuple[Side, ...]] = get_args(Side)
#: How long it had hurt when the course began, in whole months.
Lasted: TypeAlias = Literal["under_3_months", "3_to_12_months", "over_12_months"]
LASTED: Final[tuple[Lasted, ...]] = get_args(Lasted)
_MONTHS: Final[dict[Lasted, tuple[int, int | None]]] = {
    "under_3_months": (0, 3),
    "3_to_12_months": (3, 12),
    "over_12_months": (12, None),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortChoice:
    """What a course must be to count; None asks for nothing. ``first`` and ``last`` are days of its start."""

    first: date | None = None
    last: date | None = None
    side: Side | None = None
    lasted: Lasted | None = None

    @property
    def asks(self) -> bool:
        """Tell whether any course may be left away."""
        return self != CohortChoice()

    def as_text(self) -> str:
        """Return the choice in one line, which ``from_text`` reads."""
        parts = (self.first and self.first.isoformat(), self.last and self.last.isoformat(), self.side, self.lasted)
        return "|".join(part or "" for part in parts)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Return the choice that ``as_text`` wrote."""
        first, last, side, lasted = text.split("|")
        return cls(
            first=date.fromisoformat(first) if first else None,
            last=date.fromisoformat(last) if last else None,
            side=cast(Side, side) if side else None,
            lasted=cast(Lasted, lasted) if lasted else None,
        )

    def takes(self, start: date, side: str | None, onset_on: date | None) -> bool | None:
        """Tell whether a course counts; None where what the choice asks for is not recorded of the person.

        An onset after the start of the course says nothing about how long it had hurt.
        """
        if (self.first and start < self.first) or (self.last and start > self.last):
            return False
        months = None if onset_on is None or onset_on > start else _whole_months(onset_on, start)
        if (self.side and side is None) or (self.lasted and months is None):
            return None
        if self.side and side != self.side:
            return False
        if self.lasted is None or months is None:
            return True
        least, below = _MONTHS[self.lasted]
        return months >= least and (below is None or months < below)


def _whole_months(first: date, last: date) -> int:
    return 12 * (last.year - first.year) + last.month - first.month - (last.day < first.day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What the people of a cohort come to, and how many there are of which kind.

    ``diaries`` and ``cases`` are the people who count in at least one arm, by their diary or by their visits.
    ``without_course`` are those who could not count in any: nothing recorded, or no course of care.
    ``not_recorded`` lost a course because what the choice asks for is not recorded of them.
    """

    tallies: Mapping[Arm, Tally]
    diaries: int = 0
    cases: int = 0
    without_course: int = 0
    not_recorded: int = 0

    def __add__(self, other: Counted) -> Counted:
        """Return what both parts of the people come to."""
        return Counted(
            tallies=added(self.tallies, other.tallies),
            diaries=self.diaries + other.diaries,
            cases=self.cases + other.cases,
            without_course=self.without_course + other.without_course,
            not_recorded=self.not_recorded + other.not_recorded,
        )


def counted(people: Iterable[Person], choice: CohortChoice) -> Counted:
    """Count people one by one, each with the courses that the choice takes; of each arm the first course is judged.

    Rule: outcomes, cohorts.
    """
    found: dict[Arm, list[Member]] = {arm: [] for arm in ARMS}
    kinds: Counter[str] = Counter()
    for person in people:
        judged = [(course, choice.takes(start, person.side, person.onset_on)) for course, start in _courses(person)]
        told = list(members(_with(person, [course for course, takes in judged if takes])))
        for member in told:
            found[member.arm].append(member)
        kinds["without_course"] += not judged
        kinds["not_recorded"] += any(takes is None for _course, takes in judged)
        kinds["diaries" if person.diary.answered_days else "cases"] += bool(told)
    return Counted(tallies={arm: Tally.of(told) for arm, told in found.items()}, **kinds)


def _courses(person: Person) -> list[tuple[Episode | VisitSeries, date]]:
    """Return the courses with which a person may count, and when each began."""
    if person.diary.answered_days:
        episodes = (first_episode(person.diary, arm) for arm in ARMS)
        return [(episode, episode.starts_on) for episode in episodes if episode]
    series = (first_series(person.visits, arm) for arm in ARMS)
    return [(one, one.start) for one in series if one and one.start]


def _with(person: Person, courses: list[Episode | VisitSeries]) -> Person:
    episodes = tuple(course for course in courses if isinstance(course, Episode))
    visits = tuple(course for course in courses if isinstance(course, VisitSeries))
    return replace(person, diary=replace(person.diary, episodes=episodes), visits=visits)
