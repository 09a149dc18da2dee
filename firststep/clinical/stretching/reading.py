"""Reads the files of stretching plans and refuses what cannot be, with the file, the field and the reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any, Final

from firststep.clinical.stretching.shapes import CONFIDENCES, EVIDENCES, Phase, Preset
from firststep.clinical.tables import FileRefused, TextFile, read_table, read_toml

_CHOICES: Final = {"evidence": EVIDENCES, "confidence": CONFIDENCES}
_KEY: Final = re.compile(r"[a-z]+(_[a-z]+)*")
_MOST_KEY_LETTERS: Final = 40
#: The most of each that a plan can carry; a source with more than this is a slip.
_MOST: Final = {
    "hold_s": 600,
    "up_s": 60,
    "down_s": 60,
    "rest_s": 600,
    "set_rest_s": 600,
    "total_s": 1800,
    "total_most_s": 1800,
    "reps": 100,
    "sets": 12,
    "per_day": 12,
    "per_day_most": 12,
    "interval_days": 7,
    "weeks_from": 52,
    "weeks_to": 52,
}
_MOST_SETS_A_DAY: Final = 12
_PAIRS: Final = (("total_s", "total_most_s"), ("per_day", "per_day_most"), ("weeks_from", "weeks_to"))


def read_presets(files: Iterable[TextFile]) -> tuple[Preset, ...]:
    """Return every preset, those tested in a trial first, then by name; raise FileRefused for what is wrong."""
    found: dict[str, Preset] = {}
    for file in sorted(files, key=lambda one: one.name):
        preset = _read_preset(file)
        if preset.key in found:
            raise FileRefused(file.name, "key", f"{preset.key} is there twice")
        found[preset.key] = preset
    return tuple(sorted(found.values(), key=lambda preset: (EVIDENCES.index(preset.evidence), preset.name)))


def _read_preset(file: TextFile) -> Preset:
    content = read_toml(file)
    tables = content.pop("phases", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise FileRefused(file.name, "phases", "is not a list of tables")
    phases = tuple(_read_phase(table, file.name, number) for number, table in enumerate(tables, start=1))
    preset = read_table(Preset, content, file=file.name, choices=_CHOICES, given={"phases": phases})
    for field, reason in (*_wrong_of_numbers(preset), *_wrong_of_doses(preset), *_wrong_of_phases(preset)):
        raise FileRefused(file.name, field, reason)
    return preset


def _read_phase(table: dict[str, Any], file: str, number: int) -> Phase:
    return read_table(Phase, table, file=file, where=f"phases.{number}.", choices={})


def _wrong_of_numbers(preset: Preset) -> Iterator[tuple[str, str]]:
    if not _KEY.fullmatch(preset.key) or len(preset.key) > _MOST_KEY_LETTERS:
        yield "key", f"{preset.key!r} is more than small letters and single underscores, or too long"
    for field, most in _MOST.items():
        value = getattr(preset, field)
        if value is not None and not 1 <= value <= most:
            yield field, f"{value} is not between 1 and {most}"
    for low_field, high_field in _PAIRS:
        low, high = getattr(preset, low_field), getattr(preset, high_field)
        if high is not None and (low is None or high <= low):
            yield high_field, f"{high} is no more than {low_field}, {low}"


def _wrong_of_doses(preset: Preset) -> Iterator[tuple[str, str]]:
    """Find what does not go together: repetitions and a whole time, or half a movement."""
    if preset.total_s is not None and (preset.reps is not None or preset.hold_s is not None):
        yield "total_s", "stands beside repetitions: the one or the other"
    if preset.total_s is None and preset.hold_s is None:
        yield "hold_s", "is missing, and so is total_s: nothing says how long"
    if preset.hold_s is not None and preset.reps is None and not preset.phases:
        yield "reps", "is missing beside hold_s"
    if (preset.up_s is None) != (preset.down_s is None):
        yield "up_s" if preset.up_s is None else "down_s", "is missing beside the other one"
    if preset.sets_per_day > _MOST_SETS_A_DAY:
        yield "sets", f"makes {preset.sets_per_day} sets a day, more than {_MOST_SETS_A_DAY}"


def _wrong_of_phases(preset: Preset) -> Iterator[tuple[str, str]]:
    if preset.phases and (preset.reps is not None or preset.sets != 1):
        yield "phases", "stand beside reps or sets: the one or the other"
    for number, phase in enumerate(preset.phases, start=1):
        if not 1 <= phase.from_week <= phase.to_week:
            yield f"phases.{number}.to_week", f"{phase.from_week} to {phase.to_week} are no weeks"
        for field, value in (("sets", phase.sets), ("reps", phase.reps)):
            if not 1 <= value <= _MOST[field]:
                yield f"phases.{number}.{field}", f"{value} is not between 1 and {_MOST[field]}"
    if preset.phases and preset.phases[0].from_week != 1:
        yield "phases.1.from_week", "is not 1: the first weeks are missing"
    for number, (before, after) in enumerate(pairwise(preset.phases), start=2):
        if after.from_week != before.to_week + 1:
            yield f"phases.{number}.from_week", f"{after.from_week} does not follow week {before.to_week}"
