"""A person's visits as a practice writes them down: what the outcome rules visits-1 read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final, Literal, NamedTuple, Self, TypeAlias

from firststep.clinical.diary import ARMS, FIRST_DAY, LAST_DAY, Arm
from firststep.clinical.measures import MOST_PAIN_TENTHS

#: How often oral NSAIDs are taken, in the words that a sheet is mapped to.
NsaidClass: TypeAlias = Literal["none", "some", "most"]
#: From the least to the most: "lower" is a place further left.
NSAID_CLASSES: Final[tuple[NsaidClass, ...]] = ("none", "some", "most")

#: The person's rating of the whole change, in the words that a sheet is mapped to.
GlobalChange: TypeAlias = Literal[
    "very_much_improved",
    "much_improved",
    "minimally_improved",
    "no_change",
    "minimally_worse",
    "much_worse",
    "very_much_worse",
]
GLOBAL_CHANGES: Final[tuple[GlobalChange, ...]] = (
    "very_much_improved",
    "much_improved",
    "minimally_improved",
    "no_change",
    "minimally_worse",
    "much_worse",
    "very_much_worse",
)

#: How the fourth session is found: by the sheet's session column, by counting visits where there is no such column,
#: or not at all, because the visits of a wide sheet are weeks.
Sessions: TypeAlias = Literal["numbered", "counted", "unknown"]
SESSIONS: Final[tuple[Sessions, ...]] = ("numbered", "counted", "unknown")


class _VisitFields(NamedTuple):
    day: date
    tenths: int | None = None
    session: int | None = None
    nsaid: NsaidClass | None = None
    change: GlobalChange | None = None


class Visit(_VisitFields):
    """One accepted row of a sheet: pain in tenths (0 to 100) and what else stands in it; None is "not recorded".

    ``_make`` takes a row as it is, for rows of the database, whose tables hold the same checks.
    """

    __slots__ = ()

    def __new__(
        cls,
        day: date,
        tenths: int | None = None,
        session: int | None = None,
        nsaid: NsaidClass | None = None,
        change: GlobalChange | None = None,
    ) -> Self:
        """Refuse pain that is off the scale, and words that are none of ours."""
        if not FIRST_DAY <= day <= LAST_DAY:
            raise ValueError(f"{day} is not between {FIRST_DAY} and {LAST_DAY}")
        if tenths is not None and not 0 <= tenths <= MOST_PAIN_TENTHS:
            raise ValueError(f"pain of {tenths} tenths on {day} is not between 0 and {MOST_PAIN_TENTHS}")
        if nsaid is not None and nsaid not in NSAID_CLASSES:
            raise ValueError(f"{nsaid!r} is no class of NSAID use")
        if change is not None and change not in GLOBAL_CHANGES:
            raise ValueError(f"{change!r} is no global change")
        return super().__new__(cls, day, tenths, session, nsaid, change)


@dataclass(frozen=True)
class VisitSeries:
    """The accepted visits of one person in one arm, in any order, at most one a day.

    ``starts_on`` is the sheet's start cell, None where the sheet has none: then the first visit is the start.
    """

    arm: Arm
    visits: tuple[Visit, ...]
    starts_on: date | None = None
    sessions: Sessions = "numbered"

    def __post_init__(self) -> None:
        """Refuse an arm that is none, and two visits on one day: which of them counts is the reader's to choose."""
        if self.arm not in ARMS:
            raise ValueError(f"{self.arm!r} is no arm of care")
        if self.sessions not in SESSIONS:
            raise ValueError(f"{self.sessions!r} is no way to find the fourth session")
        if self.starts_on is not None and not FIRST_DAY <= self.starts_on <= LAST_DAY:
            raise ValueError(f"{self.starts_on} is not between {FIRST_DAY} and {LAST_DAY}")
        if len({visit.day for visit in self.visits}) != len(self.visits):
            raise ValueError("a person has at most one visit a day")

    @cached_property
    def in_order(self) -> tuple[Visit, ...]:
        """The visits in the order of days."""
        return tuple(sorted(self.visits, key=lambda visit: visit.day))

    @cached_property
    def start(self) -> date | None:
        """Day 0 of the course: the start cell, or the first visit; None without either."""
        return self.starts_on if self.starts_on is not None else next((visit.day for visit in self.in_order), None)
