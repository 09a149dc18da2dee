"""Outcomes and cohort tables as the JSON of their commands: stable keys, ISO days, unrounded numbers."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TypeAlias

from firststep.clinical.cohort_table import ArmRow, CohortTable, Figure, Proportion, WeeksToRelief
from firststep.clinical.outcomes import Outcomes
from firststep.clinical.relief import Relief

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"


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


def cohort_as_json(table: CohortTable) -> dict[str, Json]:
    """Return the three arms as plain values in the order of the documented keys; too few is null, except ``n``."""
    return {"arms": [_arm(row) for row in table.rows]}


def _arm(row: ArmRow) -> dict[str, Json]:
    return {
        "arm": row.arm,
        "n": row.n,
        "left_out": {str(reason): people for reason, people in row.left_out.items()},
        "rules": list(row.rules),
        "reduction_week12": _figure(row.reduction_week12),
        "weeks_to_relief": _weeks(row.weeks_to_relief),
        "relapse_6_months": _figure(row.relapse_6_months),
        "improved_after_4": _proportion(row.improved_after_4),
        "nsaid_reduced": _proportion(row.nsaid_reduced),
        "nsaid_stopped": _proportion(row.nsaid_stopped),
    }


def _figure(figure: Figure) -> dict[str, Json]:
    return {"n": figure.n, "value": figure.value, "low": figure.low, "high": figure.high}


def _proportion(share: Proportion) -> dict[str, Json]:
    return {"n": share.n, "k": share.k, "value": share.value, "low": share.low, "high": share.high}


def _weeks(weeks: WeeksToRelief) -> dict[str, Json]:
    return {
        "n": weeks.n,
        "events": weeks.events,
        "median": weeks.median,
        "q1": weeks.q1,
        "q3": weeks.q3,
        "low": weeks.low,
        "high": weeks.high,
    }


def _relief(relief: Relief) -> dict[str, Json]:
    return {"state": relief.state, "day": _day(relief.day), "days": relief.days}


def _number(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
