"""Stretching and loading plans: the presets as data with their sources, and what a plan asks for on a day.

Nothing here says which plan is right for a person; each preset says whether it was tested in a trial or stands in
a patient handout, and where that was read.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from firststep.clinical.stretching.plans import OWN, DayOfPlan, StretchingPlan, day_of_plan, plan_from, planned_sets
from firststep.clinical.stretching.reading import read_presets
from firststep.clinical.stretching.shapes import Phase, Preset

__all__ = [
    "OWN",
    "DayOfPlan",
    "Phase",
    "Preset",
    "StretchingPlan",
    "day_of_plan",
    "find_preset",
    "load_presets",
    "plan_from",
    "planned_sets",
    "read_presets",
]


@cache
def load_presets() -> tuple[Preset, ...]:
    """Return every preset, those tested in a trial first; raises FileRefused where a file cannot be trusted."""
    folder = files("firststep.clinical.stretching").joinpath("presets")
    return read_presets(file for file in folder.iterdir() if file.name.endswith(".toml"))


def find_preset(key: str) -> Preset | None:
    """Return the preset of a key; None for an own plan, or for a preset that is no longer kept."""
    return next((preset for preset in load_presets() if preset.key == key), None)
