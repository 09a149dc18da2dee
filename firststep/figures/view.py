"""What the trajectory chart and its table show: one measure of one foot over one period."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Literal, NamedTuple

Answers = tuple[bool | None, ...]
EventKind = Literal["relief", "possible_relief", "relapse"]
Values = Sequence[float | None]


@dataclass(frozen=True)
class Level:
    """A value (0 to 10) on a day."""

    day: date
    value: float


@dataclass(frozen=True)
class CareStart:
    """The day on which care began, what it is called ("Acupuncture"), and its last day where that is known."""

    day: date
    label: str
    last_day: date | None = None


@dataclass(frozen=True, kw_only=True)
class ReliefWindow:
    """One arm's clinic-reported row, anchored at the person's own baseline (all values 0 to 10).

    ``starts`` is week 0, where the person's baseline stands. The box lies between ``upper`` and ``lower``;
    ``average`` is the baseline minus the reported average reduction, clipped at 0, and ``reduction`` that
    reduction in points as reported.
    """

    label: str
    starts: date
    baseline: float
    opens: date
    closes: date
    upper: float
    lower: float
    average: float
    reduction: float
    pain_type_stated: bool
    own: bool

    @property
    def is_clipped(self) -> bool:
        """Tell whether the reported reduction is more than the person's pain can fall."""
        return self.reduction > self.baseline

    @property
    def percent(self) -> float:
        """The reported reduction as a percentage of the person's baseline."""
        return 100 * self.reduction / self.baseline


@dataclass(frozen=True, kw_only=True)
class PublishedPoint:
    """One peer-reviewed figure, anchored at the person's own baseline; an interval if one is verified.

    ``number`` stands beside it on the chart; ``source`` is short ("Small trial 2012"), ``treatment`` and
    ``grade`` say of what and how good the design was.
    """

    number: int
    source: str
    treatment: str
    grade: str
    day: date
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Event:
    """A relief or relapse by the outcome rules, on the 7-day mean of its day."""

    kind: EventKind
    day: date
    value: float


@dataclass(frozen=True)
class Companion:
    """Another measure or foot of the same person: its valid 7-day means, drawn as a line beside the main one.

    ``short`` stands at the end of the line, ``values`` are the entries for the table.
    """

    label: str
    short: str
    values: Values
    means: Values


class Visit(NamedTuple):
    """A treatment session on a day, and what it was in a few words.

    A named tuple, because ten years have hundreds of them.
    """

    day: date
    label: str


@dataclass(frozen=True)
class OwnRating:
    """The person's own rating of the whole change on a day, in words."""

    day: date
    label: str


@dataclass(frozen=True)
class Spell:
    """Days that are marked as a whole; without a last day they go on."""

    kind: Literal["flare", "pause", "gap"]
    first: date
    last: date | None = None


@dataclass(frozen=True)
class TrajectoryView:
    """All that the chart shows; every series has one item a day from ``first_day`` on.

    ``values`` are the entries, ``means`` the valid 7-day means, ``late`` says which entries were
    made from memory; None is "not recorded" and is never 0.
    """

    measure_label: str
    first_day: date
    values: Values
    late: tuple[bool, ...]
    means: Values
    stretch: Answers
    nsaid: Answers
    care: CareStart | None = None
    #: Courses of care before the one that counts, in the order of their first days.
    earlier_care: tuple[CareStart, ...] = field(default=())
    baseline: Level | None = None
    windows: tuple[ReliefWindow, ...] = field(default=())
    published: tuple[PublishedPoint, ...] = field(default=())
    events: tuple[Event, ...] = field(default=())
    companions: tuple[Companion, ...] = field(default=())
    visits: tuple[Visit, ...] = field(default=())
    spells: tuple[Spell, ...] = field(default=())
    ratings: tuple[OwnRating, ...] = field(default=())
    #: The last day with anything to know about: what goes on is drawn up to it.
    today: date | None = None

    def __post_init__(self) -> None:
        """Refuse series of different lengths: they would be drawn on the wrong days."""
        beside = (one for companion in self.companions for one in (companion.values, companion.means))
        series = (self.values, self.late, self.means, self.stretch, self.nsaid, *beside)
        if len({len(one) for one in series}) != 1 or not self.values:
            raise ValueError("every series of a chart has one item for each of its days")

    @cached_property
    def last_day(self) -> date:
        """The last day that is shown."""
        return self.first_day + timedelta(days=len(self.values) - 1)

    @cached_property
    def shown_visits(self) -> tuple[Visit, ...]:
        """The sessions of the period."""
        return tuple(visit for visit in self.visits if self.first_day <= visit.day <= self.last_day)

    def days(self) -> Iterator[date]:
        """Go through the days that are shown, in order."""
        return map(date.fromordinal, range(self.first_day.toordinal(), self.last_day.toordinal() + 1))

    def shows(self, day: date) -> bool:
        """Say whether a day lies within the period."""
        return self.first_day <= day <= self.last_day

    def until(self, day: date) -> TrajectoryView:
        """Return the same period without what the person entered after a day."""
        known = max(0, (day - self.first_day).days + 1)
        if known >= len(self.values):
            return self
        unknown = (None,) * (len(self.values) - known)
        return replace(
            self,
            values=(*self.values[:known], *unknown),
            late=self.late[:known] + (False,) * len(unknown),
            means=(*self.means[:known], *unknown),
            stretch=self.stretch[:known] + unknown,
            nsaid=self.nsaid[:known] + unknown,
            events=tuple(event for event in self.events if event.day <= day),
            visits=tuple(visit for visit in self.visits if visit.day <= day),
            spells=tuple(spell for spell in self.spells if spell.first <= day),
            ratings=tuple(rating for rating in self.ratings if rating.day <= day),
            companions=tuple(
                replace(one, values=(*one.values[:known], *unknown), means=(*one.means[:known], *unknown))
                for one in self.companions
            ),
        )
