"""What no reported figure can be: off its own scale, outside its own interval, more people than there were."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from firststep.clinical.benchmarks.shapes import Benchmark, Source

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
_WITHIN_REACH: Final = ("change_mean", "ci_low", "ci_high", "baseline_sd", "change_sd")
#: How far a share may be from the counts that it was rounded from.
_ROUNDING: Final = Decimal("0.5")
_FIRST_YEAR: Final = 1900
#: A hundred years: a week beyond is a slip, and no day of a chart.
_MOST_WEEKS: Final = 5_200
_WEEKS: Final = ("week", "relief_week_from", "relief_week_to")
#: What an id may be: it is the end of an address. And what a DOI looks like: it is the whole of one.
_ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_NUMBERS: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_DOI: Final = re.compile(r"10\.[0-9]{4,9}/[^\s<>\"]+")


@dataclass(frozen=True, slots=True)
class Wrong:
    """A field that cannot be as it is, and why."""

    field: str
    reason: str


def impossible(row: Benchmark) -> Wrong | None:
    """Return the first thing that cannot be in a figure, or None."""
    return next(_all_wrong(row), None)


def impossible_source(source: Source) -> Wrong | None:
    """Return the first thing that cannot be in a source, or None."""
    return next(_wrong_in_source(source), None)


def _wrong_in_source(source: Source) -> Iterator[Wrong]:
    if not _ID.fullmatch(source.id):
        yield Wrong("id", f"{source.id!r} is more than small letters, digits and single hyphens")
    if source.year is not None and not _FIRST_YEAR <= source.year <= source.checked_on.year:
        yield Wrong("year", f"{source.year} is not between {_FIRST_YEAR} and the year in which it was checked")
    if source.participants is not None and source.participants < 1:
        yield Wrong("participants", "there is nobody")
    if source.doi is not None and not _DOI.fullmatch(source.doi):
        yield Wrong("doi", f"{source.doi!r} is no DOI")
    # D is a statement, which may stand in a journal or in a handout.
    if source.grade == "E" and source.peer_reviewed:
        yield Wrong("grade", "E is for what no journal has reviewed")
    if source.grade in ("A", "B", "C") and not source.peer_reviewed:
        yield Wrong("grade", f"{source.grade} is for what a journal has reviewed")


def _all_wrong(row: Benchmark) -> Iterator[Wrong]:
    if not _ID.fullmatch(row.id):
        yield Wrong("id", f"{row.id!r} is more than small letters, digits and single hyphens")
    yield from _shares(row)
    yield from _people(row)
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
    for field in _WEEKS:
        value = _number(row, field)
        if value is not None and value > _MOST_WEEKS:
            yield Wrong(field, f"{value} is more than a life has")


def _people(row: Benchmark) -> Iterator[Wrong]:
    everybody = row.source.participants
    for field in ("n", "responder_n"):
        value = _number(row, field)
        if value == 0:
            yield Wrong(field, "there is nobody")
        elif value is not None and everybody is not None and value > everybody:
            yield Wrong(field, f"{value} is more than all who took part, {everybody}")
    if row.responder_k is not None and row.responder_n and row.percent is not None:
        counted = Decimal(100 * row.responder_k) / row.responder_n
        if abs(counted - row.percent) > _ROUNDING:
            yield Wrong("percent", f"{row.percent} is not {row.responder_k} of {row.responder_n}")


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
    yield from _scale_in_words(row.scale, {row.scale_min, row.scale_max})
    reach = row.scale_max - row.scale_min
    for field in _WITHIN_REACH:
        value = _number(row, field)
        if value is not None and abs(value) > reach:
            yield Wrong(field, f"{value} is more than the whole scale, {reach}")
    if row.baseline_mean is not None:
        if not row.scale_min <= row.baseline_mean <= row.scale_max:
            yield Wrong("baseline_mean", f"{row.baseline_mean} is not on the scale")
        after = row.baseline_mean + (row.change_mean or 0)
        if row.kind == "within_arm" and not row.scale_min <= after <= row.scale_max:
            yield Wrong("change_mean", f"{row.change_mean} leads off the scale, to {after}")


def _scale_in_words(scale: str | None, ends: set[Decimal]) -> Iterator[Wrong]:
    """Hold what a reader is told of the scale against what is computed with."""
    if scale is None:
        yield Wrong("scale", "is missing beside scale_min and scale_max")
    elif {*map(Decimal, _NUMBERS.findall(scale))} != ends:
        yield Wrong("scale", f"{scale!r} does not name its ends, {min(ends)} and {max(ends)}")


def _interval(row: Benchmark) -> Iterator[Wrong]:
    if row.ci_low is None or row.ci_high is None:
        return
    if row.change_mean is None:
        yield Wrong("ci_low", "is an interval without a change_mean")
    elif not row.ci_low <= row.change_mean <= row.ci_high:
        yield Wrong("change_mean", f"{row.change_mean} is not between {row.ci_low} and {row.ci_high}")


def _needed(row: Benchmark) -> Iterator[Wrong]:
    if row.kind == "text" and row.note is None:
        yield Wrong("note", "is missing: it is what a text says")
    if row.kind == "between_group" and row.comparator is None:
        yield Wrong("comparator", "is missing: a difference needs both groups")
    if row.kind == "survival" and row.percent is None:
        yield Wrong("percent", "is missing: it is what tells how many still had it")
    if row.change_mean is not None and row.measure is None:
        yield Wrong("measure", "is missing beside change_mean")
    numbers = (row.change_mean, row.responder_k, row.percent, row.relief_week_from, row.relapse_6_months_percent)
    if row.note is None and all(number is None for number in numbers):
        yield Wrong("note", "is missing where no number is given")
