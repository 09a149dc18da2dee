"""What the guided timer is told: the presets in its page, and a plan's numbers in the end of its address.

The end of an address (after #) is never sent to a server, so a person's plan stays in the browser.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from firststep.clinical.measures import DAY_ITEMS
from firststep.clinical.stretching import OWN, Preset, StretchingPlan, load_presets
from firststep.figures.names import published

#: The times of a preset that the timer counts.
_TIMES: Final = ("hold_s", "up_s", "down_s", "rest_s", "set_rest_s", "total_s")


def log_fields() -> dict[str, str]:
    """Return the names of the log's inputs that the timer can fill in: done, sets, hurt."""
    beside = {item.kind: item.key for item in DAY_ITEMS if item.place == "stretch"}
    return {"done": "stretch_done", "sets": beside["count"], "hurt": beside["yes_no"]}


def timer_presets() -> list[dict[str, Any]]:
    """Return every preset in the reader's language, with its numbers as attributes; xmlattr leaves out None."""
    return [_timed(preset) for preset in load_presets()]


def _timed(preset: Preset) -> dict[str, Any]:
    first = preset.first
    numbers = {f"data-{name}": getattr(preset, name) for name in _TIMES}
    numbers |= {"data-reps": first.reps, "data-sets": first.sets}
    return {"key": preset.key, "name": published(preset.name), "numbers": numbers}


def timer_fragment(plan: StretchingPlan, day: date) -> str:
    """Return the end of the timer's address for a session of the plan on a day."""
    numbers = {"hold_s": plan.hold_s, "reps": plan.reps_on(day), "sets": _sets_of_session(plan, day)}
    told = {name: number for name, number in numbers.items() if number is not None}
    return urlencode({"plan": plan.preset.key if plan.preset else OWN, **told})


def _sets_of_session(plan: StretchingPlan, day: date) -> int:
    """Return the sets of one session: of a plan with several a day as many as its source has in one."""
    if plan.preset is not None and plan.preset.per_day > 1:
        return plan.preset.first.sets
    return max(plan.sets_on(day), 1)
