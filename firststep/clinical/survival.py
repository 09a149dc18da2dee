"""How long until something happens, when not everybody was followed to the end: Kaplan and Meier's curve.

Shares are exact fractions, so that "half of them" is met on equality; only the intervals are floating point.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import exp, log, sqrt
from typing import Final

from firststep.clinical.intervals import Z_95, Interval

QUARTER: Final = Fraction(1, 4)
HALF: Final = Fraction(1, 2)
THREE_QUARTERS: Final = Fraction(3, 4)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """How many days one person was followed, and whether it happened on the last of them."""

    days: int
    happened: bool

    def __post_init__(self) -> None:
        """Refuse a follow-up that ends before it begins."""
        if self.days < 0:
            raise ValueError(f"a follow-up of {self.days} days ends before it begins")


@dataclass(frozen=True, slots=True)
class FollowUps:
    """Many follow-ups, counted by their length: the people to whom it happened on a day, and those who left without.

    Counted once they can be added up from parts, and a curve needs nothing else.
    """

    happened: Mapping[int, int]
    left: Mapping[int, int]

    @classmethod
    def of(cls, follow_ups: Iterable[FollowUp]) -> FollowUps:
        """Count follow-ups one by one."""
        happened: Counter[int] = Counter()
        left: Counter[int] = Counter()
        for one in follow_ups:
            (happened if one.happened else left)[one.days] += 1
        return cls(happened, left)

    @property
    def people(self) -> int:
        """Return how many people were followed."""
        return sum(self.happened.values()) + sum(self.left.values())

    @property
    def longest_days(self) -> int | None:
        """Return the longest follow-up, None of nobody."""
        return max([*self.happened, *self.left], default=None)

    def at_risk(self, days: int) -> int:
        """Return how many people are still followed on a day, those included with whom it ends on that day."""
        both = (self.happened, self.left)
        return sum(count for ends in both for day, count in ends.items() if day >= days)

    def __add__(self, other: FollowUps) -> FollowUps:
        """Return the follow-ups of both."""
        return FollowUps(
            Counter(self.happened) + Counter(other.happened),
            Counter(self.left) + Counter(other.left),
        )


@dataclass(frozen=True, slots=True)
class Step:
    """A day on which it happened to somebody: who was still followed, to how many it happened, what is left.

    ``left`` is the share to whom it has not happened by the end of the day, ``greenwood`` the sum of
    d/(n(n-d)) up to it, None once nobody is left.
    """

    days: int
    at_risk: int
    happened: int
    left: Fraction
    greenwood: float | None

    @property
    def interval(self) -> Interval | None:
        """Return the 95 % log-log interval of ``left``, None where nobody is left.

        Rule: outcomes, cohorts. Source: Kalbfleisch & Prentice 1980, with Greenwood's variance.
        """
        if self.greenwood is None:
            return None
        remaining = float(self.left)
        reach = Z_95 * sqrt(self.greenwood) / -log(remaining)
        return Interval(remaining ** exp(reach), remaining ** exp(-reach))


@dataclass(frozen=True, slots=True)
class Share:
    """The share to whom it has happened by a day, with its 95 % interval where one can be given."""

    value: Fraction
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class Curve:
    """Kaplan and Meier's curve of some people; ``longest_days`` is the longest follow-up, None of nobody."""

    people: int
    happened: int
    longest_days: int | None
    steps: tuple[Step, ...]

    def left_at(self, days: int) -> Fraction:
        """Return the share to whom it has not happened by the end of a day."""
        step = self._step_at(days)
        return Fraction(1) if step is None else step.left

    def happened_by(self, days: int) -> Share | None:
        """Return the share to whom it has happened by the end of a day.

        None where nobody was followed for so long and it has not happened to all: that cannot be said. Without
        an interval where it has happened to nobody or to all.

        Rule: outcomes, cohorts (6-month relapse).
        """
        step = self._step_at(days)
        left = self.left_at(days)
        if self.longest_days is None or (self.longest_days < days and left > 0):
            return None
        inner = None if step is None else step.interval
        return Share(1 - left, None if inner is None else Interval(1 - inner.high, 1 - inner.low))

    def days_until(self, share: Fraction) -> int | None:
        """Return the smallest number of days by which it has happened to at least that share; None: not reached.

        Rule: outcomes, cohorts (median and quartiles).
        """
        return next((step.days for step in self.steps if 1 - step.left >= share), None)

    def median_between(self) -> tuple[int | None, int | None]:
        """Return the 95 % interval of the median in days: where the lower and the upper band first reach one half.

        Days on which nobody is left have no band and are skipped. None: not reached.

        Rule: outcomes, cohorts. Source: Brookmeyer & Crowley 1982, with the log-log band.
        """
        bands = [(step.days, band) for step in self.steps if (band := step.interval) is not None]
        low = next((days for days, band in bands if band.low <= HALF), None)
        high = next((days for days, band in bands if band.high <= HALF), None)
        return low, high

    def _step_at(self, days: int) -> Step | None:
        return next((step for step in reversed(self.steps) if step.days <= days), None)


def kaplan_meier(follow_ups: Iterable[FollowUp]) -> Curve:
    """Return the curve of these people; on one day events come before ends of follow-up.

    >>> curve = kaplan_meier([FollowUp(6, True), FollowUp(6, False), FollowUp(10, True)])
    >>> curve.left_at(6), curve.days_until(HALF)
    (Fraction(2, 3), 10)

    Rule: outcomes, cohorts. Source: Kaplan & Meier 1958, J Am Stat Assoc 53:457-481; Greenwood 1926.
    """
    return curve_of(FollowUps.of(follow_ups))


def curve_of(follow_ups: FollowUps) -> Curve:
    """Return the curve of people who are counted already.

    Rule and source: as in ``kaplan_meier``.
    """
    at_risk, left, greenwood = follow_ups.people, Fraction(1), 0.0
    steps: list[Step] = []
    for days in sorted({*follow_ups.happened, *follow_ups.left}):
        happened = follow_ups.happened.get(days, 0)
        if happened:
            left *= Fraction(at_risk - happened, at_risk)
            if at_risk > happened:
                greenwood += happened / (at_risk * (at_risk - happened))
            steps.append(Step(days, at_risk, happened, left, greenwood if left else None))
        at_risk -= happened + follow_ups.left.get(days, 0)
    return Curve(follow_ups.people, sum(follow_ups.happened.values()), follow_ups.longest_days, tuple(steps))
