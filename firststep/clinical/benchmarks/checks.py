"""What no reported figure can be: off its own scale, outside its own interval, more people than there were."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from firststep.clinical.benchmarks.shapes import Benchmark

_PERCENTS: Final = ("percent", "relapse_6_months_percent")
_NOT_NEGATIVE: Final = (
    "week",
    "n",
    "baseline_sd",
    "change_sd",
    "responder_k",
    "responder_n",
    "relief_week_from",
    "relief_week_to",
)
_PAIRS: Final = (
    ("scale_min", "scale_max"),
    ("ci_low", "ci_high"),
    ("responder_k", "responder_n"),
    ("relief_week_from", "relief_week_to"),
)
_ON_SCALE: Final = ("change_mean", "ci_low", "ci_high", "baseline_mean")


@dataclass(frozen=True, slots=True)
class Wrong:
    """A field that cannot be as it is, and why."""

    field: str
    reason: str


def impossible(row: Benchmark) -> Wrong | None:
    """Return the first thing that cannot be, or None."""
    return next(_all_wrong(row), None)


def _all_wrong(row: Benchmark) -> Iterator[Wrong]:
    yield from _shares(row)
    yield from _pairs(row)
    yield from _scale(row)
    yield from _interval(row)
    yield from _needed(row)


def _number(row: Benchmark, field: str) -> Decimal | None:
    value = getattr(row, field)
    return None if value is None else Decimal(value)


def _shares(row: Benchmark) -> Iterator[Wrong]:
    for field in _PERCENTS:
        value = _number(row, field)
        if value is not None and not 0 <= value <= 100:
            yield Wrong(field, f"{value} is not between 0 and 100")
    for field in _NOT_NEGATIVE:
        value = _number(row, field)
        if value is not None and value < 0:
            yield Wrong(field, f"{value} is below 0")
    if row.n == 0 or row.responder_n == 0:
        yield Wrong("n" if row.n == 0 else "responder_n", "there is nobody")


def _pairs(row: Benchmark) -> Iterator[Wrong]:
    for low_field, high_field in _PAIRS:
        low, high = _number(row, low_field), _number(row, high_field)
        if (low is None) != (high is None):
            yield Wrong(low_field if low is None else high_field, "is missing beside the other one")
        elif low is not None and high is not None and low > high:
            yield Wrong(high_field, f"{high} is below {low_field}, {low}")
    if row.scale_min is not None and row.scale_min == row.scale_max:
        yield Wrong("scale_max", "is no more than scale_min")


def _scale(row: Benchmark) -> Iterator[Wrong]:
    if row.scale_min is None or row.scale_max is None:
        for field in _ON_SCALE:
            if _number(row, field) is not None:
                yield Wrong(field, "has no scale: scale_min and scale_max are missing")
        return
    reach = row.scale_max - row.scale_min
    for field in ("change_mean", "ci_low", "ci_high"):
        value = _number(row, field)
        if value is not None and abs(value) > reach:
            yield Wrong(field, f"{value} is more than the whole scale, {reach}")
    if row.baseline_mean is not None:
        if not row.scale_min <= row.baseline_mean <= row.scale_max:
            yield Wrong("baseline_mean", f"{row.baseline_mean} is not on the scale")
        after = row.baseline_mean + (row.change_mean or 0)
        if row.kind == "within_arm" and not row.scale_min <= after <= row.scale_max:
            yield Wrong("change_mean", f"{row.change_mean} leads off the scale, to {after}")


def _interval(row: Benchmark) -> Iterator[Wrong]:
    if row.ci_low is None or row.ci_high is None:
        return
    if row.change_mean is None:
        yield Wrong("ci_low", "is an interval without a change_mean")
    elif not row.ci_low <= row.change_mean <= row.ci_high:
        yield Wrong("change_mean", f"{row.change_mean} is not between {row.ci_low} and {row.ci_high}")


def _needed(row: Benchmark) -> Iterator[Wrong]:
    if row.kind == "between_group" and row.comparator is None:
        yield Wrong("comparator", "is missing: a difference needs both groups")
    if row.change_mean is not None and row.measure is None:
        yield Wrong("measure", "is missing beside change_mean")
    numbers = (row.change_mean, row.responder_k, row.percent, row.relief_week_from, row.relapse_6_months_percent)
    if row.note is None and all(number is None for number in numbers):
        yield Wrong("note", "is missing where no number is given")
