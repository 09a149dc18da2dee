"""Outcomes as the JSON of the ``outcomes`` command: stable keys, ISO days, unrounded numbers."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TypeAlias

from firststep.clinical.outcomes import Outcomes
from firststep.clinical.relief import Relief

Json: TypeAlias = "dict[str, Json] | str | int | float | bool | None"


def outcomes_as_json(outcomes: Outcomes) -> dict[str, Json]:
    """Return the outcomes as plain values in the order of the documented keys."""
    baseline, current = outcomes.baseline, outcomes.current
    return {
        "rules": outcomes.rules,
        "measure": outcomes.measure,
        "foot": outcomes.foot,
        "start": _day(outcomes.starts_on),
        "baseline": None
        if baseline is None
        else {"value": float(baseline.value), "day": _day(baseline.day), "entries": baseline.entries},
        "low_baseline": outcomes.low_baseline,
        "current": None if current is None else {"value": float(current.value), "day": _day(current.day)},
        "relief": _relief(outcomes.relief),
        "substantial": _relief(outcomes.substantial),
        "level_after_relief": _number(outcomes.level_after_relief),
        "relapse": {"day": _day(outcomes.relapse.day), "days": outcomes.relapse.days},
        "censored": _day(outcomes.censored_on),
        "reduction_week12": _number(outcomes.reduction_week12),
        "nsaid": {
            "baseline": _number(outcomes.nsaid.baseline),
            "last": _number(outcomes.nsaid.last),
            "reduced": outcomes.nsaid.reduced,
            "stopped": outcomes.nsaid.stopped,
        },
    }


def _relief(relief: Relief) -> dict[str, Json]:
    return {"state": relief.state, "day": _day(relief.day), "days": relief.days}


def _number(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
