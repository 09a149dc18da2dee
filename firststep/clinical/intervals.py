"""How far a figure of a few people can be trusted: 95 % intervals of a share and of a mean.

Nothing outside the standard library is needed; the tests compare every function with SciPy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import atan, cos, exp, fsum, lgamma, log1p, pi, sin, sqrt, tan
from statistics import NormalDist
from typing import Final

#: 95 % of a normal distribution lie within this many standard deviations of its middle.
Z_95: Final = 1.959963984540054
#: Half of what lies outside of a 95 % interval is below it.
UPPER_95: Final = 0.975

_MOST_STEPS: Final = 100


@dataclass(frozen=True, slots=True)
class Interval:
    """The two ends of an interval, in the unit of its figure."""

    low: float
    high: float

    def overlaps(self, other: Interval) -> bool:
        """Tell whether the two have a value in common: then the figures are too near to be told apart."""
        return self.low <= other.high and other.low <= self.high


@dataclass(frozen=True, slots=True)
class MeanInterval:
    """The mean of some values with its 95 % interval, which one value alone does not have."""

    mean: float
    interval: Interval | None


def wilson(count: int, people: int) -> Interval:
    """Return the 95 % interval of a share: ``count`` of ``people``, as a part of 1.

    >>> found = wilson(23, 42)
    >>> round(found.low, 3), round(found.high, 3)
    (0.399, 0.688)

    Rule: outcomes, cohorts. Source: Wilson 1927, the score interval without continuity correction. Raises
    ValueError where there is nobody, or where there are more than everybody.
    """
    if people < 1 or not 0 <= count <= people:
        raise ValueError(f"{count} of {people} people is no share")
    spread = Z_95 * Z_95
    middle = (count + spread / 2) / (people + spread)
    half = Z_95 / (people + spread) * sqrt(count * (people - count) / people + spread / 4)
    # At the ends the two terms are equal on paper; what rounding leaves of them is no share.
    low = 0.0 if count == 0 else middle - half
    high = 1.0 if count == people else middle + half
    return Interval(low, high)


def mean_with_interval(values: Sequence[Fraction | int | float]) -> MeanInterval | None:
    """Return the mean of the values with its 95 % t interval (n - 1 degrees of freedom), None of no values.

    The mean and the variance are computed exactly and only then rounded, so that equal values have no width.

    >>> mean_with_interval([Fraction(2), Fraction(4)]).mean
    3.0

    Rule: outcomes, cohorts.
    """
    exact = [Fraction(value) for value in values]
    zero = Fraction(0)
    return mean_from_sums(len(exact), sum(exact, zero), sum((value * value for value in exact), zero))


def mean_from_sums(n: int, total: Fraction, squares: Fraction) -> MeanInterval | None:
    """Return the same of ``n`` values, of which only the exact sum and the exact sum of their squares are known.

    >>> mean_from_sums(2, Fraction(6), Fraction(20)) == mean_with_interval([2, 4])
    True

    Rule: outcomes, cohorts.
    """
    if n == 0:
        return None
    mean = total / n
    if n == 1:
        return MeanInterval(float(mean), None)
    variance = (squares - total * mean) / (n - 1)
    half = t_quantile(UPPER_95, n - 1) * sqrt(variance / n)
    return MeanInterval(float(mean), Interval(float(mean) - half, float(mean) + half))


def t_quantile(probability: float, degrees: int) -> float:
    """Return the value below which ``probability`` of Student's distribution lies, for a probability from one half on.

    ``degrees`` are whole degrees of freedom. With t = √degrees·tan θ the share within ±t is a finite sum of
    sines and cosines, which rises with θ ever less steeply; Newton's steps from the normal quantile, which is
    smaller, therefore never pass the solution. Right to twelve digits, as the tests show.

    Source: Abramowitz & Stegun 1964, 26.7.3 and 26.7.4. Raises ValueError outside of its range.
    """
    if degrees < 1 or not 0.5 <= probability < 1:
        raise ValueError(f"no quantile of {probability} with {degrees} degrees of freedom")
    if probability == 0.5:
        return 0.0
    wanted = 2 * probability - 1
    angle = atan(NormalDist().inv_cdf(probability) / sqrt(degrees))
    for _ in range(_MOST_STEPS):
        step = (wanted - _share_within(angle, degrees)) / _slope(angle, degrees)
        # What is left is rounding: a step back, or one that no longer changes the angle.
        if step <= 0 or angle + step == angle:
            break
        angle += step
    return sqrt(degrees) * tan(angle)


def _share_within(angle: float, degrees: int) -> float:
    """Return how much of Student's distribution lies within ±√degrees·tan(angle)."""
    odd = degrees % 2 == 1
    if degrees == 1:
        return 2 * angle / pi
    # cos² as a logarithm: its rounding would be multiplied by every power.
    log_square = -log1p(tan(angle) ** 2)
    coefficient = cos(angle) if odd else 1.0
    terms = [coefficient]
    # Every further term has the next two whole numbers as numerator and denominator: 2/3, 4/5 … or 1/2, 3/4 …
    for power, below in enumerate(range(3 if odd else 2, degrees - 1, 2), start=1):
        coefficient *= (below - 1) / below
        terms.append(coefficient * exp(power * log_square))
    total = sin(angle) * fsum(terms)
    return 2 / pi * (angle + total) if odd else total


def _slope(angle: float, degrees: int) -> float:
    """Return how fast that share rises with the angle."""
    height = exp(lgamma((degrees + 1) / 2) - lgamma(degrees / 2)) / sqrt(pi)
    return 2 * height * cos(angle) ** (degrees - 1)
