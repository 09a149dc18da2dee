"""Outcomes as exact plain values, to compare with the slow rules."""

from __future__ import annotations

from typing import Any

from firststep.clinical.outcomes import Outcomes
from firststep.clinical.relief import Relief


def exact(found: Outcomes) -> dict[str, Any]:
    """Return the outcomes under the keys of the command, with fractions and dates."""
    base, current = found.baseline, found.current
    return {
        "rules": found.rules,
        "measure": found.measure,
        "foot": found.foot,
        "start": found.starts_on,
        "baseline": base and {"value": base.value, "day": base.day, "entries": base.entries},
        "low_baseline": found.low_baseline,
        "current": current and {"value": current.value, "day": current.day},
        "relief": _relief(found.relief),
        "substantial": _relief(found.substantial),
        "level_after_relief": found.level_after_relief,
        "relapse": {"day": found.relapse.day, "days": found.relapse.days},
        "censored": found.censored_on,
        "reduction_week12": found.reduction_week12,
        "nsaid": {
            "baseline": found.nsaid.baseline,
            "last": found.nsaid.last,
            "reduced": found.nsaid.reduced,
            "stopped": found.nsaid.stopped,
        },
    }


def _relief(relief: Relief) -> dict[str, Any]:
    return {"state": relief.state, "day": relief.day, "days": relief.days}
